/*
 * json.c
 *		JSON, read and written.
 *
 * A document is read twice by the same functions: first its values are only
 * counted, then they are kept.  Strings lose their escapes in place, in a copy of
 * the document.
 */
#include "exchange/json.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define BYTES_PER_POLL ((size_t) 1 << 18)

/* Longer is no number that anybody writes: the longest that a double is exactly has 1077 bytes. */
#define NUMBER_BYTES 4096

typedef struct Reader
{
	RnHost	   *host;
	char	   *start;			/* the copy, ended by 0 */
	char	   *at;
	char	   *end;
	char	   *polled;			/* where the host was last asked */
	RnJson	   *value;			/* NULL: values are only counted */
	size_t		count;
	int			depth;
} Reader;

static RnCode
corrupt(const Reader *reader, const char *what)
{
	rn_fail(reader->host, RN_CORRUPT, "the file is not valid JSON: %s at byte %zu", what,
			(size_t) (reader->at - reader->start) + 1);
	return rn_fail_hint(reader->host, "Was it cut off, or changed on its way?");
}

/* polled is never behind at. */
static RnCode
poll_reader(Reader *reader)
{
	if ((size_t) (reader->at - reader->polled) < BYTES_PER_POLL)
		return RN_OK;
	reader->polled = reader->at;
	return rn_poll(reader->host);
}

static RnCode
skip_space(Reader *reader)
{
	for (; reader->at < reader->end && (*reader->at == ' ' || *reader->at == '\n' || *reader->at == '\t' || *reader->at == '\r'); reader->at++)
		RN_TRY(poll_reader(reader));
	return RN_OK;
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static char *
digits_end(char *at, const char *limit)
{
	while (at < limit && is_digit(*at))
		at++;
	return at;
}

/* Behind the number at at, or NULL; ends at the 0 behind the document at the latest. */
static char *
number_end(char *at)
{
	const char *limit = at + NUMBER_BYTES;

	if (*at == '-')
		at++;
	if (!is_digit(*at) || (*at == '0' && is_digit(at[1])))
		return NULL;
	at = digits_end(at, limit);
	if (*at == '.')
	{
		if (!is_digit(*++at))
			return NULL;
		at = digits_end(at, limit);
	}
	if (*at == 'e' || *at == 'E')
	{
		at += at[1] == '-' || at[1] == '+' ? 2 : 1;
		if (!is_digit(*at))
			return NULL;
		at = digits_end(at, limit);
	}
	return at < limit ? at : NULL;
}

/* Four hexadecimal digits, or -1. */
static int
hexadecimal(const char *at)
{
	int			number = 0;

	for (int i = 0; i < 4; i++)
	{
		char		c = at[i];
		int			digit = is_digit(c) ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10
			: c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;

		if (digit < 0)
			return -1;
		number = 16 * number + digit;
	}
	return number;
}

/* A code point as UTF-8: at most as many bytes as its escape has. */
static char *
put_utf8(char *to, int code)
{
	if (code < 0x80)
		*to++ = (char) code;
	else if (code < 0x800)
	{
		*to++ = (char) (0xc0 | code >> 6);
		*to++ = (char) (0x80 | (code & 0x3f));
	}
	else
	{
		if (code < 0x10000)
			*to++ = (char) (0xe0 | code >> 12);
		else
		{
			*to++ = (char) (0xf0 | code >> 18);
			*to++ = (char) (0x80 | (code >> 12 & 0x3f));
		}
		*to++ = (char) (0x80 | (code >> 6 & 0x3f));
		*to++ = (char) (0x80 | (code & 0x3f));
	}
	return to;
}

/* The escape behind a backslash, with the pair of a surrogate; NULL to if it is none. */
static char *
read_escape(char **at, char *to)
{
	static const char from[] = "\"\\/bfnrt";
	static const char into[] = "\"\\/\b\f\n\r\t";
	const char *which;
	int			code;
	int			low;

	if (**at != 'u')
	{
		which = **at != '\0' ? strchr(from, **at) : NULL;
		if (which == NULL)
			return NULL;
		*to++ = into[which - from];
		(*at)++;
		return to;
	}
	code = hexadecimal(*at + 1);
	if (code <= 0 || (code >= 0xdc00 && code < 0xe000))
		return NULL;
	*at += 5;
	if (code < 0xd800 || code >= 0xe000)
		return put_utf8(to, code);
	if ((*at)[0] != '\\' || (*at)[1] != 'u')
		return NULL;
	low = hexadecimal(*at + 2);
	if (low < 0xdc00 || low >= 0xe000)
		return NULL;
	*at += 6;
	return put_utf8(to, 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00));
}

