/*
 * model.h
 *		A trained model as one value: network, calendar, and of every series its
 *		scale and its newest rows; and the residuals that intervals come from.
 *
 * A model needs nothing else to forecast: no table, no right on the source.
 * All memory is the host's; rn_model_free gives it back.
 */
#ifndef RN_MODEL_H
#define RN_MODEL_H

#include "model/inputs.h"
#include "model/local.h"
#include "nn/network.h"

#define RN_MAX_WINDOW	65536
#define RN_MAX_HORIZON	100000	/* steps a single call may forecast */
#define RN_MAX_SERIES	16777216

/* How far intervals look and how finely they know a distribution. */
#define RN_RESIDUAL_STEPS	512
#define RN_RESIDUAL_POINTS	256

/* Bytes of a text that the host keeps with a model, its end included. */
#define RN_MODEL_TEXT	256

/* One of the series that a model was trained on. */
typedef struct RnModelSeries
{
	const char *key;			/* the host's words for it; NULL without */
	double		shift;			/* of RnTransform */
	double		scale;

	/*
	 * m > 0: the network predicts by how much a value differs from the one m
	 * steps before it (or a multiple, where that is a forecast too), from a
	 * window less the mean of its last m values; 0: the value itself, from
	 * the window as it is.  At most window.
	 */
	int			base_season;
	int			anchor_day;		/* of RnCalendar */
	int64_t		last_time;		/* of its newest row */
	size_t		rows;			/* of its tail */
	size_t		tail;			/* which is the first */
} RnModelSeries;

/* How a model looks at series. */
typedef enum RnMethod
{
	RN_METHOD_WINDOWS,			/* the network sees windows of scaled values (inputs.h) */
	RN_METHOD_LOCAL				/* series are taken apart first (local.h) */
} RnMethod;

#define RN_METHODS 2
#define RN_MAX_MEMBERS 32

typedef struct RnModel
{
	RnNetwork	network;		/* spec.outputs is the horizon of the head */
	RnMethod	method;

	/*
	 * RN_METHOD_LOCAL: weights are those of so many networks, one behind the
	 * other, of which the median counts; they see sequences of steps rows, so
	 * many apart; of the forecast so much is theirs, what neither they nor the
	 * seasonal naive forecast have a share in is classical (smooth.h).  Else 1
	 * network.
	 */
	int			members;
	int			steps;
	int			stride;
	double		share;
	double		naive_share;	/* of the seasonal naive forecast */
	RnLocalSpec local;

	/*
	 * With logarithms, the last of the members may see the series without; the
	 * median of the former and that of the latter count as much, and so do
	 * classical forecasts of both kinds.
	 */
	int			second_members;
	RnLocalSpec second;

	/*
	 * The alphas of levels may be learnt with the networks: by how much each has the
	 * logit of that of a series higher than least squares; in the last row, of one
	 * that is not among them: the mean of all.
	 */
	bool		learnt;
	rn_real    *smoothing;		/* [S + 1][members]; NULL unless learnt */
	RnInputs	inputs;
	RnScalerKind scaler;
	RnCalendar	calendar;		/* anchor_day is that of each series */
	int			window;			/* T: rows that a network sees at a time */
	int			season;			/* in steps, 1: none */
	bool		relative;		/* do series have base seasons? */
	RnRowPolicy rows;			/* what further rows are put through */
	double		lower_bound;	/* of forecasts and intervals; -inf, inf: none */
	double		upper_bound;

	/*
	 * What the host wants to know again: what its times are, whose wall clock
	 * tells the calendar's features (empty: time_zone's), and the names of the
	 * covariates, one after the other, each ended by 0.
	 */
	char		time_type[RN_MODEL_TEXT];
	char		time_zone[RN_MODEL_TEXT];
	char		wall_zone[RN_MODEL_TEXT];
	char	   *covariate_names;
	size_t		covariate_names_size;

	/* Where forecasts start: the newest rows of each, oldest first. */
	size_t		count;			/* S, at least 1 */
	RnModelSeries *series;		/* [S] */
	char	   *keys;			/* what series[].key points into; NULL: no keys */
	size_t		keys_size;
	const RnModelSeries **by_key;	/* [S] in the order of their keys, once somebody
									 * has looked for one; NULL until then */
	size_t		tail_rows;		/* R, of all tails */
	double	   *tail;			/* [R] as users know them */
	unsigned char *tail_missing;	/* [R] 1: filled in; NULL: none are */
	float	   *tail_covariate; /* [R][given]; NULL without */

	size_t		holidays;
	int32_t    *holiday;		/* [holidays] days since 2000-01-01, ascending */

	/*
	 * Absolute held-out errors of scaled values, sorted ascending, for
	 * forecasts of step k = 1..residual_steps:
	 * [residual_steps][residual_points].  None without a validation part.
	 */
	int			residual_steps;
	int			residual_points;
	double	   *residual;
} RnModel;

