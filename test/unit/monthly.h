/*
 * monthly.h
 *		A monthly series, and quick trainings on it, for tests of models.
 */
#ifndef MONTHLY_H
#define MONTHLY_H

#include "model_bytes.h"

#include <math.h>
#include <string.h>

#include "base/rng.h"
#include "model/forecast.h"
#include "model/recipe.h"

#define ROWS 120

/* Monthly rows from 2000-01-31 on: a trend, a season, a little noise. */
typedef struct Data
{
	RnPanel		panel;
	RnSeries	series;
	int64_t		time[ROWS];
	double		value[ROWS];
	unsigned char missing[ROWS];	/* all zero */
} Data;

static inline void
make_data(Data *data, TestHost *test, bool constant)
{
	static const RnRowPolicy strict;	/* all zero: errors */
	RnCalendar	monthly = {.kind = RN_TIME_CIVIL,.months = 1,.anchor_day = 31};

	for (int i = 0; i < ROWS; i++)
	{
		assert_ok(*test, rn_calendar_add(&test->host, &monthly, 30 * RN_USECS_PER_DAY, i, &data->time[i]));
		data->value[i] = constant ? 7.5
			: 100 + 0.1 * i + 10 * sin(6.283185307179586 * i / 12) + 0.3 * rn_rng_normal(2, 2, (uint64_t) i);
	}
	data->series = (RnSeries) {.n = ROWS,.time = {.each = data->time}};
	data->panel = (RnPanel) {
		.kind = RN_TIME_CIVIL,.count = 1,.series = &data->series,.rows = ROWS,.value = data->value
	};
	assert_ok(*test, rn_panel_settle(&test->host, &data->panel, &strict, NULL));
	memset(data->missing, 0, sizeof(data->missing));	/* nothing is */
	data->panel.missing = data->missing;
}

static inline RnTrainSpec
quick_spec(RnRecipeKind recipe)
{
	RnTrainSpec spec;

	rn_recipe_defaults(&spec);
	spec.recipe = recipe;
	spec.layers = 1;
	spec.units[0] = 8;
	spec.epochs = 30;
	spec.rows.on_error = RN_ON_ERROR_FAIL;
	return spec;
}

/* `auto` by either method: masked steps cannot be taken apart. */
static inline RnTrainSpec
quick_auto(RnMethod method)
{
	RnTrainSpec spec = quick_spec(RN_RECIPE_AUTO);

	if (method == RN_METHOD_WINDOWS)
		spec.rows.missing = RN_MISSING_MASK;
	return spec;
}

static inline RnCode
train(TestHost *test, const RnTrainSpec *spec, Data *data, const RnModel *warm,
	  RnModel *model, RnTrainReport *report)
{
	RnTrainPlan plan;

	RN_TRY(rn_recipe_plan(&test->host, spec, &data->panel, &plan));
	return rn_recipe_train(&test->host, &plan, &data->panel, NULL, 0, warm, NULL, model, report);
}

/* Forecasts from n values. */
static inline RnCode
forecast_from(TestHost *test, const RnModel *model, const double *value, size_t n, int steps,
			  double *forecast)
{
	RnOrigin	origin = rn_forecast_tail(model, 0);

	origin.n = rn_model_kept_rows(model, n);
	origin.value = value + n - origin.n;
	origin.missing = NULL;
	return rn_forecast(&test->host, model, &origin, 1, steps, forecast, NULL);
}

/* Forecasts from where the training rows end. */
static inline RnCode
forecast_tail(TestHost *test, const RnModel *model, int steps, double *forecast)
{
	RnOrigin	origin = rn_forecast_tail(model, 0);

	return rn_forecast(&test->host, model, &origin, 1, steps, forecast, NULL);
}

#endif							/* MONTHLY_H */
