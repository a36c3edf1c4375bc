/*
 * inputs.c
 *		What a network sees of a series at every time step.
 *
 * Batches are time-major, [T][B][I]: a step of the network reads one row of B I
 * numbers.  So the gathering walks time outside and samples inside: writes go
 * straight on, and the B places that are read from move on together, each
 * cache line of theirs staying for as many steps as it holds numbers.
 */
#include "model/inputs.h"

#include <math.h>

#include "base/vector.h"
#include "nn/fit.h"
#include "series/civil.h"

#define POLL_ROWS	0x10000

#define TWO_PI 6.283185307179586

const char *
rn_covariate_name(RnCovariateKind kind)
{
	static const char *const names[RN_COVARIATE_KINDS] = {"past", "known", "static"};

	return names[kind];
}

const char *
rn_feature_name(int i)
{
	static const char *const names[RN_FEATURES] = {"month", "day_of_week", "hour", "holiday"};

	return names[i];
}

/* Columns that the calendar gives. */
static int
feature_columns(unsigned features)
{
	return 2 * __builtin_popcount(features & (RN_FEATURE_MONTH | RN_FEATURE_DAY_OF_WEEK | RN_FEATURE_HOUR)) +
		((features & RN_FEATURE_HOLIDAY) != 0);
}

int
rn_inputs_columns(const RnInputs *inputs)
{
	return inputs->given + feature_columns(inputs->features);
}

static bool
seen_ahead(const RnInputs *inputs, int column)
{
	return column >= inputs->given || inputs->covariate[column].kind == RN_COVARIATE_KNOWN;
}

int
rn_inputs_size(const RnInputs *inputs)
{
	int			size = 1 + inputs->masked;

	for (int c = 0; c < rn_inputs_columns(inputs); c++)
		size += 1 + seen_ahead(inputs, c);
	return size;
}

/* Is there a covariate of the user's of that kind? */
static bool
has_kind(const RnInputs *inputs, RnCovariateKind kind)
{
	for (int c = 0; c < inputs->given; c++)
		if (inputs->covariate[c].kind == kind)
			return true;
	return false;
}

bool
rn_inputs_need_future(const RnInputs *inputs)
{
	return has_kind(inputs, RN_COVARIATE_KNOWN);
}

bool
rn_inputs_end_early(const RnInputs *inputs)
{
	return has_kind(inputs, RN_COVARIATE_PAST);
}

static bool
is_holiday(const int32_t *holiday, size_t n, int64_t day)
{
	size_t		low = 0;

	while (n > 0)
	{
		size_t		half = n / 2;

		if (holiday[low + half] < day)
		{
			low += half + 1;
			n -= half + 1;
		}
		else
			n = half;
	}
	return holiday != NULL && holiday[low] == day;
}

/* A share of a cycle as a point on the circle: its ends are neighbours. */
static float *
put_cycle(float *at, double share)
{
	*at++ = (float) sin(TWO_PI * share);
	*at++ = (float) cos(TWO_PI * share);
	return at;
}

void
rn_inputs_calendar(const RnInputs *inputs, int64_t time, const int32_t *holiday, size_t n, float *row)
{
	float	   *at = row + inputs->given;
	RnCivil		civil;
	int64_t		day;

	if (inputs->features == 0)
		return;
	if (inputs->clock.read != NULL)
		time = inputs->clock.read(inputs->clock.zone, time);
	civil = rn_civil_from_time(time);
	day = (time - civil.time_of_day) / RN_USECS_PER_DAY;
	if (inputs->features & RN_FEATURE_MONTH)
		at = put_cycle(at, (civil.month - 1 + (civil.day - 1) / 31.0) / 12);
	if (inputs->features & RN_FEATURE_DAY_OF_WEEK)	/* 2000-01-01 was a Saturday */
		at = put_cycle(at, (double) (((day + 5) % 7 + 7) % 7) / 7);
	if (inputs->features & RN_FEATURE_HOUR)
		at = put_cycle(at, (double) civil.time_of_day / (double) RN_USECS_PER_DAY);
	if (inputs->features & RN_FEATURE_HOLIDAY)
		*at = n > 0 && day >= holiday[0] && day <= holiday[n - 1] && is_holiday(holiday, n, day);
}

