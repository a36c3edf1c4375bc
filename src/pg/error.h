/*
 * error.h
 *		From the core's error value to PostgreSQL's error report.
 */
#ifndef RECURNET_ERROR_H
#define RECURNET_ERROR_H

#include "base/status.h"

/* Raise error as an ERROR with the SQLSTATE of its code.  Does not return. */
extern void recurnet_error_raise(const RnError *error) __attribute__((noreturn));

#endif							/* RECURNET_ERROR_H */
