/*
 * train.c (fuzz target)
 *		Rows to a model and its forecasts: rows are refused, or settled and
 *		filled with finite values; a training fails in words or gives a model that
 *		can be stored, is read again, and forecasts finite numbers.
 *
 * Input: bytes of choices, then rows: a byte that says how far in time and what
 * kind of value, and 8 bytes of value where it is any.
 */
#include "fuzz.h"

#include "model/codec.h"
#include "model/forecast.h"
#include "model/recipe.h"

#define ROWS 96
#define STEPS 7

static RnTrainSpec
make_spec(FuzzBytes *bytes)
{
	RnTrainSpec spec;
	unsigned	rows = fuzz_byte(bytes);
	unsigned	network = fuzz_byte(bytes);
	unsigned	more = fuzz_byte(bytes);

	rn_recipe_defaults(&spec);
	spec.recipe = network & 1 ? RN_RECIPE_AUTO : RN_RECIPE_PLAIN;
	spec.cell = (RnCellKind) ((network >> 1) % RN_CELL_KINDS);
	spec.layers = 1 + (network >> 3) % 2;
	spec.units[0] = spec.units[1] = 1 + (int) (network >> 4) % 3;
	spec.dilations = spec.layers;
	for (int l = 0; l < spec.layers; l++)
		spec.dilation[l] = 1 + (int) (rows >> (3 * l)) % 4;
	spec.residual = (network >> 5) & 1;
	spec.activation = (RnActivation) ((network >> 6) % RN_ACTIVATIONS);
	spec.epochs = 1 + (int) (more & 1);
	spec.members = 1 + (int) ((more >> 1) & 1);
	spec.window = 1 + (int) ((more >> 2) & 7);
	spec.horizon = 1 + (int) ((more >> 5) & 3);
	spec.season = (more >> 7) ? 3 : 0;
	spec.seed = 1;
	spec.rows.missing = (RnMissing) (rows % RN_MISSING_KINDS);
	spec.rows.duplicates = (RnDuplicates) ((rows >> 3) % RN_DUPLICATES_KINDS);
	spec.rows.on_error = (RnOnError) ((rows >> 5) % RN_ON_ERROR_KINDS);
	if (rows >> 6 == 1)
		spec.optim.learning_rate = 1e30;	/* diverges */
	if (rows >> 6 == 2)
		spec.transform = RN_RECIPE_TRANSFORM_NONE;
	return spec;
}

/* The value of a row: small, none, repeated, of any size the core takes, or any at all. */
static double
make_value(FuzzBytes *bytes, unsigned kind, double last)
{
	switch (kind & 7)
	{
		case 0:
		case 1:
			return (double) (int8_t) fuzz_byte(bytes);
		case 2:
			return last;
		case 3:
			return NAN;
		case 4:
			return -last;
		case 5:
			return ldexp(last == 0 ? 1 : last, (int8_t) fuzz_byte(bytes));
		case 6:
			return (kind & 8) ? RN_MAX_MAGNITUDE : 5e-324;
		default:
			return fuzz_double(bytes);
	}
}

static RnCode
make_panel(FuzzHost *fuzz, FuzzBytes *bytes, RnPanel *panel)
{
	size_t		series = 1 + fuzz_byte(bytes) % 2;
	int64_t		time = 0;
	double		last = 1;

	*panel = (RnPanel) {.kind = RN_TIME_INTEGER};
	RN_TRY(rn_alloc(&fuzz->host, series, sizeof(RnSeries), (void **) &panel->series));
	memset(panel->series, 0, series * sizeof(RnSeries));
	RN_TRY(rn_alloc(&fuzz->host, ROWS, sizeof(double), (void **) &panel->value));
	panel->count = 1;
	panel->series[0].key = series > 1 ? "{\"s\": 0}" : NULL;
	while (panel->rows < ROWS && bytes->left > 0)
	{
		RnSeries   *current = &panel->series[panel->count - 1];
		unsigned	kind = fuzz_byte(bytes);

		if (kind == 0xff && panel->count < series)	/* the next series */
		{
			current++;
			current->first = panel->rows;
			current->key = "{\"s\": 1}";
			panel->count++;
			time = 0;
			continue;
		}
		last = make_value(bytes, kind, isnan(last) ? 1 : last);
		RN_TRY(rn_times_append(&fuzz->host, &current->time, current->n, time));
		panel->value[panel->rows++] = last;
		current->n++;
		time += kind >> 4 == 0xe ? 0 : kind >> 4 == 0xd ? 2 : 1;	/* duplicates and gaps */
	}
	return RN_OK;
}

