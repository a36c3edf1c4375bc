/*
 * explain.c
 *		What a forecast is made of.
 *
 * Rows are taken apart as in a classical decomposition: the season's indices; a line
 * through the rows around each, which is the level, and whose end is the base; and
 * the rest.  Of models that take logarithms in these; values that have none count as
 * the least that has, as the models have it (local.c).
 */
#include "model/explain.h"

#include <math.h>
#include <string.h>

#include "series/season.h"

/* A level is found from two seasons on either side, or of shorter ones from two of so many rows. */
#define LEAST_SEASON 4

static const char *const part_name[] = {"base", "trend", "season", "earlier", "recent", "covariate"};

/* Parts that every model has: base, trend, season, earlier. */
#define COMMON 4

/* Rows taken apart, and the room for them without some of the parts. */
typedef struct Pieces
{
	RnArena		arena;
	const RnModel *model;
	const RnOrigin *origin;
	int			steps;
	int			recent;
	bool		log;
	double		base;
	double	   *trend;			/* [n] */
	double	   *season;			/* [n] */
	double	   *rest;			/* [n] */
	double	   *scratch;		/* [rn_season_scratch(n)], and [2n + 2] */
	double	   *index;			/* [cycle] */
	double	   *value;			/* [n] the rows without some parts */
	float	   *covariate;		/* [n][stride] */
	float	   *future;			/* [ahead][given] */
	double	   *before;			/* [steps] a forecast, */
	double	   *after;			/* and that with one part more */
} Pieces;

const char *
rn_piece_name(RnPieceKind kind)
{
	return part_name[kind];
}

int
rn_explain_parts(const RnModel *model, int recent)
{
	return COMMON + recent + model->inputs.given;
}

RnPiece
rn_explain_part(const RnModel *model, int recent, int i)
{
	(void) model;
	if (i < COMMON)
		return (RnPiece) {(RnPieceKind) i, 0};
	if (i < COMMON + recent)
		return (RnPiece) {RN_PIECE_RECENT, i - COMMON + 1};
	return (RnPiece) {RN_PIECE_COVARIATE, i - COMMON - recent};
}

/* Numbers of an index: a model that takes series apart may know a second, longer season. */
static size_t
phases(const RnModel *model)
{
	int			outer = model->method == RN_METHOD_LOCAL ? model->local.outer : 0;

	return (size_t) (outer > model->season ? outer : model->season);
}

static void
lay_out(Pieces *pieces, size_t n)
{
	RnArena    *arena = &pieces->arena;
	const RnModel *model = pieces->model;
	size_t		given = (size_t) model->inputs.given;
	size_t		stride = pieces->origin != NULL ? pieces->origin->stride : (size_t) rn_inputs_columns(&model->inputs);

	pieces->trend = rn_arena_take(arena, n, sizeof(double));
	pieces->season = rn_arena_take(arena, n, sizeof(double));
	pieces->rest = rn_arena_take(arena, n, sizeof(double));
	pieces->scratch = rn_arena_take(arena, rn_season_scratch(n), sizeof(double));
	pieces->index = rn_arena_take(arena, phases(model), sizeof(double));
	pieces->value = rn_arena_take(arena, n, sizeof(double));
	pieces->covariate = given > 0 ? rn_arena_take(arena, n * stride, sizeof(float)) : NULL;
	pieces->future = given > 0 ? rn_arena_take(arena, (size_t) rn_forecast_ahead(model, pieces->steps) * given, sizeof(float)) : NULL;
	pieces->before = rn_arena_take(arena, (size_t) pieces->steps, sizeof(double));
	pieces->after = rn_arena_take(arena, (size_t) pieces->steps, sizeof(double));
}

size_t
rn_explain_bytes(const RnModel *model, size_t n, int steps)
{
	Pieces		pieces = {.model = model,.steps = steps};

	lay_out(&pieces, n);
	return rn_arena_bytes(&pieces.arena) + rn_forecast_bytes(model, 1, steps);
}

