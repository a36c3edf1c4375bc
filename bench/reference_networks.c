/*
 * reference_networks.c
 *		The four reference networks, trained by the core with `recipe: plain`.
 *
 * Eleven seeds of each on a CSV of date,amount (the tutorial's monthly
 * electricity production: the first 250 rows train), as bench/
 * reference_networks.py does with PyTorch: the loss of the last epoch, and the
 * one-step RMSE over the rows after those trained on.  Prints a Markdown
 * table; with a second argument also writes every run there as CSV.
 *
 *	reference_networks Electric_Production.csv [runs.csv]
 */
#include <math.h>

#include "bench.h"
#include "model/forecast.h"

#define SEEDS 11

/* One training; the last epoch's loss and the one-step RMSE. */
static RnCode
run(RnHost *host, const Network *network, RnPanel *panel, uint64_t seed,
	double *loss, double *rmse)
{
	RnTrainSpec spec;
	RnTrainPlan plan;
	RnModel		model;
	RnTrainReport report;
	RnRows		rows = {panel->value, NULL, NULL};
	RnView		view;
	double		predicted[MAX_ROWS];
	double		sum = 0;

	reference_spec(network, &spec);
	spec.seed = seed;

	RN_TRY(rn_recipe_plan(host, &spec, panel, &plan));
	RN_TRY(rn_recipe_train(host, &plan, panel, NULL, 0, NULL, NULL, &model, &report));
	*loss = report.log.loss[report.log.epochs - 1];
	view = (RnView) {0, 0, panel->rows, rn_model_transform(&model, model.series), model.series[0].base_season, rn_model_faster(&model, 0)};
	RN_TRY(rn_predict(host, &model, &rows, &view, panel->rows, predicted, NULL));
	for (size_t i = TRAIN_ROWS; i < panel->rows; i++)
		sum += (predicted[i] - panel->value[i]) * (predicted[i] - panel->value[i]);
	*rmse = sqrt(sum / (double) (panel->rows - TRAIN_ROWS));
	rn_train_report_free(host, &report);
	rn_model_free(host, &model);
	return RN_OK;
}

int
main(int argc, char **argv)
{
	RnHost		host = bench_host();
	RnPanel		panel;
	FILE	   *csv = argc > 2 ? fopen(argv[2], "w") : NULL;

	if (!read_panel(&host, argc > 1 ? argv[1] : NULL, &panel) || panel.rows <= TRAIN_ROWS)
	{
		fprintf(stderr, "usage: reference_networks FILE.csv [runs.csv]; the file needs more than %d rows\n",
				TRAIN_ROWS);
		return 2;
	}
	if (csv != NULL)
		fprintf(csv, "network,seed,loss,rmse\n");
	printf("| network | published loss | loss min | median | max | RMSE min | median | max |\n");
	printf("|---|---|---|---|---|---|---|---|\n");
	for (size_t i = 0; i < NETWORKS; i++)
	{
		double		loss[SEEDS];
		double		rmse[SEEDS];

		for (uint64_t seed = 0; seed < SEEDS; seed++)
		{
			if (run(&host, &networks[i], &panel, seed, &loss[seed], &rmse[seed]) != RN_OK)
			{
				fprintf(stderr, "%s\n", host.error.message);
				return 1;
			}
			if (csv != NULL)
				fprintf(csv, "%s,%d,%.6f,%.4f\n", networks[i].name, (int) seed, loss[seed], rmse[seed]);
		}
		qsort(loss, SEEDS, sizeof(double), compare);
		qsort(rmse, SEEDS, sizeof(double), compare);
		printf("| %s | %.4f | %.5f | %.5f | %.5f | %.3f | %.3f | %.3f |\n",
			   networks[i].name, networks[i].published,
			   loss[0], loss[SEEDS / 2], loss[SEEDS - 1], rmse[0], rmse[SEEDS / 2], rmse[SEEDS - 1]);
		fflush(stdout);
	}
	if (csv != NULL)
		fclose(csv);
	return 0;
}
