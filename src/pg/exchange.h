/*
 * exchange.h (glue)
 *		Models to files that other libraries read, and from them.
 */
#ifndef RECURNET_EXCHANGE_H
#define RECURNET_EXCHANGE_H

#include "request.h"

/* A stored model as a file of that format; takes the right to manage it. */
extern bytea *recurnet_exchange_export(RecurnetModelKey key, const char *format);

/* The same of a model that is a value. */
extern bytea *recurnet_exchange_export_value(const bytea *value, const char *format);

/*
 * Store what a file has as a model of the caller's, and return its id.  training says all but the
 * cell: of a file of recurnet's, a name, a query to have from now on and option holidays, any of which may
 * be NULL; of a network of PyTorch's, what rn_train would be told.
 */
extern int64 recurnet_exchange_import(const bytea *file, const RecurnetTraining *training);

#endif							/* RECURNET_EXCHANGE_H */