/*
 * The string at the reader.  Only the pass that keeps values takes escapes out,
 * as nothing that is shorter can be read again.
 */
static RnCode
read_string(Reader *reader, RnJson *value)
{
	char	   *from = reader->at + 1;
	char	   *to = from;
	char		scratch[8];

	if (value != NULL)
	{
		value->kind = RN_JSON_STRING;
		value->text = from;
	}
	while (*from != '"')
	{
		reader->at = from;
		RN_TRY(poll_reader(reader));
		if ((unsigned char) *from < 0x20)
			return corrupt(reader, "a string that does not end");
		if (*from != '\\')
		{
			if (value != NULL)
				*to++ = *from;
			from++;
			continue;
		}
		from++;
		if (value != NULL)
			to = read_escape(&from, to);
		if (value != NULL ? to == NULL : read_escape(&from, scratch) == NULL)
		{
			reader->at = from;
			return corrupt(reader, "an escape that is none");
		}
	}
	reader->at = from + 1;
	if (value == NULL)
		return RN_OK;
	*to = '\0';
	value->count = (size_t) (to - value->text);
	return RN_OK;
}

/* Is the array at the reader of numbers alone, and how many?  Then the reader stands behind it; else of 0. */
static RnCode
read_numbers(Reader *reader, size_t *numbers)
{
	char	   *back = reader->at;
	size_t		count = 0;

	*numbers = 0;
	reader->at++;
	for (;;)
	{
		char	   *end;

		RN_TRY(poll_reader(reader));
		RN_TRY(skip_space(reader));
		end = number_end(reader->at);
		if (end == NULL)
			break;
		reader->at = end;
		count++;
		RN_TRY(skip_space(reader));
		if (*reader->at == ']')
		{
			reader->at++;
			*numbers = count;
			return RN_OK;
		}
		if (*reader->at != ',')
			break;
		reader->at++;
	}
	/* what follows is read again, and that may have been polled: no further than that is it polled again */
	reader->at = back;
	if (reader->polled > back)
		reader->polled = back;
	return RN_OK;
}

static RnCode read_value(Reader *reader);

/* What stands between brackets, closed by that one; with keys: of an object. */
static RnCode
read_members(Reader *reader, char close, bool keys, RnJson *value)
{
	size_t		count = 0;

	reader->at++;
	RN_TRY(skip_space(reader));
	if (*reader->at == close)
	{
		reader->at++;
		return RN_OK;
	}
	for (;;)
	{
		RN_TRY(skip_space(reader));
		if (keys)
		{
			if (*reader->at != '"')
				return corrupt(reader, "a name expected");
			RN_TRY(read_value(reader));
			RN_TRY(skip_space(reader));
			if (*reader->at != ':')
				return corrupt(reader, "a colon expected");
			reader->at++;
		}
		RN_TRY(read_value(reader));
		count++;
		RN_TRY(skip_space(reader));
		if (*reader->at == close)
			break;
		if (*reader->at != ',')
			return corrupt(reader, "a comma expected");
		reader->at++;
	}
	reader->at++;
	if (value != NULL)
		value->count = count;
	return RN_OK;
}

