/*
 * onnx.c
 *		The networks of a model as an ONNX model (https://onnx.ai).
 *
 * Of method windows the graph goes from values to forecasts, both as users know them, scaling and
 * bounds included.  Of method local it begins with what the networks see and ends
 * with what they say and the median of that: how series are taken apart, and what classical
 * forecasts have a share in, is no graph, and the property "recurnet" describes it.
 *
 * Gates of ONNX go i, o, f, c in an LSTM, and z, r, h in a GRU, whose linear_before_reset is
 * reset_after.  A dilated layer is an ordinary one over longer steps, as in nn/network.c: it stands
 * between one Reshape and another.
 */
#include "exchange/exchange.h"

#include <math.h>
#include <string.h>

#include "exchange/graph.h"
#include "exchange/layout.h"

/* What is put together. */
typedef struct Build
{
	const RnModel *model;
	RnGraph    *graph;
	int64_t		T;				/* steps that a network sees */
	int64_t		I;
	int64_t		O;
	unsigned	axes;			/* numbers of axes that are constants by now, as bits */
	bool		newest;			/* so is the number of the newest step */
} Build;

/* The number of an axis as a constant: 0, 1 or 2. */
static const char *
axis(Build *build, int i)
{
	static const char *const names[] = {"zero", "one", "two"};

	if ((build->axes & 1u << i) == 0)
		rn_graph_int64(build->graph, names[i], i);
	build->axes |= 1u << i;
	return names[i];
}

/* The number of the newest step as a constant without an axis: Gather takes its own out. */
static const char *
newest_step(Build *build)
{
	int64_t    *newest = build->newest ? NULL : rn_graph_room(build->graph, 1, sizeof(int64_t));

	if (newest != NULL)
	{
		*newest = build->T - 1;
		rn_graph_int64s(build->graph, "newest", 0, NULL, newest);
	}
	build->newest = true;
	return "newest";
}

/* Gate g of ONNX is that gate of ours: LSTM i f c o, GRU z r h. */
static size_t
gate_of(RnCellKind kind, size_t g)
{
	static const size_t lstm[] = {0, 3, 1, 2};

	return kind == RN_CELL_LSTM ? lstm[g] : g;
}

/* from [columns][GH], ours, to [GH][columns]. */
static void
transpose(const RnLayerSpec *layer, const rn_real *from, size_t columns, float *to)
{
	size_t		H = (size_t) layer->units;
	size_t		GH = (size_t) rn_cell(layer->kind)->gates * H;

	for (size_t r = 0; r < GH && to != NULL; r++)
		for (size_t i = 0; i < columns; i++)
			to[r * columns + i] = (float) from[i * GH + gate_of(layer->kind, r / H) * H + r % H];
}

/* Weights of a layer as a constant [1][GH][columns]. */
static const char *
layer_constant(Build *build, const RnLayerSpec *layer, const char *name, const rn_real *from, size_t columns)
{
	size_t		GH = (size_t) rn_cell(layer->kind)->gates * (size_t) layer->units;
	float	   *data = rn_graph_room(build->graph, GH * columns, sizeof(float));

	transpose(layer, from, columns, data);
	return rn_graph_floats(build->graph, name, 3, (int64_t[]) {1, (int64_t) GH, (int64_t) columns}, data);
}

/* Both biases, one after the other, [1][2 GH]: ours is the first, unless there are two. */
static const char *
bias_constant(Build *build, const RnLayerSpec *layer, const char *name, const rn_real *from)
{
	size_t		GH = (size_t) rn_cell(layer->kind)->gates * (size_t) layer->units;
	float	   *data = rn_graph_room(build->graph, 2 * GH, sizeof(float));

	transpose(layer, from, 1, data);
	if (data != NULL && rn_cell_bias_size(layer) == 2 * GH)
		transpose(layer, from + GH, 1, data + GH);
	return rn_graph_floats(build->graph, name, 2, (int64_t[]) {1, 2 * (int64_t) GH}, data);
}

