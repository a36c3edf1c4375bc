/*
 * model.h
 *		A trained model as one value: network, transform, window and calendar,
 *		the tail of the series, and the residuals that intervals come from.
 *
 * A model needs nothing else to forecast: no table, no right on the source.
 * All memory is the host's; rn_model_free gives it back.
 */
#ifndef RN_MODEL_H
#define RN_MODEL_H

#include "nn/network.h"
#include "series/calendar.h"
#include "series/transform.h"

#define RN_MAX_WINDOW	65536
#define RN_MAX_HORIZON	100000	/* steps a single call may forecast */

/* How far intervals look and how finely they know a distribution. */
#define RN_RESIDUAL_STEPS	512
#define RN_RESIDUAL_POINTS	256

typedef struct RnModel
{
	RnNetwork	network;		/* spec.outputs is the horizon of the head */
	RnTransform transform;
	RnCalendar	calendar;
	int			window;			/* T */
	int			season;			/* in steps, 1: none */

	/*
	 * m > 0: the network predicts by how much a value differs from the one m
	 * steps before it (or a multiple, where that is a forecast too), from a
	 * window less the mean of its last m values; 0: the value itself, from
	 * the window as it is.  At most window.
	 */
	int			base_season;

	/* Where forecasts start: the last T values, oldest first, and their end. */
	double	   *tail;			/* [T] as users know them */
	int64_t		last_time;

	/*
	 * Absolute held-out errors, sorted ascending, for forecasts of step k =
	 * 1..residual_steps: [residual_steps][residual_points].  None without a
	 * validation part.
	 */
	int			residual_steps;
	int			residual_points;
	double	   *residual;
} RnModel;

extern void rn_model_free(RnHost *host, RnModel *model);

#endif							/* RN_MODEL_H */