/* Brackets of either kind. */
static RnCode
read_brackets(Reader *reader, RnJson *value)
{
	bool		object = *reader->at == '{';
	size_t		numbers = 0;
	RnCode		code;

	if (!object)
		RN_TRY(read_numbers(reader, &numbers));
	if (value != NULL)
		value->kind = object ? RN_JSON_OBJECT : numbers > 0 ? RN_JSON_NUMBERS : RN_JSON_ARRAY;
	if (numbers > 0)
	{
		if (value != NULL)
		{
			value->count = numbers;
			value->text++;
		}
		return RN_OK;
	}
	if (++reader->depth > RN_JSON_MAX_DEPTH)
		return corrupt(reader, "too many brackets inside of each other");
	code = read_members(reader, object ? '}' : ']', object, value);
	reader->depth--;
	return code;
}

/* One of the three words. */
static RnCode
read_word(Reader *reader, RnJson *value)
{
	static const char *const words[] = {"null", "false", "true"};

	for (int i = 0; i < 3; i++)
		if (strncmp(reader->at, words[i], strlen(words[i])) == 0)
		{
			reader->at += strlen(words[i]);
			if (value != NULL)
				value->kind = (RnJsonKind) ((int) RN_JSON_NULL + i);
			return RN_OK;
		}
	return corrupt(reader, "a value expected");
}

static RnCode
read_number(Reader *reader, RnJson *value)
{
	char	   *end = number_end(reader->at);

	if (end == NULL)
		return corrupt(reader, "a number that is none");
	reader->at = end;
	if (value != NULL)
		value->kind = RN_JSON_NUMBER;
	return RN_OK;
}

static RnCode
read_value(Reader *reader)
{
	RnJson	   *value;
	RnCode		code;

	RN_TRY(poll_reader(reader));
	RN_TRY(skip_space(reader));
	value = reader->value != NULL ? &reader->value[reader->count] : NULL;
	reader->count++;
	if (value != NULL)
		value->text = reader->at;
	switch (*reader->at)
	{
		case '"':
			code = read_string(reader, value);
			break;
		case '{':
		case '[':
			code = read_brackets(reader, value);
			break;
		case 'n':
		case 'f':
		case 't':
			code = read_word(reader, value);
			break;
		default:
			code = read_number(reader, value);
	}
	if (value != NULL)
		value->end = &reader->value[reader->count];
	return code;
}

/* One pass over the document. */
static RnCode
read_document(Reader *reader)
{
	reader->at = reader->polled = reader->start;
	reader->count = 0;
	RN_TRY(read_value(reader));
	RN_TRY(skip_space(reader));
	return reader->at == reader->end ? RN_OK : corrupt(reader, "something behind the end");
}

RnCode
rn_json_read(RnHost *host, RnPool *pool, const char *bytes, size_t n, const RnJson **value)
{
	Reader		reader = {.host = host};

	RN_TRY(rn_pool_take(host, pool, n + 1, 1, (void **) &reader.start));
	RN_TRY(rn_copy(host, reader.start, bytes, n));
	reader.end = reader.start + n;
	RN_TRY(read_document(&reader));
	RN_TRY(rn_pool_take(host, pool, reader.count, sizeof(RnJson), (void **) &reader.value));
	RN_TRY(read_document(&reader));
	*value = reader.value;
	return RN_OK;
}

const RnJson *
rn_json_member(const RnJson *object, const char *name)
{
	if (object == NULL || object->kind != RN_JSON_OBJECT)
		return NULL;
	for (const RnJson *key = rn_json_first(object); key < object->end; key = rn_json_next(rn_json_next(key)))
		if (strcmp(key->text, name) == 0)
			return rn_json_next(key);
	return NULL;
}

bool
rn_json_double(const RnJson *value, double *number)
{
	if (value == NULL || value->kind != RN_JSON_NUMBER)
		return false;
	*number = strtod(value->text, NULL);
	return isfinite(*number);
}