static const char *
activation_name(RnActivation activation)
{
	switch (activation)
	{
		case RN_ACTIVATION_TANH:
			return "Tanh";
		case RN_ACTIVATION_RELU:
			return "Relu";
		case RN_ACTIVATION_SIGMOID:
			return "Sigmoid";
		case RN_ACTIVATION_LINEAR:
			break;
	}
	return "Affine";
}

/* The activations of the last node: gates are sigmoids. */
static void
set_activations(Build *build, const RnLayerSpec *layer)
{
	const char *own = activation_name(layer->activation);
	bool		linear = layer->activation == RN_ACTIVATION_LINEAR;
	int			own_first = layer->kind == RN_CELL_SIMPLE ? 0 : 1;
	int			n = layer->kind == RN_CELL_SIMPLE ? 1 : layer->kind == RN_CELL_GRU ? 2 : 3;
	const char *word[3];
	float		alpha[3];
	float		beta[3] = {0};

	for (int i = 0; i < n; i++)
	{
		word[i] = i < own_first ? "Sigmoid" : own;
		alpha[i] = i < own_first ? 0 : 1;
	}
	rn_graph_set_words(build->graph, "activations", n, word);
	if (!linear)
		return;
	/* numbers of those that have some, in order */
	rn_graph_set_floats(build->graph, "activation_alpha", n - own_first, alpha + own_first);
	rn_graph_set_floats(build->graph, "activation_beta", n - own_first, beta);
}

/* Whole numbers on one axis. */
static const char *
integers(Build *build, const char *name, int n, const int64_t *from)
{
	int64_t    *data = rn_graph_room(build->graph, (size_t) n, sizeof(int64_t));

	if (data != NULL)
		memcpy(data, from, (size_t) n * sizeof(int64_t));
	return rn_graph_int64s(build->graph, name, 1, (int64_t[]) {n, 0}, data);
}

/* The newest step of x [T][B][n]: [B][n]. */
static const char *
newest_of(Build *build, const char *name, const char *x)
{
	return RN_NODE(build->graph, "Gather", name, x, newest_step(build));
}

/* Steps that the layer goes at a time, at most T. */
static int64_t
dilation(const Build *build, const RnLayerSpec *layer)
{
	return layer->dilation < build->T ? layer->dilation : build->T;
}

/* x [T][B][I] in longer steps of d: [T/d][d*B][I], the last filled up with zeros. */
static const char *
lengthen(Build *build, const char *name, const RnLayerSpec *layer, const char *x)
{
	RnGraph    *graph = build->graph;
	int64_t		d = dilation(build, layer);
	int64_t		longer = (build->T + d - 1) / d;
	int64_t		filled = longer * d - build->T;

	if (filled > 0)
		x = RN_NODE(graph, "Pad", rn_graph_name(graph, "%s.filled", name), x,
					integers(build, rn_graph_name(graph, "%s.fill", name), 6, (int64_t[]) {0, 0, 0, filled, 0, 0}));
	return RN_NODE(graph, "Reshape", rn_graph_name(graph, "%s.longer", name), x,
				   integers(build, rn_graph_name(graph, "%s.longer.shape", name), 3, (int64_t[]) {longer, -1, layer->inputs}));
}

/* And back, from [T/d][d*B][H] to [T][B][H]. */
static const char *
shorten(Build *build, const char *name, const RnLayerSpec *layer, const char *h)
{
	RnGraph    *graph = build->graph;
	int64_t		d = dilation(build, layer);
	int64_t		steps = (build->T + d - 1) / d * d;

	h = RN_NODE(graph, "Reshape", rn_graph_name(graph, "%s.shorter", name), h,
				integers(build, rn_graph_name(graph, "%s.shorter.shape", name), 3, (int64_t[]) {steps, -1, layer->units}));
	if (steps == build->T)
		return h;
	return RN_NODE(graph, "Slice", rn_graph_name(graph, "%s.cut", name), h, axis(build, 0),
				   rn_graph_int64(graph, rn_graph_name(graph, "%s.steps", name), build->T), axis(build, 0));
}

/*
 * A layer over x [T][B][I]: returns its outputs [T][B][H], or of the last layer those of the last step, [B][H].
 */