/* ---- taking rows apart ---- */

/* The least of the values that have a logarithm; INFINITY: none has. */
static double
least_positive(const double *value, size_t n)
{
	double		least = INFINITY;

	for (size_t t = 0; t < n; t++)
		if (value[t] > 0)
			least = fmin(least, value[t]);
	return least;
}

/*
 * The level of x [n] at each row into level: the line of least squares through the rows up to half
 * before and behind it, as far as there are any.  sums [2n + 2].
 */
static void
find_level(const double *x, size_t n, size_t half, double *level, double *sums)
{
	double	   *sum = sums;		/* of the first t numbers, */
	double	   *moment = sums + n + 1;	/* and of these times their rows */

	sum[0] = moment[0] = 0;
	for (size_t t = 0; t < n; t++)
	{
		sum[t + 1] = sum[t] + x[t];
		moment[t + 1] = moment[t] + (double) t * x[t];
	}
	for (size_t t = 0; t < n; t++)
	{
		size_t		from = t > half ? t - half : 0;
		size_t		to = n - t > half + 1 ? t + half + 1 : n;
		double		count = (double) (to - from);
		double		middle = ((double) from + (double) to - 1) / 2;
		double		total = sum[to] - sum[from];
		double		spread = count * (count * count - 1) / 12;
		double		slope = spread > 0 ? (moment[to] - moment[from] - middle * total) / spread : 0;

		level[t] = total / count + slope * ((double) t - middle);
	}
}

static RnCode
take_apart(RnHost *host, Pieces *pieces)
{
	const RnModel *model = pieces->model;
	const RnOrigin *origin = pieces->origin;
	size_t		n = origin->n;
	bool		local = model->method == RN_METHOD_LOCAL;
	double	   *x = pieces->value;
	size_t		half = 2 * (size_t) (model->season > LEAST_SEASON ? model->season : LEAST_SEASON);
	double		least = least_positive(origin->value, n);
	int			cycle;

	RN_TRY(rn_poll(host));
	pieces->log = local && model->local.lambda == 0 && !isinf(least);
	for (size_t t = 0; t < n; t++)
		x[t] = pieces->log ? log(fmax(origin->value[t], least)) : origin->value[t];
	cycle = rn_season_indices(x, n, model->season, local ? model->local.outer : 0, pieces->index, pieces->scratch);
	for (size_t t = 0; t < n; t++)
	{
		pieces->season[t] = cycle > 1 ? pieces->index[t % (size_t) cycle] : 0;
		x[t] -= pieces->season[t];
	}
	RN_TRY(rn_poll(host));
	find_level(x, n, half, pieces->trend, pieces->scratch);
	pieces->base = pieces->trend[n - 1];
	for (size_t t = 0; t < n; t++)
	{
		pieces->rest[t] = x[t] - pieces->trend[t];
		pieces->trend[t] -= pieces->base;
	}
	return RN_OK;
}

/* ---- putting them together ---- */

/* Of the parts 1 .., all with first <= part < end are there. */
static bool
is_there(int part, int first, int end)
{
	return part >= first && part < end;
}

/* The part that the rest of row t belongs to. */
static int
rest_part(const Pieces *pieces, size_t t)
{
	size_t		back = pieces->origin->n - t;

	return back <= (size_t) pieces->recent ? COMMON - 1 + (int) back : RN_PIECE_EARLIER;
}

static void
put_rows(Pieces *pieces, int first, int end)
{
	for (size_t t = 0; t < pieces->origin->n; t++)
	{
		double		x = pieces->base;

		if (is_there(RN_PIECE_TREND, first, end))
			x += pieces->trend[t];
		if (is_there(RN_PIECE_SEASON, first, end))
			x += pieces->season[t];
		if (is_there(rest_part(pieces, t), first, end))
			x += pieces->rest[t];
		pieces->value[t] = pieces->log ? exp(x) : x;
	}
}

