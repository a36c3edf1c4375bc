/*
 * local.h
 *		A series taken apart: into what every series has of its own, and the rest,
 *		in which series of all sizes, seasons and spreads look alike.
 *
 * Of value y_t is taken the logarithm (or it is divided by the mean magnitude, and
 * taken to a power); then the season is subtracted.  What is left is x_t.  A network is shown a
 * window of it around its level l_t, in units of the scale, and learns by how
 * much what follows differs from a base: halfway between the level and the same
 * phase of the last season.  Untrained it forecasts the base.
 *
 * Hewamalage, Bergmeir, Bandara, "Recurrent neural networks for time series
 * forecasting: current status and future directions", Int. J. Forecasting 37(1),
 * 2021, sections 3.4 to 3.6; Smyl, "A hybrid method of exponential smoothing
 * and recurrent neural networks for time series forecasting", Int. J. Forecasting
 * 36(1), 2020, for the two seasons and the level.
 */
#ifndef RN_LOCAL_H
#define RN_LOCAL_H

#include <math.h>

#include "base/host.h"
#include "base/real.h"

/* Limits of what is stored. */
#define RN_LOCAL_MAX_SEASON 65536
#define RN_LOCAL_MAX_STEPS 1024
#define RN_LOCAL_MAX_LOOKBACK 1048576

/* The logit of an alpha is learnt no farther from that of least squares. */
#define RN_SMOOTHING_FARTHEST 6

/* A spread of at most this is rounding. */
#define RN_NO_SPREAD 1e-12

/* How series are taken apart: the same for all of a model. */
typedef struct RnLocalSpec
{
	double		lambda;			/* 0: logarithms; else values, divided by their mean magnitude, to this power (box_cox.h) */
	int			season;			/* m: steps; 1: none */
	int			outer;			/* a second, longer season, a multiple of m; 0: none */
	int			window;			/* W: values of x in a window */
	int			lookback;		/* rows that a series is taken apart by, the newest */
	double		typical_spread; /* the median of the series' */
} RnLocalSpec;

/* A series taken apart, or the newest rows of it. */
typedef struct RnLocal
{
	size_t		n;				/* rows */
	double		unit;			/* what values are divided by (1 with logarithms) */
	double		least;			/* with logarithms: what values that have none count as */
	double		centre;			/* what is subtracted from the numbers so made */
	int			cycle;			/* phases of the season; 1: none */
	double	   *index;			/* [cycle] */
	size_t		phase;			/* of row 0 */
	double		alpha;			/* of the level; NaN: it is the mean of the last season */
	double		sum;			/* which has so far this sum */
	double		spread;			/* u: mean change from row to row, or from season to season */
	double		scale;			/* of what the network sees and says */
	rn_real    *x;				/* [n] without season, and what is known of what follows */
	rn_real    *level;			/* likewise */
} RnLocal;

/* What rn_local_fit works in: for at most lookback rows. */
typedef struct RnLocalScratch
{
	double	   *x;				/* [q] */
	double	   *work;			/* [rn_season_scratch(q)] */
} RnLocalScratch;

/* Numbers of an RnLocal's index, and of a scratch. */
extern size_t rn_local_phases(const RnLocalSpec *spec);
extern RnCode rn_local_scratch(RnHost *host, const RnLocalSpec *spec, RnLocalScratch *scratch);
extern void rn_local_scratch_free(RnHost *host, RnLocalScratch *scratch);

/*
 * Take value [n], n >= 1, apart by its newest lookback rows, into local, whose
 * arrays are there: index [rn_local_phases], x and level [n].  RN_INVALID_DATA
 * if it is to be logarithms, and no value has one.
 */
extern RnCode rn_local_fit(RnHost *host, const RnLocalSpec *spec, const double *value, size_t n,
						   RnLocalScratch *scratch, RnLocal *local);

/* The scale, beside the typical spread of spec. */
extern void rn_local_rescale(const RnLocalSpec *spec, RnLocal *local);

/* Row n becomes known: x, and so its level.  There must be room for it. */
extern void rn_local_append(const RnLocalSpec *spec, RnLocal *local, double x);

/* Its alpha, with a logit higher by so much, from 0.0025 to 0.9975; NaN: it has none. */
extern double rn_local_faster(const RnLocal *local, double faster);

/*
 * The levels of rows first .. last anew, of another alpha, from x itself at row first on;
 * and into slope [last - first + 1], unless that is NULL, by how much each goes up with alpha.
 */
extern void rn_local_smooth(RnLocal *local, double alpha, size_t first, size_t last, rn_real *slope);

/* What an error of 1, as intervals know them, is: of the numbers (box_cox.h) of undivided values. */
extern double rn_local_error_unit(const RnLocalSpec *spec, const RnLocal *local);

/* What numbers are to be multiplied by to be those of undivided values. */
extern double rn_local_unit(const RnLocalSpec *spec, const RnLocal *local);

/* A value as a number with its season still in it, and back. */
extern double rn_local_number(const RnLocalSpec *spec, const RnLocal *local, double value);
extern double rn_local_value(const RnLocalSpec *spec, const RnLocal *local, double number);

/* By how much the phase of row t stands out. */
static inline double
rn_local_season(const RnLocal *local, size_t t)
{
	return local->cycle > 1 ? local->index[(local->phase + t) % (size_t) local->cycle] : 0;
}

/* I: numbers that a network sees of a step: the window, and the spread beside the typical one. */
static inline int
rn_local_inputs(const RnLocalSpec *spec)
{
	return spec->window + 1;
}

/* The first row at the end of a window that shows enough. */
static inline size_t
rn_local_first(const RnLocalSpec *spec, size_t n)
{
	size_t		W = (size_t) spec->window;

	return n >= 2 * W ? W - 1 : n > 1 ? (n + 1) / 2 - 1 : 0;
}

/* What a network sees at row t: input [I]. */
extern void rn_local_input(const RnLocalSpec *spec, const RnLocal *local, size_t t, rn_real *input);

/* From the gradient of a loss by that input, as far as it is within bounds, that by the level of row t. */
extern double rn_local_input_backward(const RnLocalSpec *spec, const RnLocal *local,
									  const rn_real *input, const rn_real *by_input);

/* x at a row that may be before the first. */
static inline double
rn_local_x(const RnLocal *local, ptrdiff_t t)
{
	return (double) local->x[t > 0 ? t : 0];
}

/* The base of step k (1, 2, ...) after row t, less any season. */
static inline double
rn_local_base(const RnLocalSpec *spec, const RnLocal *local, size_t t, int k)
{
	ptrdiff_t	next = (ptrdiff_t) t + 1;
	double		again = rn_local_x(local, next - spec->season + (k - 1) % spec->season);

	if (isnan(local->alpha))
		return (again + rn_local_x(local, next - spec->outer + (k - 1) % spec->outer)) / 2;
	return (again + (double) local->level[t]) / 2;
}

/* By how much it goes up with the level. */
static inline double
rn_local_base_by_level(const RnLocal *local)
{
	return isnan(local->alpha) ? 0 : 0.5;
}

#endif							/* RN_LOCAL_H */
