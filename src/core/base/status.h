/*
 * status.h
 *		Status codes and the error value: how the core says what went wrong.
 *
 * The core never prints, exits, asserts on user data or jumps.  A function
 * that can fail returns an RnCode; the words, with the offending numbers in
 * them, wait in the host's RnError (see host.h) until the host turns them
 * into its own kind of error.
 */
#ifndef RN_STATUS_H
#define RN_STATUS_H

typedef enum RnCode
{
	RN_OK = 0,
	RN_CANCELLED,				/* the host asked to stop */
	RN_NO_MEMORY,				/* an allocation failed, or a size overflows */
	RN_INVALID_OPTION,			/* an option is out of its range */
	RN_INVALID_DATA,			/* a value is NaN, infinite or too large */
	RN_TOO_FEW_ROWS,			/* the series is shorter than the task needs */
	RN_DUPLICATE_TIME,			/* the same time stands twice */
	RN_IRREGULAR_TIME,			/* the steps of the series differ */
	RN_TIME_OVERFLOW,			/* a time outside what can be represented */
	RN_DIVERGED,				/* training left the finite numbers */
	RN_CORRUPT,					/* stored bytes are not a valid model */
	RN_UNSUPPORTED				/* valid, but this version cannot do it */
} RnCode;

/*
 * Style of the words as in PostgreSQL: the message in lower case without a
 * full stop; detail and hint are sentences.  Empty string: not given.
 */
typedef struct RnError
{
	RnCode		code;
	char		message[256];
	char		detail[256];
	char		hint[512];
} RnError;

#endif							/* RN_STATUS_H */