/* What the second kind of networks sees differs by the logarithms, and its typical spread. */
static inline void
rn_model_second(RnModel *model)
{
	double		spread = model->second.typical_spread;

	model->second = model->local;
	model->second.lambda = 1;
	model->second.typical_spread = spread;
}

/* In powers of what errors and intervals are counted (box_cox.h): 1, in values; 0, in logarithms. */
static inline double
rn_model_lambda(const RnModel *model)
{
	return model->method == RN_METHOD_LOCAL ? model->local.lambda : 1;
}

/* Rows that a forecast needs at least, and looks back on at most. */
static inline int
rn_model_least_rows(const RnModel *model)
{
	return model->method == RN_METHOD_LOCAL ? 1 : model->window;
}

static inline int
rn_model_most_rows(const RnModel *model)
{
	return model->method == RN_METHOD_LOCAL ? model->local.lookback : model->window;
}

/* The first row of a series that rn_predict predicts: of series that are taken apart, once there is a season. */
static inline int
rn_model_first_predicted(const RnModel *model)
{
	return model->method == RN_METHOD_LOCAL && model->season < model->window ? model->season + 1 : model->window;
}

/* Of so many rows a model keeps the newest. */
static inline size_t
rn_model_kept_rows(const RnModel *model, size_t n)
{
	size_t		most = (size_t) rn_model_most_rows(model);

	return n < most ? n : most;
}

extern void rn_model_free(RnHost *host, RnModel *model);

/* The scale of a series of the model. */
static inline RnTransform
rn_model_transform(const RnModel *model, const RnModelSeries *series)
{
	return (RnTransform) {model->scaler, series->shift, series->scale};
}

static inline RnCalendar
rn_model_calendar(const RnModel *model, const RnModelSeries *series)
{
	RnCalendar	calendar = model->calendar;

	calendar.anchor_day = series->anchor_day;
	return calendar;
}

/* What is left for the classical forecasts. */
static inline double
rn_model_classical_share(const RnModel *model)
{
	double		share = 1 - model->share - model->naive_share;

	return share > 1e-9 ? share : 0;
}

/* A number brought within the model's bounds. */
static inline double
rn_model_bound(const RnModel *model, double number)
{
	return number < model->lower_bound ? model->lower_bound
		: number > model->upper_bound ? model->upper_bound : number;
}

/* What networks have learnt of the levels of series s (S: of one not seen before): [members], NULL: nothing. */
static inline const rn_real *
rn_model_faster(const RnModel *model, size_t s)
{
	return model->smoothing != NULL ? model->smoothing + s * (size_t) model->members : NULL;
}

/* Room for that, if it was learnt. */
extern RnCode rn_model_create_smoothing(RnHost *host, RnModel *model);

/* The networks of a model that says how many, their weights not set. */
extern RnCode rn_model_create_networks(RnHost *host, const RnNetworkSpec *spec, RnModel *model);

/*
 * The base season of a series of n rows, as recipe `auto` has it: the season,
 * if the window holds one and there are three of them, unless the user said so.
 */
extern int	rn_model_base_season(const RnModel *model, size_t n, bool said);

#endif							/* RN_MODEL_H */