static const char *
run_layer(Build *build, const char *name, const RnLayerSpec *layer, const RnLayerWeights *weights, const char *x, bool last)
{
	RnGraph    *graph = build->graph;
	const char *types[] = {"RNN", "LSTM", "GRU"};
	const char *all = rn_graph_name(graph, "%s.all", name);
	const char *end = rn_graph_name(graph, "%s.end", name);
	bool		dilated = dilation(build, layer) > 1;
	bool		ends = last && !dilated;	/* the node itself gives the last step */
	const char *h;

	if (dilated)
		x = lengthen(build, name, layer, x);
	RN_NODE(graph, types[layer->kind], all, x,
			layer_constant(build, layer, rn_graph_name(graph, "%s.W", name), weights->kernel, (size_t) layer->inputs),
			layer_constant(build, layer, rn_graph_name(graph, "%s.R", name), weights->recurrent, (size_t) layer->units),
			bias_constant(build, layer, rn_graph_name(graph, "%s.B", name), weights->bias));
	rn_graph_further(graph, end);
	rn_graph_set_int(graph, "hidden_size", layer->units);
	if (layer->kind == RN_CELL_GRU)
		rn_graph_set_int(graph, "linear_before_reset", layer->reset_after);
	set_activations(build, layer);
	/* the axis of directions, of which there is one */
	h = RN_NODE(graph, "Squeeze", rn_graph_name(graph, "%s.h", name), ends ? end : all, axis(build, ends ? 0 : 1));
	if (dilated)
		h = shorten(build, name, layer, h);
	return last && dilated ? newest_of(build, rn_graph_name(graph, "%s.newest", name), h) : h;
}

/* A kernel of ours, [rows][columns], as a constant, and the bias [columns]. */
static const char *
plain_constant(Build *build, const char *name, const RnVariable *variable, const rn_real *weights)
{
	bool		bias = strcmp(variable->name, "bias") == 0;
	size_t		n = variable->rows * variable->columns;
	float	   *data = rn_graph_room(build->graph, n, sizeof(float));

	for (size_t i = 0; i < n && data != NULL; i++)
		data[i] = (float) weights[variable->offset + i];
	return rn_graph_floats(build->graph, name, bias ? 1 : 2,
						   bias ? (int64_t[]) {(int64_t) n, 0} : (int64_t[]) {(int64_t) variable->rows, (int64_t) variable->columns},
						   data);
}

/* Layer l of a network, its input added to what it gives if the network is residual: returns as run_layer does. */
static const char *
add_layer(Build *build, int member, int l, rn_real *weights, const char *x)
{
	const RnNetworkSpec *spec = &build->model->network.spec;
	RnGraph    *graph = build->graph;
	const char *name = rn_graph_name(graph, "networks.%d.layers.%d", member, l);
	RnLayerWeights views = rn_layout_layer(spec, weights, l);
	bool		last = l == spec->layers - 1;
	const char *h = run_layer(build, name, &spec->layer[l], &views, x, last);

	if (!rn_network_adds_input(spec, l))
		return h;
	if (last)
		x = newest_of(build, rn_graph_name(graph, "%s.newest.x", name), x);
	return RN_NODE(graph, "Add", rn_graph_name(graph, "%s.sum", name), h, x);
}

/* Network number member over x [T][B][I]: returns its predictions [B][O] by the last step. */
static const char *
run_network(Build *build, int member, const char *x)
{
	const RnNetworkSpec *spec = &build->model->network.spec;
	rn_real    *weights = build->model->network.weights + (size_t) member * rn_network_size(spec);
	RnGraph    *graph = build->graph;
	RnVariable	kernel = rn_network_variable(spec, 3 * spec->layers);
	RnVariable	bias = rn_network_variable(spec, 3 * spec->layers + 1);
	const char *h = x;
	const char *y;
	RnVariable	skip;

	for (int l = 0; l < spec->layers; l++)
		h = add_layer(build, member, l, weights, h);
	y = RN_NODE(graph, "Gemm", rn_graph_name(graph, "networks.%d.head", member), h,
				plain_constant(build, rn_graph_name(graph, "networks.%d.head.kernel", member), &kernel, weights),
				plain_constant(build, rn_graph_name(graph, "networks.%d.head.bias", member), &bias, weights));
	if (!spec->skip)
		return y;
	skip = rn_network_variable(spec, 3 * spec->layers + 2);
	h = RN_NODE(graph, "MatMul", rn_graph_name(graph, "networks.%d.skip", member),
				newest_of(build, rn_graph_name(graph, "networks.%d.newest", member), x),
				plain_constant(build, rn_graph_name(graph, "networks.%d.skip.kernel", member), &skip, weights));
	return RN_NODE(graph, "Add", rn_graph_name(graph, "networks.%d.sum", member), y, h);
}

