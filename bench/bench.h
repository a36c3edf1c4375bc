/*
 * bench.h
 *		What the benchmarks share: a host without limits, the reference networks,
 *		and the series they train on.
 */
#ifndef BENCH_H
#define BENCH_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/recipe.h"

#define TRAIN_ROWS 250
#define MAX_ROWS 10000

/* The reference networks: shared by name with bench/peers.py. */
typedef struct Network
{
	const char *id;
	const char *name;
	RnCellKind	cell;
	int			layers;
	int			units;
	int			horizon;
	double		published;		/* final training loss in the tutorial */
} Network;

#define NETWORKS 4

static const Network networks[NETWORKS] = {
	{"rnn-3", "SimpleRNN(3) → Dense(1)", RN_CELL_SIMPLE, 1, 3, 1, 0.0376},
	{"lstm-45x4-1", "4 × LSTM(45) → Dense(1)", RN_CELL_LSTM, 4, 45, 1, 0.0193},
	{"lstm-45x4-14", "4 × LSTM(45) → Dense(14)", RN_CELL_LSTM, 4, 45, 14, 0.0182},
	{"gru-256", "GRU(256) → Dense(1)", RN_CELL_GRU, 1, 256, 1, 0.0114}
};

static void *
allocate(RnHost *host, size_t size)
{
	(void) host;
	return malloc(size);
}

static void
release(RnHost *host, void *pointer)
{
	(void) host;
	free(pointer);
}

static bool
never_stop(RnHost *host)
{
	(void) host;
	return false;
}

static void
no_progress(RnHost *host, const RnProgress *progress)
{
	(void) host;
	(void) progress;
}

static inline RnHost
bench_host(void)
{
	return (RnHost) {allocate, release, never_stop, no_progress, {RN_OK, "", "", ""}};
}

static int
compare(const void *a, const void *b)
{
	double		x = *(const double *) a;
	double		y = *(const double *) b;

	return (x > y) - (x < y);
}

/* What rn_train would be asked for, with `recipe: plain`. */
static inline void
reference_spec(const Network *network, RnTrainSpec *spec)
{
	rn_recipe_defaults(spec);
	spec->recipe = RN_RECIPE_PLAIN;
	spec->cell = network->cell;
	spec->cell_open = false;
	spec->layers = network->layers;
	for (int l = 0; l < network->layers; l++)
		spec->units[l] = network->units;
	spec->dropout = 0.2;
	spec->window = 24;
	spec->horizon = network->horizon;
	spec->train_rows = TRAIN_ROWS;
}

/* Rows of the file's second column; 0 if it cannot be read. */
static inline size_t
read_series(const char *path, double *value)
{
	FILE	   *file = fopen(path, "r");
	char		line[256];
	size_t		n = 0;

	if (file == NULL)
		return 0;
	while (n < MAX_ROWS && fgets(line, sizeof(line), file) != NULL)
	{
		const char *comma = strchr(line, ',');
		char	   *end;

		if (comma == NULL)
			continue;
		value[n] = strtod(comma + 1, &end);
		if (end == comma + 1)
			continue;			/* the header */
		n++;
	}
	fclose(file);
	return n;
}

/* The same as a settled panel of one series, in static memory; false if it has not TRAIN_ROWS. */
static inline bool
read_panel(RnHost *host, const char *path, RnPanel *panel)
{
	static double value[MAX_ROWS];
	static RnSeries series = {.time = {.step = 1}};
	RnRowPolicy policy = {0};

	series.n = path != NULL ? read_series(path, value) : 0;
	*panel = (RnPanel) {.kind = RN_TIME_INTEGER,.count = 1,.series = &series,.rows = series.n,.value = value};
	return series.n >= TRAIN_ROWS && rn_panel_settle(host, panel, &policy, NULL) == RN_OK;
}

#endif							/* BENCH_H */
