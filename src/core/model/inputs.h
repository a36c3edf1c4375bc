/*
 * inputs.h
 *		What a network sees of a series at every time step.
 *
 * Column 0 is the scaled value (less the level of the window, see base season
 * in model.h).  Then 1 where the value is filled in, if such steps are masked;
 * then every covariate, scaled.  Of a covariate that is known ahead the network
 * also sees, beside the one of the step itself, that of the step a horizon O
 * later: a window of at least O steps so has seen it for all the steps that are
 * to be predicted.
 */
#ifndef RN_INPUTS_H
#define RN_INPUTS_H

#include "base/host.h"
#include "series/panel.h"
#include "series/transform.h"

typedef enum RnCovariateKind
{
	RN_COVARIATE_PAST,			/* known for the rows only */
	RN_COVARIATE_KNOWN,			/* known ahead */
	RN_COVARIATE_STATIC			/* the same for all rows of a series */
} RnCovariateKind;

#define RN_COVARIATE_KINDS 3

extern const char *rn_covariate_name(RnCovariateKind kind);

/* Covariates that the calendar gives, as bits. */
typedef enum RnCalendarFeature
{
	RN_FEATURE_MONTH = 1,		/* sine and cosine of the time of year */
	RN_FEATURE_DAY_OF_WEEK = 2, /* of the week */
	RN_FEATURE_HOUR = 4,		/* of the day */
	RN_FEATURE_HOLIDAY = 8		/* 1 on the dates of a table */
} RnCalendarFeature;

#define RN_FEATURES			4
#define RN_MAX_FEATURE_COLUMNS 7

extern const char *rn_feature_name(int i);	/* of bit i */

#define RN_MAX_COVARIATES	64
#define RN_MAX_HOLIDAYS 1000000

typedef struct RnCovariate
{
	RnCovariateKind kind;
	double		shift;			/* scaled = (covariate - shift) / scale */
	double		scale;
} RnCovariate;

/*
 * What the wall clock of people shows at a civil time that is not theirs, such
 * as UTC.  The host's, who knows zones; not stored.
 */
typedef struct RnWallClock
{
	int64_t		(*read) (const void *zone, int64_t time);	/* NULL: the time itself */
	const void *zone;
} RnWallClock;

typedef struct RnInputs
{
	bool		masked;			/* is there a column for filled in values? */
	int			given;			/* covariates of the user */
	unsigned	features;		/* RnCalendarFeature; known ahead */
	RnWallClock clock;			/* by which features are told */
	int			horizon;		/* O */
	RnCovariate covariate[RN_MAX_COVARIATES];	/* [given] */
} RnInputs;

/* I: numbers per time step. */
extern int	rn_inputs_size(const RnInputs *inputs);

/* C: covariates of a row, the user's first, then the calendar's. */
extern int	rn_inputs_columns(const RnInputs *inputs);

/* Must future values of some of the user's covariates be given? */
extern bool rn_inputs_need_future(const RnInputs *inputs);

/* Has it covariates whose future nobody knows? */
extern bool rn_inputs_end_early(const RnInputs *inputs);

/*
 * The calendar's covariates of a time into row [columns]; holidays are n dates,
 * ascending, in days since 2000-01-01.
 */
extern void rn_inputs_calendar(const RnInputs *inputs, int64_t time, const int32_t *holiday,
							   size_t n, float *row);

/* The same for every row of a settled and filled panel, in its place. */
extern RnCode rn_inputs_fill_calendar(RnHost *host, const RnInputs *inputs, RnPanel *panel,
									  const int32_t *holiday, size_t n);

/*
 * Scale the user's covariates by what the first rows [count] of each series of
 * the panel show: mean 0, standard deviation 1.
 */
extern RnCode rn_inputs_fit(RnHost *host, RnInputs *inputs, const RnPanel *panel, const size_t *rows);

/* RN_INVALID_DATA for a series whose static covariates change. */
extern RnCode rn_inputs_check_static(RnHost *host, const RnInputs *inputs, const RnPanel *panel,
									 const RnSeries *series);

/* Rows to look at: arrays as in RnPanel. */
typedef struct RnRows
{
	const double *value;
	const unsigned char *missing;	/* those masked; or NULL */
	const float *covariate;		/* [..][C] or NULL */
} RnRows;

/* A window over rows of one series. */
typedef struct RnView
{
	size_t		row;			/* its first row */
	size_t		start;			/* the first row of the series */
	size_t		end;			/* behind the last row whose covariates are known;
								 * those of later ones are taken to stay so */
	RnTransform transform;
	int			base_season;	/* as in RnModelSeries */
	const rn_real *faster;		/* as rn_model_faster has it; NULL: nothing was learnt */
} RnView;

/* The scaled values of B windows into x [T][B][I], not less their level yet. */
extern void rn_inputs_values(const RnInputs *inputs, const RnRows *rows, const RnView *view,
							 int T, int B, rn_real *x);

/*
 * All other columns.  The windows have moved on by count steps since their
 * values were rows: values of the newest count steps are no fillings.
 */
extern void rn_inputs_others(const RnInputs *inputs, const RnRows *rows, const RnView *view,
							 size_t count, int T, int B, rn_real *x);

/*
 * Values less the mean of the last base season of their window: a level that
 * training never saw looks like one that it did.
 */
extern void rn_inputs_centre(const RnInputs *inputs, const RnView *view, int T, int B, rn_real *x);

#endif							/* RN_INPUTS_H */
