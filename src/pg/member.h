/*
 * member.h
 *		Members of JSON objects: looked up, and written.
 */
#ifndef RECURNET_MEMBER_H
#define RECURNET_MEMBER_H

#include "lib/stringinfo.h"
#include "utils/jsonb.h"

/* A member of an object, or NULL: none of that name, or no object. */
extern JsonbValue *recurnet_member(const Jsonb *object, const char *name);

/* The same of an object inside of another; object may be NULL. */
extern JsonbValue *recurnet_member_of(const JsonbValue *object, const char *name);

/* A value that is a text, in the current memory context, or NULL: it is none.  value may be NULL. */
extern char *recurnet_member_text(const JsonbValue *value);

/* A value that is a number; NaN: it is none.  value may be NULL. */
extern double recurnet_member_number(const JsonbValue *value);

/*
 * Write a member behind what there is of an object, of which the bracket at least: a text, and
 * nothing for NULL.  name needs no escapes.
 */
extern void recurnet_member_append(StringInfo object, const char *name, const char *value);

#endif							/* RECURNET_MEMBER_H */