/* From [B][T][I]. */
static const int64_t by_step[] = {1, 0, 2};

/* ---- method local ---- */

/* Networks first .. end - 1 over an input of that name: their predictions [n][B][O], and their median [B][O]. */
static const char *
run_kind(Build *build, const char *input, const char *median, int first, int end)
{
	RnGraph    *graph = build->graph;
	const char *x;
	const char *said[RN_MAX_MEMBERS] = {NULL};
	const char *all;
	const char *sorted;
	const char *middle[2];
	int64_t    *rank[2];
	int			n = end - first;

	/* networks go over [T][B][I] */
	rn_graph_input(graph, input, RN_ELEMENT_FLOAT, 3, (int64_t[]) {0, build->T, build->I});
	x = RN_NODE(graph, "Transpose", rn_graph_name(graph, "%s.by_step", input), input);
	rn_graph_set_ints(graph, "perm", 3, by_step);
	for (int i = first; i < end; i++)
		said[i - first] = RN_NODE(graph, "Unsqueeze", rn_graph_name(graph, "networks.%d", i), run_network(build, i, x), axis(build, 0));
	all = rn_graph_node(graph, "Concat", rn_graph_name(graph, "%s.all", median), n, said);
	rn_graph_set_int(graph, "axis", 0);
	sorted = RN_NODE(graph, "TopK", rn_graph_name(graph, "%s.sorted", median), all,
					 rn_graph_int64(graph, rn_graph_name(graph, "%s.n", median), n));
	rn_graph_further(graph, rn_graph_name(graph, "%s.ranks", median));
	rn_graph_set_int(graph, "axis", 0);
	for (int i = 0; i < 2; i++)
	{
		rank[i] = rn_graph_room(graph, 1, sizeof(int64_t));
		if (rank[i] != NULL)
			*rank[i] = (n - i) / 2;
		middle[i] = RN_NODE(graph, "Gather", rn_graph_name(graph, "%s.middle.%d", median, i), sorted,
							rn_graph_int64s(graph, rn_graph_name(graph, "%s.rank.%d", median, i), 0, NULL, rank[i]));
	}
	RN_NODE(graph, "Mean", median, middle[0], middle[1]);
	rn_graph_output(graph, median, RN_ELEMENT_FLOAT, 2, (int64_t[]) {0, build->O});
	return all;
}

static void
build_local(Build *build)
{
	const RnModel *model = build->model;
	RnGraph    *graph = build->graph;
	int			firsts = model->members - model->second_members;
	const char *all = run_kind(build, "input", "median", 0, firsts);

	if (model->second_members > 0)
	{
		RN_NODE(graph, "Concat", "networks", all, run_kind(build, "second_input", "second_median", firsts, model->members));
		rn_graph_set_int(graph, "axis", 0);
	}
	else
		RN_NODE(graph, "Identity", "networks", all);
	rn_graph_output(graph, "networks", RN_ELEMENT_FLOAT, 3, (int64_t[]) {model->members, 0, build->O});
}

/* ---- method windows ---- */

/* What goes into the scales of a series, and out of them again. */
typedef struct Scales
{
	bool		many;			/* which series it is, an input says */
	const char *shift;			/* [1][1] or [B][1] */
	const char *scale;
} Scales;