/* An integer that ends where the number does. */
static bool
parse_int64(const char *at, const char *end, int64_t *number)
{
	char	   *stop;

	errno = 0;
	*number = strtoll(at, &stop, 10);
	return errno == 0 && stop == end;
}

bool
rn_json_int64(const RnJson *value, int64_t *number)
{
	return value != NULL && value->kind == RN_JSON_NUMBER &&
		parse_int64(value->text, number_end(value->text), number);
}

/* The next number of a list that has been looked at before, and behind its comma. */
static char *
next_number(const char **at)
{
	char	   *number;
	char	   *end;

	*at += strspn(*at, " \t\r\n,");
	number = (char *) *at;
	end = number_end(number);
	*at = end;
	return number;
}

double
rn_json_next_double(const char **at)
{
	return strtod(next_number(at), NULL);
}

bool
rn_json_next_int64(const char **at, int64_t *number)
{
	char	   *text = next_number(at);

	return parse_int64(text, *at, number);
}

RnCode
rn_json_put_string(RnHost *host, RnText *text, const char *string)
{
	RN_TRY(rn_text_bytes(host, text, "\"", 1));
	while (*string != '\0')
	{
		size_t		plain = 0;

		while ((unsigned char) string[plain] >= 0x20 && string[plain] != '"' && string[plain] != '\\')
			plain++;
		RN_TRY(rn_text_bytes(host, text, string, plain));
		string += plain;
		if (*string == '\0')
			break;
		if (*string == '"' || *string == '\\')
			RN_TRY(rn_text_format(host, text, "\\%c", *string));
		else
			RN_TRY(rn_text_format(host, text, "\\u%04x", (unsigned) (unsigned char) *string));
		string++;
	}
	return rn_text_bytes(host, text, "\"", 1);
}

RnCode
rn_json_put_double(RnHost *host, RnText *text, double number)
{
	return isfinite(number) ? rn_text_format(host, text, "%.17g", number) : rn_text_string(host, text, "null");
}

RnCode
rn_json_put_float(RnHost *host, RnText *text, float number)
{
	return isfinite(number) ? rn_text_format(host, text, "%.9g", (double) number) : rn_text_string(host, text, "null");
}

/* What stands inside of an array or object. */
static RnCode
put_members(RnHost *host, RnText *text, const RnJson *value)
{
	bool		key = value->kind == RN_JSON_OBJECT;
	const char *between = "";

	for (const RnJson *member = rn_json_first(value); member < value->end; member = rn_json_next(member))
	{
		RN_TRY(rn_text_string(host, text, between));
		RN_TRY(rn_json_put(host, text, member));
		between = key ? ": " : ", ";
		key = value->kind == RN_JSON_OBJECT && !key;
	}
	return RN_OK;
}

RnCode
rn_json_put(RnHost *host, RnText *text, const RnJson *value)
{
	switch (value->kind)
	{
		case RN_JSON_NULL:
			return rn_text_string(host, text, "null");
		case RN_JSON_FALSE:
			return rn_text_string(host, text, "false");
		case RN_JSON_TRUE:
			return rn_text_string(host, text, "true");
		case RN_JSON_NUMBER:
			return rn_text_bytes(host, text, value->text, (size_t) (number_end(value->text) - value->text));
		case RN_JSON_STRING:
			return rn_json_put_string(host, text, value->text);
		case RN_JSON_NUMBERS:
			RN_TRY(rn_text_string(host, text, "["));
			return rn_text_bytes(host, text, value->text, strcspn(value->text, "]") + 1);
		case RN_JSON_ARRAY:
			RN_TRY(rn_text_string(host, text, "["));
			RN_TRY(put_members(host, text, value));
			return rn_text_string(host, text, "]");
		case RN_JSON_OBJECT:
			break;
	}
	RN_TRY(rn_text_string(host, text, "{"));
	RN_TRY(put_members(host, text, value));
	return rn_text_string(host, text, "}");
}