RnCode
rn_inputs_fill_calendar(RnHost *host, const RnInputs *inputs, RnPanel *panel, const int32_t *holiday, size_t n)
{
	if (inputs->features == 0)
		return RN_OK;
	for (size_t s = 0; s < panel->count; s++)
		for (size_t i = 0; i < panel->series[s].n; i++)
		{
			const RnSeries *series = &panel->series[s];
			int64_t		time;

			if (i % 4096 == 0)
				RN_TRY(rn_poll(host));
			RN_TRY(rn_panel_time(host, panel, series, i, &time));
			rn_inputs_calendar(inputs, time, holiday, n,
							   panel->covariate + (series->first + i) * (size_t) panel->columns);
		}
	return RN_OK;
}

/*
 * Sum over the first rows [count] of each series of (covariate c - center) to
 * the power of 1 or 2; their number in *n.
 */
static RnCode
sum_column(RnHost *host, const RnPanel *panel, const size_t *rows, int c, double center, bool squares,
		   double *sum, size_t *n)
{
	size_t		C = (size_t) panel->columns;

	*sum = 0;
	*n = 0;
	for (size_t s = 0; s < panel->count; s++)
	{
		const RnSeries *series = &panel->series[s];

		for (size_t i = 0; i < rows[s]; i++)
		{
			double		d = (double) panel->covariate[(series->first + i) * C + (size_t) c] - center;

			if (i % POLL_ROWS == 0)
				RN_TRY(rn_poll(host));
			*sum += squares ? d * d : d;
		}
		*n += rows[s];
	}
	return RN_OK;
}

RnCode
rn_inputs_fit(RnHost *host, RnInputs *inputs, const RnPanel *panel, const size_t *rows)
{
	for (int c = 0; c < inputs->given; c++)
	{
		RnCovariate *covariate = &inputs->covariate[c];
		double		sum;
		size_t		n;

		RN_TRY(sum_column(host, panel, rows, c, 0, false, &sum, &n));
		covariate->shift = n > 0 ? sum / (double) n : 0;
		RN_TRY(sum_column(host, panel, rows, c, covariate->shift, true, &sum, &n));
		covariate->scale = n > 0 ? sqrt(sum / (double) n) : 1;
		if (!(covariate->scale > 1e-30 * (1 + fabs(covariate->shift))))
			covariate->scale = 1;	/* the same everywhere */
	}
	return RN_OK;
}

RnCode
rn_inputs_check_static(RnHost *host, const RnInputs *inputs, const RnPanel *panel, const RnSeries *series)
{
	size_t		C = (size_t) panel->columns;

	for (int c = 0; c < inputs->given; c++)
	{
		const float *column = panel->covariate + series->first * C + (size_t) c;

		if (inputs->covariate[c].kind != RN_COVARIATE_STATIC)
			continue;
		for (size_t i = 1; i < series->n; i++)
		{
			int64_t		time;
			char		text[RN_TIME_TEXT];

			if (i % POLL_ROWS == 0)
				RN_TRY(rn_poll(host));
			if (column[i * C] == column[0])
				continue;
			RN_TRY(rn_panel_time(host, panel, series, i, &time));
			rn_time_describe(panel->kind, time, text, sizeof(text));
			rn_fail(host, RN_INVALID_DATA, "static covariate changes from %g to %g at time %s",
					(double) column[(i - 1) * C], (double) column[i * C], text);
			rn_fail_detail(host, "It is number %d of the covariates.", c + 1);
			return rn_fail_hint(host, "Say known or past of a covariate that changes within a series.");
		}
	}
	return RN_OK;
}

/* What a step of rn_inputs_values needs of its windows, side by side. */
typedef struct Places
{
	size_t		row[RN_FIT_PART];
	double		shift[RN_FIT_PART];
	double		scale[RN_FIT_PART];
} Places;

/* One time step of B windows; value is that of row 0 at this step. */
RN_VECTOR static void
gather_step(const double *value, const Places *at, int B, size_t I, rn_real *x)
{
	if (I == 1)
	{
		for (int b = 0; b < B; b++)
			x[b] = (rn_real) ((value[at->row[b]] - at->shift[b]) / at->scale[b]);
		return;
	}
	for (int b = 0; b < B; b++)
		x[(size_t) b * I] = (rn_real) ((value[at->row[b]] - at->shift[b]) / at->scale[b]);
}