/* Numbers of all series, a table [S][n], or NULL once something failed. */
static double *
table(Build *build, size_t n)
{
	return rn_graph_room(build->graph, build->model->count * n, sizeof(double));
}

/* The rows of a table that go with the series asked for; of one series the table itself. */
static const char *
look_up(Build *build, const char *name, size_t n, double *data)
{
	RnGraph    *graph = build->graph;
	size_t		S = build->model->count;
	const char *all = rn_graph_doubles(graph, S > 1 ? rn_graph_name(graph, "%s.all", name) : name, 2,
									   (int64_t[]) {(int64_t) S, (int64_t) n}, data);

	return S > 1 ? RN_NODE(graph, "Gather", name, all, "series") : all;
}

static Scales
add_scales(Build *build)
{
	const RnModel *model = build->model;
	double	   *shift = table(build, 1);
	double	   *scale = table(build, 1);
	Scales		scales = {.many = model->count > 1};

	if (scales.many)
		rn_graph_input(build->graph, "series", RN_ELEMENT_INT64, 1, (int64_t[]) {0});
	for (size_t s = 0; s < model->count && scale != NULL; s++)
	{
		shift[s] = model->series[s].shift;
		scale[s] = model->series[s].scale;
	}
	scales.shift = look_up(build, "shift", 1, shift);
	scales.scale = look_up(build, "scale", 1, scale);
	return scales;
}

/* The level of windows [B][1]: the mean of the last base season of values [B][T]; 0 without one. */
static const char *
add_level(Build *build, const char *values)
{
	const RnModel *model = build->model;
	RnGraph    *graph = build->graph;
	size_t		T = (size_t) build->T;
	double	   *share = table(build, T);
	const char *counted;

	for (size_t s = 0; s < model->count && share != NULL; s++)
		for (size_t t = T - (size_t) model->series[s].base_season; t < T; t++)
			share[s * T + t] = 1 / (double) model->series[s].base_season;
	RN_NODE(graph, "Cast", "values.wide", values);
	rn_graph_set_int(graph, "to", RN_ELEMENT_DOUBLE);
	counted = RN_NODE(graph, "Mul", "values.counted", "values.wide", look_up(build, "share", T, share));
	RN_NODE(graph, "ReduceSum", "level.wide", counted, axis(build, 1));
	RN_NODE(graph, "Cast", "level", "level.wide");
	rn_graph_set_int(graph, "to", RN_ELEMENT_FLOAT);
	return "level";
}

/* What predictions are relative to [B][O]: the value a base season, or several, before. */
static const char *
add_base(Build *build, const char *values)
{
	const RnModel *model = build->model;
	RnGraph    *graph = build->graph;
	size_t		O = (size_t) build->O;
	bool		many = model->count > 1;
	int64_t    *at = rn_graph_room(graph, model->count * O, sizeof(int64_t));
	double	   *counts = table(build, 1);
	const char *rows;

	for (size_t s = 0; s < model->count && counts != NULL; s++)
	{
		int64_t		m = model->series[s].base_season;

		counts[s] = m > 0;
		for (size_t k = 0; k < O; k++)
			at[s * O + k] = m > 0 ? build->T - m + (int64_t) k % m : 0;
	}
	rows = rn_graph_int64s(graph, "base.at", many ? 2 : 1, many ? (int64_t[]) {(int64_t) model->count, (int64_t) O} : (int64_t[]) {(int64_t) O, 0}, at);
	if (many)
		rows = RN_NODE(graph, "Gather", "base.rows", rows, "series");
	RN_NODE(graph, many ? "GatherElements" : "Gather", "base.values", values, rows);
	rn_graph_set_int(graph, "axis", 1);
	RN_NODE(graph, "Cast", "base.wide", "base.values");
	rn_graph_set_int(graph, "to", RN_ELEMENT_DOUBLE);
	return RN_NODE(graph, "Mul", "base", "base.wide", look_up(build, "base.counts", 1, counts));
}

