/*
 * test_electric.c
 *		One of the reference networks on the series it is known from.
 *
 * GRU(256) with `recipe: plain` on monthly electricity production; the eleven
 * runs of docs/reference-networks.md end between 0.0026 and 0.0038, PyTorch's
 * between 0.0024 and 0.0044, the published loss is 0.0114.  The series is not
 * shipped: skipped where $RECURNET_DATA has no electric_production.csv.
 */
#include "test_host.h"

#include <math.h>
#include <stdio.h>

#include "model/forecast.h"
#include "model/recipe.h"

#define ROWS 397
#define TRAIN_ROWS 250

/* The series, or false where it is not there. */
static bool
read_electric(double *value)
{
	const char *folder = getenv("RECURNET_DATA");
	char		path[1024];
	char		line[128];
	FILE	   *file;
	size_t		n = 0;

	snprintf(path, sizeof(path), "%s/electric_production.csv", folder != NULL ? folder : ".");
	file = fopen(path, "r");
	if (file == NULL)
		return false;
	assert_non_null(fgets(line, sizeof(line), file));	/* the header */
	while (n < ROWS && fscanf(file, "%*[^,],%lf\n", &value[n]) == 1)
	{
		n++;
	}
	fclose(file);
	assert_int_equal(n, ROWS);
	return true;
}

static void
test_gru_256(void **state)
{
	TestHost	test = test_host();
	static double value[ROWS];
	static double predicted[ROWS];
	RnSeries	series = {.n = ROWS,.time = {.step = 1}};
	RnPanel		panel = {.kind = RN_TIME_INTEGER,.count = 1,.series = &series,.rows = ROWS,.value = value};
	RnRowPolicy policy = {0};
	RnRows		rows = {value, NULL, NULL};
	RnView		view;
	RnTrainSpec spec;
	RnTrainPlan plan;
	RnModel		model;
	RnTrainReport report;
	double		sum = 0;
	double		loss;

	(void) state;
	if (!read_electric(value))
	{
		print_message("# skipped: no electric_production.csv in $RECURNET_DATA\n");
		skip();
	}
	assert_ok(test, rn_panel_settle(&test.host, &panel, &policy, NULL));
	rn_recipe_defaults(&spec);
	spec.recipe = RN_RECIPE_PLAIN;
	spec.layers = 1;
	spec.units[0] = 256;
	spec.dropout = 0.2;
	spec.window = 24;
	spec.train_rows = TRAIN_ROWS;
	assert_ok(test, rn_recipe_plan(&test.host, &spec, &panel, &plan));
	assert_int_equal(plan.spec.cell, RN_CELL_GRU);
	assert_int_equal(plan.train_windows, 226);
	assert_ok(test, rn_recipe_train(&test.host, &plan, &panel, NULL, 0, NULL, NULL, &model, &report));
	assert_int_equal(report.log.epochs, 100);
	loss = report.log.loss[99];
	view = (RnView) {0, 0, ROWS, rn_model_transform(&model, model.series), model.series[0].base_season, rn_model_faster(&model, 0)};
	assert_ok(test, rn_predict(&test.host, &model, &rows, &view, ROWS, predicted, NULL));
	for (int i = TRAIN_ROWS; i < ROWS; i++)
		sum += (predicted[i] - value[i]) * (predicted[i] - value[i]);
	print_message("# final loss %.5f, one-step RMSE %.3f\n", loss, sqrt(sum / (ROWS - TRAIN_ROWS)));
	assert_true(loss > 0.002 && loss < 0.005);
	assert_true(sqrt(sum / (ROWS - TRAIN_ROWS)) < 5.5);
	rn_train_report_free(&test.host, &report);
	rn_model_free(&test.host, &model);
	assert_int_equal(test.live, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_gru_256)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
