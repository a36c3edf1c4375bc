/*
 * json.h
 *		JSON (RFC 8259) read into a flat list of values, and written.
 *
 * Bytes are hostile: depth and memory are bounded.  An array of nothing but numbers is one
 * value, whose numbers are read when they are wanted, so that a million weights do
 * not become a million values.
 */
#ifndef RN_JSON_H
#define RN_JSON_H

#include "exchange/pool.h"

#define RN_JSON_MAX_DEPTH 32

/* The hint where a document of ours is not as we wrote it. */
#define RN_CHANGE_WEIGHTS "Change weights, but no more than them; docs/exchange.md says what a file has."

typedef enum RnJsonKind
{
	RN_JSON_NULL,
	RN_JSON_FALSE,
	RN_JSON_TRUE,
	RN_JSON_NUMBER,
	RN_JSON_STRING,
	RN_JSON_ARRAY,
	RN_JSON_NUMBERS,			/* an array of one number or more, and nothing else */
	RN_JSON_OBJECT				/* its members: key, value, key, value */
} RnJsonKind;

/* A value; those inside of it stand between it and end. */
typedef struct RnJson
{
	RnJsonKind	kind;
	char	   *text;			/* a string without quotes and escapes, ended by 0; of other
								 * values the first byte in the document, which is
								 * longer than they are */
	size_t		count;			/* bytes of a string, values of an array, members of an object */
	const struct RnJson *end;	/* the value behind it */
} RnJson;

/*
 * Read a document of n bytes, in the memory of pool.  RN_CORRUPT, with the place, for what is not
 * JSON, and for a string with a zero in it or a number of 4096 bytes.
 */
extern RnCode rn_json_read(RnHost *host, RnPool *pool, const char *bytes, size_t n, const RnJson **value);

/* A member of an object (the first of that name), or NULL: none, or no object. */
extern const RnJson *rn_json_member(const RnJson *object, const char *name);

/* The first value in an array or object, and the next: until it is array->end. */
static inline const RnJson *
rn_json_first(const RnJson *array)
{
	return array + 1;
}

static inline const RnJson *
rn_json_next(const RnJson *value)
{
	return value->end;
}

/* A number; false for what is none, or not in that range. */
extern bool rn_json_double(const RnJson *value, double *number);
extern bool rn_json_int64(const RnJson *value, int64_t *number);

/*
 * The numbers of an RN_JSON_NUMBERS one by one: *at is its text at first.  The latter is false
 * for what is no integer in range.
 */
extern double rn_json_next_double(const char **at);
extern bool rn_json_next_int64(const char **at, int64_t *number);

/* Write a value that was read. */
extern RnCode rn_json_put(RnHost *host, RnText *text, const RnJson *value);

/* Write a string with its quotes, and a number: not finite is null. */
extern RnCode rn_json_put_string(RnHost *host, RnText *text, const char *string);
extern RnCode rn_json_put_double(RnHost *host, RnText *text, double number);
extern RnCode rn_json_put_float(RnHost *host, RnText *text, float number);

#endif							/* RN_JSON_H */