void
rn_inputs_values(const RnInputs *inputs, const RnRows *rows, const RnView *view, int T, int B, rn_real *x)
{
	size_t		I = (size_t) rn_inputs_size(inputs);
	Places		at;

	for (int b = 0; b < B; b++)
	{
		at.row[b] = view[b].row;
		at.shift[b] = view[b].transform.shift;
		at.scale[b] = view[b].transform.scale;
	}
	for (int t = 0; t < T; t++)
		gather_step(rows->value + t, &at, B, I, x + (size_t) t * (size_t) B * I);
}

/* The covariates of a row, and of that one a horizon later, into x. */
static rn_real *
put_covariates(const RnInputs *inputs, const RnRows *rows, const RnView *view, size_t row, rn_real *x)
{
	size_t		C = (size_t) rn_inputs_columns(inputs);
	size_t		last = view->end - 1;
	size_t		ahead = row + (size_t) inputs->horizon;
	const float *now = rows->covariate + (row < last ? row : last) * C;
	const float *later = rows->covariate + (ahead < last ? ahead : last) * C;

	for (size_t c = 0; c < C; c++)
	{
		bool		given = c < (size_t) inputs->given;
		double		shift = given ? inputs->covariate[c].shift : 0;
		double		scale = given ? inputs->covariate[c].scale : 1;

		*x++ = (rn_real) (((double) now[c] - shift) / scale);
		if (seen_ahead(inputs, (int) c))
			*x++ = (rn_real) (((double) later[c] - shift) / scale);
	}
	return x;
}

void
rn_inputs_others(const RnInputs *inputs, const RnRows *rows, const RnView *view, size_t count,
				 int T, int B, rn_real *x)
{
	size_t		I = (size_t) rn_inputs_size(inputs);

	if (I == 1)
		return;
	for (size_t t = 0; t < (size_t) T; t++)
		for (int b = 0; b < B; b++)
		{
			rn_real    *at = x + (t * (size_t) B + (size_t) b) * I + 1;
			size_t		row = view[b].row + count + t;
			bool		made_up = rows->missing != NULL && t + count < (size_t) T && rows->missing[row];

			if (inputs->masked)
				*at++ = made_up;
			if (rows->covariate != NULL)
				put_covariates(inputs, rows, &view[b], row, at);
		}
}

/* The same for all B windows at once, where they have one column and season. */
static void
centre_alike(int m, int T, int B, rn_real *x)
{
	double		sum[RN_FIT_PART] = {0};
	rn_real		level[RN_FIT_PART];

	for (int t = T - m; t < T; t++)
		for (int b = 0; b < B; b++)
			sum[b] += (double) x[(size_t) t * (size_t) B + (size_t) b];
	for (int b = 0; b < B; b++)
		level[b] = (rn_real) (sum[b] / m);
	for (int t = 0; t < T; t++)
		for (int b = 0; b < B; b++)
			x[(size_t) t * (size_t) B + (size_t) b] -= level[b];
}

static void
centre_one(int m, int T, size_t stride, rn_real *x)
{
	double		sum = 0;
	rn_real		level;

	for (int t = T - m; t < T; t++)
		sum += (double) x[(size_t) t * stride];
	level = (rn_real) (sum / m);
	for (int t = 0; t < T; t++)
		x[(size_t) t * stride] -= level;
}

void
rn_inputs_centre(const RnInputs *inputs, const RnView *view, int T, int B, rn_real *x)
{
	size_t		I = (size_t) rn_inputs_size(inputs);
	int			m = view[0].base_season;
	bool		alike = I == 1;

	for (int b = 1; b < B; b++)
		alike &= view[b].base_season == m;
	if (alike && m > 0)
		centre_alike(m, T, B, x);
	for (int b = 0; !alike && b < B; b++)
		if (view[b].base_season > 0)
			centre_one(view[b].base_season, T, (size_t) B * I, x + (size_t) b * I);
}
