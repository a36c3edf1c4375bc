/*
 * codec.c (fuzz target)
 *		Stored models: any bytes are refused, or are a model whose forecasts are
 *		finite or an error, and which is stored again as the same bytes.
 *
 * Mutants have their length and checksum repaired three times out of four, so
 * that the checks behind these are reached.
 */
#include "fuzz.h"
#include "seal.h"

#include "model/adapt.h"
#include "model/codec.h"
#include "model/forecast.h"
#include "model/interval.h"

#define STEPS 5
#define PREDICTED 64

extern size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);
extern size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed);

size_t
LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed)
{
	size = LLVMFuzzerMutate(data, size, max_size);
	if (seed % 4 != 0)
		fuzz_seal(data, size);
	return size;
}

/* What a call on an accepted model may say. */
static bool
honest(RnCode code)
{
	return code == RN_OK || code == RN_DIVERGED || code == RN_INVALID_OPTION || code == RN_INVALID_DATA ||
		code == RN_NO_MEMORY || code == RN_CANCELLED;
}

static void
check_intervals(const RnModel *model, const double *forecast, double unit)
{
	for (int k = 0; k < STEPS && rn_interval_known(model); k++)
	{
		double		lower;
		double		upper;

		rn_interval_bounds(model, 0.9, k + 1, forecast[k], unit, &lower, &upper);
		PROMISE(isfinite(lower) && lower <= forecast[k] && forecast[k] <= upper && isfinite(upper));
	}
}

static void
check_forecast(FuzzHost *fuzz, const RnModel *model, size_t s)
{
	RnOrigin	origin = rn_forecast_tail(model, s);
	size_t		numbers = (size_t) rn_forecast_ahead(model, STEPS) * (size_t) model->inputs.given;
	float	   *future = calloc(numbers + 1, sizeof(float));
	double		forecast[STEPS];
	double		unit;
	RnCode		code;

	origin.future = future;
	code = rn_forecast(&fuzz->host, model, &origin, 1, STEPS, forecast, &unit);
	PROMISE(honest(code));
	for (int k = 0; code == RN_OK && k < STEPS; k++)
		PROMISE(isfinite(forecast[k]));
	if (code == RN_OK)
		check_intervals(model, forecast, unit);
	free(future);
}

/* One step ahead along the rows that the model keeps, and a few more. */
static void
check_predictions(FuzzHost *fuzz, const RnModel *model)
{
	const RnModelSeries *series = &model->series[0];
	double		value[PREDICTED];
	double		predicted[PREDICTED];
	double		unit[PREDICTED];
	RnRows		rows = {.value = value};
	RnView		view = {0, 0, PREDICTED, rn_model_transform(model, series), series->base_season, rn_model_faster(model, 0)};
	RnCode		code;

	if (model->inputs.given > 0 || model->inputs.features > 0 || model->inputs.masked)
		return;
	for (size_t i = 0; i < PREDICTED; i++)
		value[i] = model->tail[series->tail + i % series->rows];
	code = rn_predict(&fuzz->host, model, &rows, &view, PREDICTED, predicted, unit);
	PROMISE(honest(code));
	for (int i = rn_model_first_predicted(model); code == RN_OK && i < PREDICTED; i++)
		PROMISE(isfinite(predicted[i]));
}

/* What is read is written as it was, unless that was an earlier version. */
static void
check_round_trip(FuzzHost *fuzz, const RnModel *model, const uint8_t *data, size_t size)
{
	unsigned char *bytes = malloc(size);

	PROMISE(rn_model_encoded_size(model) == size);
	if (rn_model_encode(&fuzz->host, model, bytes, size) == RN_OK)
		PROMISE(memcmp(bytes, data, size) == 0);
	else
		PROMISE(fuzz->polls > FUZZ_POLLS);
	free(bytes);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	FuzzHost	fuzz = fuzz_host();
	RnModel		model;
	RnCode		code = rn_model_decode(&fuzz.host, data, size, &model);

	if (code != RN_OK)
	{
		PROMISE(code == RN_CORRUPT || code == RN_UNSUPPORTED || code == RN_NO_MEMORY);
		PROMISE(fuzz.live == 0);
		return 0;
	}
	if (data[8] == RN_CODEC_VERSION)
		check_round_trip(&fuzz, &model, data, size);
	check_forecast(&fuzz, &model, 0);
	check_forecast(&fuzz, &model, model.count - 1);
	check_predictions(&fuzz, &model);
	rn_model_free(&fuzz.host, &model);
	PROMISE(fuzz.live == 0);
	return 0;
}