/* What the networks see [B][T][I], of scaled values [B][T]. */
static const char *
add_inputs(Build *build, const char *values)
{
	RnGraph    *graph = build->graph;
	const char *seen = values;

	if (build->model->relative)
		seen = RN_NODE(graph, "Sub", "values.centred", values, add_level(build, values));
	seen = RN_NODE(graph, "Unsqueeze", "values.column", seen, axis(build, 2));
	if (build->I == 1)
		return seen;
	rn_graph_input(graph, "others", RN_ELEMENT_FLOAT, 3, (int64_t[]) {0, build->T, build->I - 1});
	RN_NODE(graph, "Concat", "columns", seen, "others");
	rn_graph_set_int(graph, "axis", 2);
	return "columns";
}

/* Within the bounds of forecasts, where there are some. */
static const char *
add_bounds(Build *build, const char *forecast)
{
	const RnModel *model = build->model;
	double	   *bound = rn_graph_room(build->graph, 2, sizeof(double));

	if (bound == NULL || (isinf(model->lower_bound) && isinf(model->upper_bound)))
		return forecast;
	bound[0] = model->lower_bound;
	bound[1] = model->upper_bound;
	return RN_NODE(build->graph, "Clip", "bounded", forecast,
				   rn_graph_doubles(build->graph, "lower_bound", 0, NULL, &bound[0]),
				   rn_graph_doubles(build->graph, "upper_bound", 0, NULL, &bound[1]));
}

static void
build_windows(Build *build)
{
	RnGraph    *graph = build->graph;
	const char *values = rn_graph_input(graph, "values", RN_ELEMENT_DOUBLE, 2, (int64_t[]) {0, build->T});
	Scales		scales = add_scales(build);
	const char *seen;
	const char *said;

	RN_NODE(graph, "Div", "values.divided", RN_NODE(graph, "Sub", "values.shifted", values, scales.shift), scales.scale);
	RN_NODE(graph, "Cast", "values.scaled", "values.divided");
	rn_graph_set_int(graph, "to", RN_ELEMENT_FLOAT);
	seen = add_inputs(build, "values.scaled");
	RN_NODE(graph, "Transpose", "by_step", seen);
	rn_graph_set_ints(graph, "perm", 3, by_step);
	RN_NODE(graph, "Cast", "said", run_network(build, 0, "by_step"));
	rn_graph_set_int(graph, "to", RN_ELEMENT_DOUBLE);
	said = build->model->relative ? RN_NODE(graph, "Add", "said.whole", "said", add_base(build, "values.scaled")) : "said";
	said = RN_NODE(graph, "Add", "unscaled", RN_NODE(graph, "Mul", "said.scaled", said, scales.scale), scales.shift);
	RN_NODE(graph, "Identity", "forecast", add_bounds(build, said));
	rn_graph_output(graph, "forecast", RN_ELEMENT_DOUBLE, 2, (int64_t[]) {0, build->O});
}

/* ---- all of it ---- */

static RnCode
write(RnHost *host, const RnModel *model, const char *description, RnGraph *graph, RnText *text)
{
	bool		local = model->method == RN_METHOD_LOCAL;
	Build		build = {
		.model = model,.graph = graph,.T = local ? model->steps : model->window,
		.I = model->network.spec.inputs,.O = model->network.spec.outputs
	};

	if (local)
		build_local(&build);
	else
		build_windows(&build);
	rn_graph_property(graph, "recurnet", description);
	return rn_graph_write(host, graph, "model", local
						  ? "What networks say to windows of series that are taken apart, as the property recurnet and docs/exchange.md of recurnet describe."
						  : "From the newest values of series to forecasts of them. Other columns that networks see, if there are any, are described in the property recurnet.",
						  text);
}

RnCode
rn_exchange_onnx(RnHost *host, const RnModel *model, const char *catalog, RnText *text)
{
	RnText		description = {0};
	RnGraph    *graph = NULL;
	RnCode		code = rn_exchange_describe(host, model, catalog, &description);

	if (code == RN_OK)
		code = rn_graph_create(host, &graph);
	if (code == RN_OK)
		code = write(host, model, description.at, graph, text);
	rn_graph_free(host, graph);
	rn_text_free(host, &description);
	return code;
}