/* Covariates that are not there have their mean, in rows and ahead. */
static void
put_covariates(Pieces *pieces, int first, int end)
{
	const RnInputs *inputs = &pieces->model->inputs;
	const RnOrigin *origin = pieces->origin;
	size_t		given = (size_t) inputs->given;
	size_t		ahead = (size_t) rn_forecast_ahead(pieces->model, pieces->steps);

	memcpy(pieces->covariate, origin->covariate, ((origin->n - 1) * origin->stride + given) * sizeof(float));
	if (origin->future != NULL)
		memcpy(pieces->future, origin->future, ahead * given * sizeof(float));
	for (size_t c = 0; c < given; c++)
	{
		if (is_there(COMMON + pieces->recent + (int) c, first, end))
			continue;
		for (size_t t = 0; t < origin->n; t++)
			pieces->covariate[t * origin->stride + c] = (float) inputs->covariate[c].shift;
		for (size_t k = 0; k < ahead && origin->future != NULL; k++)
			pieces->future[k * given + c] = (float) inputs->covariate[c].shift;
	}
}

/* The forecast with parts first .. end - 1 only; with all of them it is the model's own. */
static RnCode
forecast_with(RnHost *host, Pieces *pieces, int first, int end, double *forecast)
{
	RnOrigin	origin = *pieces->origin;

	if (first == 1 && end == rn_explain_parts(pieces->model, pieces->recent))
		return rn_forecast(host, pieces->model, &origin, 1, pieces->steps, forecast, NULL);
	put_rows(pieces, first, end);
	origin.value = pieces->value;
	if (pieces->covariate != NULL)
	{
		put_covariates(pieces, first, end);
		origin.covariate = pieces->covariate;
		origin.future = origin.future != NULL ? pieces->future : NULL;
	}
	return rn_forecast(host, pieces->model, &origin, 1, pieces->steps, forecast, NULL);
}

/* Half of what part adds, from before to after, which becomes before. */
static void
add_half(Pieces *pieces, int part, double *contribution)
{
	double	   *swap = pieces->before;

	for (int k = 0; k < pieces->steps; k++)
		contribution[(size_t) part * (size_t) pieces->steps + (size_t) k] += (pieces->after[k] - pieces->before[k]) / 2;
	pieces->before = pieces->after;
	pieces->after = swap;
}

static RnCode
explain(RnHost *host, Pieces *pieces, double *contribution)
{
	int			parts = rn_explain_parts(pieces->model, pieces->recent);
	size_t		steps = (size_t) pieces->steps;

	RN_TRY(take_apart(host, pieces));
	memset(contribution, 0, (size_t) parts * steps * sizeof(double));
	RN_TRY(forecast_with(host, pieces, 1, 1, contribution));
	memcpy(pieces->before, contribution, steps * sizeof(double));
	for (int part = 1; part < parts; part++)
	{
		RN_TRY(forecast_with(host, pieces, 1, part + 1, pieces->after));
		add_half(pieces, part, contribution);
	}
	memcpy(pieces->before, contribution, steps * sizeof(double));
	for (int part = parts - 1; part > 0; part--)
	{
		RN_TRY(forecast_with(host, pieces, part, parts, pieces->after));
		add_half(pieces, part, contribution);
	}
	return RN_OK;
}

RnCode
rn_explain(RnHost *host, const RnModel *model, const RnOrigin *origin, int steps, int recent, double *contribution)
{
	Pieces		pieces = {.model = model,.origin = origin,.steps = steps,.recent = recent};
	RnCode		code;

	lay_out(&pieces, origin->n);
	RN_TRY(rn_arena_allocate(host, &pieces.arena));
	lay_out(&pieces, origin->n);
	code = explain(host, &pieces, contribution);
	rn_arena_free(host, &pieces.arena);
	return code;
}
