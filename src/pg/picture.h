/*
 * picture.h
 *		What the functions that draw have in common: arguments, words, the result.
 */
#ifndef RECURNET_PICTURE_H
#define RECURNET_PICTURE_H

#include "fmgr.h"
#include "plot/chart.h"

#include "host.h"

#define RECURNET_PICTURE_WIDTH	860

/* Arguments first, ...: title (else that one), theme, width, height; into the chart. */
extern void recurnet_picture_arguments(FunctionCallInfo fcinfo, int first, const char *title, RnChart *chart);

/* ERROR if the height that was asked for is too little for the chart's facets. */
extern void recurnet_picture_check_height(const RnChart *chart);

/* The theme of that name (NULL: the usual one); ERROR if there is none. */
extern RnTheme recurnet_picture_theme(const char *name);

/* Words of the database in UTF-8, as the core draws them. */
extern const char *recurnet_picture_words(const char *words);

/* The picture as text, in that memory context. */
extern Datum recurnet_picture(RecurnetHost *host, const RnChart *chart, MemoryContext context);

/* Do characters of Unicode, such as blocks, get to the client as they are? */
extern bool recurnet_picture_blocks(void);

#endif							/* RECURNET_PICTURE_H */
