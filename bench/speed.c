/*
 * speed.c
 *		Milliseconds per optimiser step: the core's, and those of its matrix
 *		products alone through the BLAS (the floor).
 *
 * The reference networks train as reference_networks.c trains them, whole:
 * windows gathered, dropout drawn, forward, backward, Adam.  The fifth network
 * is LSTM(50) over the pooled windows of 1,000 series in batches of 256, as
 * many of them as bench/peers.py has.
 *
 * The floor is what the same step has of products, each as large as the
 * recursion lets it be: one for the inputs of all time steps, one for each
 * step's h U and back, one for each layer's gradients by W and by U; nothing
 * of elementwise work.  It runs through the OpenBLAS that is linked in, into
 * arrays laid out as the network's own.
 *
 *	speed SERIES.csv [NETWORK [EPOCHS [core | floor]]]
 *
 * prints recurnet,NETWORK,ms,loss and floor,NETWORK,ms, for every network, or
 * the one named, or only one of both.
 */
#include <math.h>
#include <time.h>

#include <cblas.h>

#include "bench.h"
#include "base/gemm.h"

#define WINDOW 24
#define EPOCHS 100

#define POOL "lstm-50-1000"
#define POOL_SERIES 1000
#define POOL_ROWS 48
#define POOL_UNITS 50
#define POOL_BATCH 256

static double
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return 1e3 * (double) t.tv_sec + 1e-6 * (double) t.tv_nsec;
}

/* ---- the floor ---- */

/* Arrays of one layer, as on a tape. */
typedef struct Layer
{
	int			X;				/* inputs: I is a macro of complex.h, which cblas.h includes */
	int			H;
	int			GH;
	float	   *x;				/* [T][B][I] */
	float	   *gates;			/* [T][B][GH] */
	float	   *h;				/* [T+1][B][H] */
	float	   *dh;				/* [T][B][H] */
	float	   *dx;				/* [T][B][I], NULL for the first layer */
	float	   *W;
	float	   *U;
	float	   *dW;
	float	   *dU;
} Layer;

static float *
numbers(size_t n)
{
	float	   *x = malloc(n * sizeof(float));

	for (size_t i = 0; i < n; i++)
		x[i] = 0.001f * (float) (i % 97);
	return x;
}

static void
gemm(CBLAS_TRANSPOSE ta, CBLAS_TRANSPOSE tb, int M, int N, int K,
	 const float *a, int lda, const float *b, int ldb, float beta, float *c, int ldc)
{
	cblas_sgemm(CblasRowMajor, ta, tb, M, N, K, 1, a, lda, b, ldb, beta, c, ldc);
}

static void
floor_step(Layer *layer, int layers, int T, int B, int O, float *head, float *y)
{
	int			H = layer[layers - 1].H;
	const float *last = layer[layers - 1].h + (size_t) T * B * H;

	for (Layer *l = layer; l < layer + layers; l++)
	{
		gemm(CblasNoTrans, CblasNoTrans, T * B, l->GH, l->X, l->x, l->X, l->W, l->GH, 0, l->gates, l->GH);
		for (int t = 1; t < T; t++)
			gemm(CblasNoTrans, CblasNoTrans, B, l->GH, l->H, l->h + (size_t) t * B * l->H, l->H,
				 l->U, l->GH, 1, l->gates + (size_t) t * B * l->GH, l->GH);
	}
	gemm(CblasNoTrans, CblasNoTrans, B, O, H, last, H, head, O, 0, y, O);
	gemm(CblasTrans, CblasNoTrans, H, O, B, last, H, y, O, 0, head, O);
	gemm(CblasNoTrans, CblasTrans, B, H, O, y, O, head, O, 0, layer[layers - 1].dh, H);
	for (Layer *l = layer + layers - 1; l >= layer; l--)
	{
		for (int t = T - 1; t > 0; t--)
			gemm(CblasNoTrans, CblasTrans, B, l->H, l->GH, l->gates + (size_t) t * B * l->GH, l->GH,
				 l->U, l->GH, 1, l->dh + (size_t) (t - 1) * B * l->H, l->H);
		gemm(CblasTrans, CblasNoTrans, l->H, l->GH, (T - 1) * B, l->h + (size_t) B * l->H, l->H,
			 l->gates + (size_t) B * l->GH, l->GH, 0, l->dU, l->GH);
		gemm(CblasTrans, CblasNoTrans, l->X, l->GH, T * B, l->x, l->X, l->gates, l->GH, 0, l->dW, l->GH);
		if (l->dx != NULL)
			gemm(CblasNoTrans, CblasTrans, T * B, l->X, l->GH, l->gates, l->GH, l->W, l->GH, 0, l->dx, l->X);
	}
}

