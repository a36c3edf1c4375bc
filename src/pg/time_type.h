/*
 * time_type.h
 *		The types that times may have, and their names as models keep them.
 */
#ifndef RECURNET_TIME_TYPE_H
#define RECURNET_TIME_TYPE_H

/* The name that format_type gives a time type. */
extern const char *recurnet_time_type_name(Oid type);

/* The type of that name; ERROR if it is none for times. */
extern Oid	recurnet_time_type_oid(const char *name);

#endif							/* RECURNET_TIME_TYPE_H */
