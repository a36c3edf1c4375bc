/*
 * panel_check.h
 *		Errors of the core about one of many series.
 */
#ifndef RECURNET_PANEL_CHECK_H
#define RECURNET_PANEL_CHECK_H

#include "series/panel.h"

#include "host.h"

/* recurnet_host_check, with the key of the series that it is about in the context. */
extern void recurnet_panel_check(RecurnetHost *host, const RnPanel *panel, RnCode code);

#endif							/* RECURNET_PANEL_CHECK_H */