/* Median over runs of several steps; 0.05 s of them at least. */
static double
floor_ms(RnCellKind cell, int layers, int H, int T, int B, int O)
{
	Layer		layer[8];
	size_t		TB = (size_t) T * (size_t) B;
	float	   *head = numbers((size_t) H * (size_t) O);
	float	   *y = numbers((size_t) B * (size_t) O);
	double		run[15];
	int			steps = 1;

	for (int i = 0; i < layers; i++)
	{
		Layer	   *l = &layer[i];

		l->X = i == 0 ? 1 : H;
		l->H = H;
		l->GH = rn_cell(cell)->gates * H;
		l->x = numbers(TB * (size_t) l->X);
		l->gates = numbers(TB * (size_t) l->GH);
		l->h = numbers((TB + (size_t) B) * (size_t) H);
		l->dh = numbers(TB * (size_t) H);
		l->dx = i > 0 ? numbers(TB * (size_t) l->X) : NULL;
		l->W = numbers((size_t) l->X * (size_t) l->GH);
		l->U = numbers((size_t) H * (size_t) l->GH);
		l->dW = numbers((size_t) l->X * (size_t) l->GH);
		l->dU = numbers((size_t) H * (size_t) l->GH);
	}
	for (int r = -1; r < 15; r++)
	{
		double		start = now();
		double		ms;

		for (int i = 0; i < steps; i++)
		{
			/* gates are sums that beta adds to: keep them from growing */
			layer[0].h[0] = 0;
			floor_step(layer, layers, T, B, O, head, y);
		}
		ms = now() - start;
		if (r < 0)
			steps = ms > 50 ? 1 : (int) (50 / ms) + 1;
		else
			run[r] = ms / steps;
	}
	qsort(run, 15, sizeof(double), compare);
	return run[7];
}

/* ---- the core ---- */

static int
fail(const RnHost *host)
{
	fprintf(stderr, "speed: %s\n", host->error.message);
	exit(1);
}

/* The whole training of a reference network, by the step. */
static double
network_ms(RnHost *host, const Network *network, RnPanel *panel, int epochs, double *loss)
{
	RnTrainSpec spec;
	RnTrainPlan plan;
	RnModel		model;
	RnTrainReport report;
	double		start;
	double		ms;
	size_t		steps;

	reference_spec(network, &spec);
	spec.epochs = epochs;
	if (rn_recipe_plan(host, &spec, panel, &plan) != RN_OK)
		fail(host);
	start = now();
	if (rn_recipe_train(host, &plan, panel, NULL, 0, NULL, NULL, &model, &report) != RN_OK)
		fail(host);
	ms = now() - start;
	*loss = report.log.loss[report.log.epochs - 1];
	steps = (plan.train_windows + 31) / 32 * (size_t) epochs;
	rn_train_report_free(host, &report);
	rn_model_free(host, &model);
	return ms / (double) steps;
}

/* Windows of the pooled series: sample i is window i % 24 of series i / 24. */
static void
pool_gather(const void *source, const uint32_t *index, int B, rn_real *x, rn_real *target)
{
	const rn_real *value = source;

	for (int t = 0; t < WINDOW; t++)
		for (int b = 0; b < B; b++)
			*x++ = value[index[b] / 24 * POOL_ROWS + index[b] % 24 + (uint32_t) t];
	for (int b = 0; b < B; b++)
		target[b] = value[index[b] / 24 * POOL_ROWS + index[b] % 24 + WINDOW];
}