static void
check_filled(const RnPanel *panel)
{
	for (size_t s = 0; s < panel->count; s++)
		for (size_t i = 0; i < panel->series[s].n; i++)
			PROMISE(fabs(panel->value[panel->series[s].first + i]) <= RN_MAX_MAGNITUDE * ROWS);
}

static void
check_forecasts(FuzzHost *fuzz, const RnModel *model)
{
	for (size_t s = 0; s < model->count; s++)
	{
		RnOrigin	origin = rn_forecast_tail(model, s);
		double		forecast[STEPS];
		double		unit;
		RnCode		code = rn_forecast(&fuzz->host, model, &origin, 1, STEPS, forecast, &unit);

		PROMISE(code == RN_OK || code == RN_DIVERGED || code == RN_CANCELLED || code == RN_NO_MEMORY);
		for (int k = 0; code == RN_OK && k < STEPS; k++)
			PROMISE(isfinite(forecast[k]));
	}
}

/* Stored, read again, and what is then forecast. */
static void
check_model(FuzzHost *fuzz, const RnModel *model)
{
	size_t		size = rn_model_encoded_size(model);
	unsigned char *bytes = malloc(size);
	RnCode		code = rn_model_encode(&fuzz->host, model, bytes, size);
	RnModel		copy;

	PROMISE(code == RN_OK || code == RN_DIVERGED || code == RN_CANCELLED);
	if (code == RN_OK)
	{
		code = rn_model_decode(&fuzz->host, bytes, size, &copy);
		PROMISE(code == RN_OK || code == RN_NO_MEMORY || code == RN_CANCELLED);
	}
	if (code == RN_OK)
	{
		check_forecasts(fuzz, &copy);
		rn_model_free(&fuzz->host, &copy);
	}
	free(bytes);
}

static RnCode
try_training(FuzzHost *fuzz, const RnTrainSpec *spec, RnPanel *panel)
{
	RnTrainPlan plan;
	RnModel		model;
	RnTrainReport report;

	RN_TRY(rn_panel_settle(&fuzz->host, panel, &spec->rows, NULL));
	RN_TRY(rn_panel_fill(&fuzz->host, panel, &spec->rows));
	check_filled(panel);
	RN_TRY(rn_recipe_plan(&fuzz->host, spec, panel, &plan));
	RN_TRY(rn_recipe_train(&fuzz->host, &plan, panel, NULL, 0, NULL, NULL, &model, &report));
	check_model(fuzz, &model);
	rn_train_report_free(&fuzz->host, &report);
	rn_model_free(&fuzz->host, &model);
	return RN_OK;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	FuzzHost	fuzz = fuzz_host();
	FuzzBytes	bytes = {data, size};
	RnTrainSpec spec = make_spec(&bytes);
	RnPanel		panel;
	RnCode		code = make_panel(&fuzz, &bytes, &panel);

	PROMISE(code == RN_OK);
	code = try_training(&fuzz, &spec, &panel);
	PROMISE(code == RN_OK || fuzz.host.error.message[0] != '\0');
	rn_panel_free(&fuzz.host, &panel);
	PROMISE(fuzz.live == 0);
	return 0;
}
