/*
 * fill.c
 *		A settled panel's rows laid out step by step, and what is missing in
 *		between made up as the policy says.
 */
#include "series/panel.h"

#include <math.h>
#include <string.h>

#define POLL_ROWS	0x10000

/* The arrays that rows are laid out in: those of the panel, or new ones. */
typedef struct Layout
{
	size_t		rows;			/* laid out so far */
	double	   *value;
	float	   *covariate;
	unsigned char *missing;
} Layout;

static RnCode
poll_at(RnHost *host, size_t row)
{
	return row % POLL_ROWS == 0 ? rn_poll(host) : RN_OK;
}

/* How many rows a settled series will have. */
static size_t
steps_of(const RnPanel *panel, const RnSeries *series)
{
	RnCalendar	calendar = rn_panel_calendar(panel, series);
	int64_t		steps = 0;

	rn_calendar_steps(&calendar, series->start, rn_time_at(&series->time, series->n - 1), &steps);
	return (size_t) steps + 1;
}

/* Rows n of them, C numbers each, without a value. */
static RnCode
put_nothing(RnHost *host, const Layout *to, size_t row, size_t n, size_t C)
{
	for (size_t i = 0; i < n; i++)
	{
		RN_TRY(poll_at(host, i));
		to->value[row + i] = NAN;
		for (size_t c = 0; c < C; c++)
			to->covariate[(row + i) * C + c] = NAN;
	}
	return RN_OK;
}

/*
 * Copy a series to where its calendar wants its rows, into other arrays, with
 * nothing in the steps between.
 */
static RnCode
spread(RnHost *host, const RnPanel *panel, const RnSeries *series, const Layout *to)
{
	RnCalendar	calendar = rn_panel_calendar(panel, series);
	size_t		C = (size_t) panel->columns;
	size_t		next = 0;		/* step to be written */

	for (size_t i = 0; i < series->n; i++)
	{
		int64_t		step = 0;
		size_t		row = to->rows + next;

		RN_TRY(poll_at(host, i));
		rn_calendar_steps(&calendar, series->start, rn_time_at(&series->time, i), &step);
		RN_TRY(put_nothing(host, to, row, (size_t) step - next, C));
		row = to->rows + (size_t) step;
		to->value[row] = panel->value[series->first + i];
		if (C > 0)
			memcpy(to->covariate + row * C, panel->covariate + (series->first + i) * C, C * sizeof(float));
		next = (size_t) step + 1;
	}
	return RN_OK;
}

/*
 * Make up what is missing of n numbers, stride apart.  There is a first; what
 * has no later neighbour (covariates may end early) goes on as it was, and what
 * has no earlier one as it will be.
 */
#define FILL(name, type) \
static RnCode \
name(RnHost *host, type *value, size_t stride, size_t n, RnMissing missing) \
{ \
	size_t		before = SIZE_MAX;	/* the last row that was there */ \
\
	for (size_t i = 0; i < n; i++) \
	{ \
		size_t		gap; \
		size_t		after; \
\
		RN_TRY(poll_at(host, i)); \
		if (!isnan(value[i * stride])) \
		{ \
			before = i; \
			continue; \
		} \
		for (after = i; after < n && isnan(value[after * stride]); after++) \
			RN_TRY(poll_at(host, after)); \
		for (gap = i; gap < after; gap++) \
		{ \
			double		from = before < n ? (double) value[before * stride] \
				: after < n ? (double) value[after * stride] : 0; \
			double		to = after < n ? (double) value[after * stride] : from; \
			double		share = (double) (gap - i + 1) / (double) (after - i + 1); \
\
			RN_TRY(poll_at(host, gap)); \
			value[gap * stride] = (type) (missing == RN_MISSING_ZERO ? 0 \
				: missing == RN_MISSING_INTERPOLATE ? from * (1 - share) + to * share : from); \
		} \
		i = after - 1; \
	} \
	return RN_OK; \
}

FILL(fill_values, double)
FILL(fill_covariates, float)

/*
 * Fill a series that lies at its place; count what was made up.  Covariates are
 * states of affairs rather than amounts: they go on where values are zero.
 */
static RnCode
fill_series(RnHost *host, const RnPanel *panel, RnSeries *series, const RnRowPolicy *policy,
			const Layout *at)
{
	double	   *value = at->value + series->first;
	size_t		C = (size_t) panel->columns;
	RnMissing	states = policy->missing == RN_MISSING_ZERO ? RN_MISSING_LOCF : policy->missing;

	for (size_t i = 0; i < series->n; i++)
	{
		bool		missing = isnan(value[i]);

		RN_TRY(poll_at(host, i));
		series->filled += missing;
		at->missing[series->first + i] = missing;
	}
	if (series->filled > 0)
		RN_TRY(fill_values(host, value, 1, series->n, policy->missing));
	for (size_t c = 0; c < C; c++)
		RN_TRY(fill_covariates(host, at->covariate + series->first * C + c, C, series->n, states));
	return RN_OK;
}

/* All series into new arrays. */
static RnCode
spread_all(RnHost *host, RnPanel *panel, Layout *to)
{
	size_t		rows = 0;

	for (size_t s = 0; s < panel->count; s++)
		if (panel->series[s].n > 0)
			rows += steps_of(panel, &panel->series[s]);
	RN_TRY(rn_alloc(host, rows, sizeof(double), (void **) &to->value));
	if (panel->columns > 0)
		RN_TRY(rn_alloc(host, rows * (size_t) panel->columns, sizeof(float), (void **) &to->covariate));
	for (size_t s = 0; s < panel->count; s++)
	{
		RnSeries   *series = &panel->series[s];
		size_t		n;

		if (series->n == 0)
			continue;
		n = steps_of(panel, series);
		RN_TRY(spread(host, panel, series, to));
		series->first = to->rows;
		series->n = n;
		to->rows += n;
		rn_times_free(host, &series->time);
	}
	rn_free(host, panel->value);
	rn_free(host, panel->covariate);
	panel->value = to->value;
	panel->covariate = to->covariate;
	panel->rows = rows;
	*to = (Layout) {0};
	return RN_OK;
}

/* Is there a step without a row? */
static bool
has_gaps(const RnPanel *panel)
{
	for (size_t s = 0; s < panel->count; s++)
		if (panel->series[s].n > 0 && steps_of(panel, &panel->series[s]) != panel->series[s].n)
			return true;
	return false;
}

RnCode
rn_panel_spread(RnHost *host, RnPanel *panel)
{
	Layout		to = {0};
	RnCode		code;

	if (panel->spread || !has_gaps(panel))
	{
		panel->spread = true;
		return RN_OK;
	}
	code = spread_all(host, panel, &to);
	rn_free(host, to.value);
	rn_free(host, to.covariate);
	panel->spread = code == RN_OK;
	return code;
}

RnCode
rn_panel_fill(RnHost *host, RnPanel *panel, const RnRowPolicy *policy)
{
	Layout		to;

	if (policy->missing == RN_MISSING_ERROR)
		return RN_OK;
	RN_TRY(rn_panel_spread(host, panel));
	RN_TRY(rn_alloc(host, panel->rows, 1, (void **) &panel->missing));
	to = (Layout) {panel->rows, panel->value, panel->covariate, panel->missing};
	for (size_t s = 0; s < panel->count; s++)
		if (panel->series[s].n > 0)
			RN_TRY(fill_series(host, panel, &panel->series[s], policy, &to));
	return RN_OK;
}