static double
pool_ms(RnHost *host, int epochs, double *loss)
{
	static rn_real value[POOL_SERIES * POOL_ROWS];
	RnDataset	data = {.n = POOL_SERIES * (POOL_ROWS - WINDOW),.source = value,.gather = pool_gather};
	RnNetworkSpec shape = {.layers = 1,.inputs = 1,.outputs = 1};
	RnFitSpec	spec = {.epochs = epochs,.batch_size = POOL_BATCH,.window = WINDOW,.shuffle = true};
	RnNetwork	network;
	RnFitLog	log;
	double		start;
	double		ms;

	for (int i = 0; i < POOL_SERIES * POOL_ROWS; i++)
		value[i] = 0.5f + 0.4f * sinf((float) (i % POOL_ROWS) * 0.5236f + (float) (i / POOL_ROWS))
			+ 0.01f * (float) (i * 7919 % 11);
	shape.layer[0] = (RnLayerSpec) {.kind = RN_CELL_LSTM,.units = POOL_UNITS,.activation = RN_ACTIVATION_TANH};
	rn_optim_defaults(RN_OPTIM_ADAM, &spec.optim);
	if (rn_network_create(host, &shape, &network) != RN_OK || rn_network_init(host, &network, 0) != RN_OK)
		fail(host);
	start = now();
	if (rn_fit(host, &spec, &network, &data, NULL, &log) != RN_OK)
		fail(host);
	ms = now() - start;
	*loss = log.loss[epochs - 1];
	rn_fit_log_free(host, &log);
	rn_network_free(host, &network);
	return ms / (double) ((data.n + POOL_BATCH - 1) / POOL_BATCH * (size_t) epochs);
}

/* One network's two lines, of which part ("" for both) is wanted. */
static void
measure(RnHost *host, const Network *network, RnPanel *panel, int epochs, const char *part)
{
	double		loss;
	double		ms;

	if (strcmp(part, "floor") != 0)
	{
		if (network != NULL)
			network_ms(host, network, panel, 1, &loss);	/* warm up */
		ms = network != NULL ? network_ms(host, network, panel, epochs, &loss)
			: pool_ms(host, epochs < 50 ? 1 : epochs / 50, &loss);
		printf("recurnet,%s,%.4f,%.5f\n", network != NULL ? network->id : POOL, ms, loss);
	}
	if (strcmp(part, "core") != 0)
	{
		ms = network != NULL
			? floor_ms(network->cell, network->layers, network->units, WINDOW, 32, network->horizon)
			: floor_ms(RN_CELL_LSTM, 1, POOL_UNITS, WINDOW, POOL_BATCH, 1);
		printf("floor,%s,%.4f,\n", network != NULL ? network->id : POOL, ms);
	}
	fflush(stdout);
}

int
main(int argc, char **argv)
{
	RnHost		host = bench_host();
	RnPanel		panel;
	const char *only = argc > 2 ? argv[2] : "";
	int			epochs = argc > 3 ? atoi(argv[3]) : EPOCHS;
	const char *part = argc > 4 ? argv[4] : "";

	if (epochs < 1 || !read_panel(&host, argc > 1 ? argv[1] : NULL, &panel))
	{
		fprintf(stderr, "usage: speed SERIES.csv [NETWORK [EPOCHS [core | floor]]]; the file needs %d rows\n",
				TRAIN_ROWS);
		return 2;
	}
	if (rn_gemm_prepare(&host) != RN_OK)
		fail(&host);
	for (const Network *n = networks; n < networks + NETWORKS; n++)
		if (*only == '\0' || strcmp(only, n->id) == 0)
			measure(&host, n, &panel, epochs, part);
	if (*only == '\0' || strcmp(only, POOL) == 0)
		measure(&host, NULL, &panel, epochs, part);
	return 0;
}
