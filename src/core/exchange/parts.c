/*
 * parts.c
 *		A model to a package of named tensors, and back.
 */
#include "exchange/exchange.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "exchange/describe.h"
#include "exchange/layout.h"

#define NAME_SIZE 64

/* ---- writing ---- */

RnCode
rn_exchange_describe(RnHost *host, const RnModel *model, const char *catalog, RnText *text)
{
	RN_TRY(rn_text_format(host, text, "{\"format\": %d, \"model\": {", RN_EXCHANGE_VERSION));
	RN_TRY(rn_describe_write(host, model, text));
	RN_TRY(rn_text_string(host, text, "}"));
	if (catalog != NULL)
	{
		RN_TRY(rn_text_string(host, text, ", \"catalog\": "));
		RN_TRY(rn_text_string(host, text, catalog));
	}
	return rn_text_string(host, text, "}");
}

/* What names of tensors begin with: of a layer, or (layer -1) of the network. */
static void
prefix_of(char *name, int member, int layer, const char *tensor)
{
	if (layer >= 0)
		snprintf(name, NAME_SIZE, "networks.%d.layers.%d.%s", member, layer, tensor);
	else
		snprintf(name, NAME_SIZE, "networks.%d.%s", member, tensor);
}

/* Where a tensor of real numbers is to be written to; columns 0: it has one axis. */
static RnCode
add_weights(RnHost *host, RnPackage *package, int member, int layer, const char *tensor,
			size_t rows, size_t columns, float **data)
{
	char		name[NAME_SIZE];

	prefix_of(name, member, layer, tensor);
	RN_TRY(rn_pool_take(host, &package->pool, rows * (columns > 0 ? columns : 1), sizeof(float), (void **) data));
	return rn_package_add(host, package, name, RN_F32, columns > 0 ? 2 : 1, (size_t[]) {rows, columns}, *data);
}

static RnCode
add_layer(RnHost *host, RnPackage *package, const RnNetworkSpec *spec, rn_real *weights, int member, int l)
{
	const RnLayerSpec *layer = &spec->layer[l];
	RnLayerWeights views = rn_layout_layer(spec, weights, l);
	size_t		GH = (size_t) rn_cell(layer->kind)->gates * (size_t) layer->units;
	float	   *data[4] = {NULL};

	RN_TRY(add_weights(host, package, member, l, "weight_ih_l0", GH, (size_t) layer->inputs, &data[0]));
	RN_TRY(add_weights(host, package, member, l, "weight_hh_l0", GH, (size_t) layer->units, &data[1]));
	RN_TRY(add_weights(host, package, member, l, "bias_ih_l0", GH, 0, &data[2]));
	if (rn_layout_two_biases(layer))
		RN_TRY(add_weights(host, package, member, l, "bias_hh_l0", GH, 0, &data[3]));
	rn_layout_store(layer, &views, data[0], data[1], data[2], data[3]);
	return RN_OK;
}

/* A kernel [rows][columns], ours, as PyTorch's nn.Linear has it. */
static RnCode
add_linear(RnHost *host, RnPackage *package, int member, const char *name, const RnVariable *variable, const rn_real *weights)
{
	bool		bias = variable->rows == 1 && strcmp(variable->name, "bias") == 0;
	const rn_real *from = weights + variable->offset;
	float	   *to;

	RN_TRY(add_weights(host, package, member, -1, name, variable->columns, bias ? 0 : variable->rows, &to));
	for (size_t c = 0; c < variable->columns; c++)
		for (size_t r = 0; r < variable->rows; r++)
			to[c * variable->rows + r] = (float) from[r * variable->columns + c];
	return RN_OK;
}

/* The names of the variables behind the layers, in their order. */
static const char *const head_names[] = {"head.weight", "head.bias", "skip.weight"};

static RnCode
add_network(RnHost *host, RnPackage *package, const RnModel *model, int member)
{
	const RnNetworkSpec *spec = &model->network.spec;
	rn_real    *weights = model->network.weights + (size_t) member * rn_network_size(spec);

	for (int l = 0; l < spec->layers; l++)
	{
		RN_TRY(rn_poll(host));
		RN_TRY(add_layer(host, package, spec, weights, member, l));
	}
	for (int i = 3 * spec->layers; i < rn_network_variables(spec); i++)
	{
		RnVariable	variable = rn_network_variable(spec, i);

		/* lint: behind the layers there are two or three variables */
		RN_TRY(add_linear(host, package, member, head_names[i - 3 * spec->layers], &variable, weights));
	}
	return RN_OK;
}

/* What a model has of every series: columns of a table. */
typedef struct SeriesColumns
{
	double	   *shift;
	double	   *scale;
	int32_t    *base_season;
	int32_t    *anchor_day;
	int64_t    *last_time;
	int64_t    *rows;
} SeriesColumns;

static RnCode
add_column(RnHost *host, RnPackage *package, const char *name, RnNumberKind kind, size_t n, void **column)
{
	RN_TRY(rn_pool_take(host, &package->pool, n, rn_number_size(kind), column));
	return rn_package_add(host, package, name, kind, 1, &n, *column);
}

static RnCode
add_series(RnHost *host, RnPackage *package, const RnModel *model)
{
	size_t		n = model->count;
	SeriesColumns columns;

	RN_TRY(add_column(host, package, "series.shift", RN_F64, n, (void **) &columns.shift));
	RN_TRY(add_column(host, package, "series.scale", RN_F64, n, (void **) &columns.scale));
	RN_TRY(add_column(host, package, "series.base_season", RN_I32, n, (void **) &columns.base_season));
	RN_TRY(add_column(host, package, "series.anchor_day", RN_I32, n, (void **) &columns.anchor_day));
	RN_TRY(add_column(host, package, "series.last_time", RN_I64, n, (void **) &columns.last_time));
	RN_TRY(add_column(host, package, "series.rows", RN_I64, n, (void **) &columns.rows));
	for (size_t s = 0; s < n; s++)
	{
		const RnModelSeries *series = &model->series[s];

		columns.shift[s] = series->shift;
		columns.scale[s] = series->scale;
		columns.base_season[s] = series->base_season;
		columns.anchor_day[s] = series->anchor_day;
		columns.last_time[s] = series->last_time;
		columns.rows[s] = (int64_t) series->rows;
	}
	return RN_OK;
}

/* What was learnt of levels. */
static RnCode
add_smoothing(RnHost *host, RnPackage *package, const RnModel *model)
{
	size_t		shape[] = {model->count + 1, (size_t) model->members};
	size_t		n = shape[0] * shape[1];
	float	   *data;

	RN_TRY(rn_pool_take(host, &package->pool, n, sizeof(float), (void **) &data));
	for (size_t i = 0; i < n; i++)
		data[i] = (float) model->smoothing[i];
	return rn_package_add(host, package, "smoothing", RN_F32, 2, shape, data);
}

static RnCode
add_arrays(RnHost *host, RnPackage *package, const RnModel *model)
{
	size_t		rows = model->tail_rows;

	RN_TRY(add_series(host, package, model));
	RN_TRY(rn_package_add(host, package, "tail", RN_F64, 1, &rows, model->tail));
	if (model->inputs.masked)
		RN_TRY(rn_package_add(host, package, "tail_missing", RN_U8, 1, &rows, model->tail_missing));
	if (model->inputs.given > 0)
		RN_TRY(rn_package_add(host, package, "tail_covariate", RN_F32, 2, (size_t[]) {rows, (size_t) model->inputs.given},
							  model->tail_covariate));
	if (model->holidays > 0)
		RN_TRY(rn_package_add(host, package, "holiday", RN_I32, 1, &model->holidays, model->holiday));
	if (model->residual_points > 0)
		RN_TRY(rn_package_add(host, package, "residual", RN_F64, 2,
							  (size_t[]) {(size_t) model->residual_steps, (size_t) model->residual_points}, model->residual));
	if (model->learnt)
		RN_TRY(add_smoothing(host, package, model));
	return RN_OK;
}

/* Time steps that the networks see at once. */
static int
steps_seen(const RnModel *model)
{
	return model->method == RN_METHOD_LOCAL ? model->steps : model->window;
}

/* What every network says to the input, by its last step, into output [members][O]. */
static RnCode
run_example(RnHost *host, const RnModel *model, RnTape *tape, const float *input, float *output)
{
	const RnNetworkSpec *spec = &model->network.spec;
	size_t		n = (size_t) steps_seen(model) * (size_t) spec->inputs;
	size_t		O = (size_t) spec->outputs;
	size_t		last = O * (size_t) (rn_network_predicted_steps(spec, steps_seen(model)) - 1);

	for (int i = 0; i < model->members; i++)
	{
		RnNetwork	member = {*spec, rn_network_size(spec), model->network.weights + (size_t) i * rn_network_size(spec)};
		const rn_real *said;

		for (size_t k = 0; k < n; k++)
			rn_tape_input(tape)[k] = (rn_real) input[k];
		RN_TRY(rn_network_forward(host, &member, tape, 1, 0, 0));
		said = rn_tape_output(tape) + last;
		for (size_t k = 0; k < O; k++)
			output[(size_t) i * O + k] = (float) said[k];
	}
	return RN_OK;
}

/* An input that is none of anybody's rows, and what the networks say to it. */
static RnCode
add_example(RnHost *host, RnPackage *package, const RnModel *model)
{
	const RnNetworkSpec *spec = &model->network.spec;
	size_t		T = (size_t) steps_seen(model);
	size_t		I = (size_t) spec->inputs;
	size_t		members = (size_t) model->members;
	float	   *input;
	float	   *output;
	RnTape	   *tape;
	RnCode		code;

	RN_TRY(rn_pool_take(host, &package->pool, T * I, sizeof(float), (void **) &input));
	RN_TRY(rn_pool_take(host, &package->pool, members * (size_t) spec->outputs, sizeof(float), (void **) &output));
	for (size_t t = 0; t < T; t++)
		for (size_t i = 0; i < I; i++)
			input[t * I + i] = (float) (sin(0.7 * (double) t + 1.3 * (double) i) / 2);
	RN_TRY(rn_tape_create(host, spec, (int) T, 1, false, &tape));
	code = run_example(host, model, tape, input, output);
	rn_tape_free(host, tape);
	RN_TRY(code);
	for (size_t k = 0; k < members * (size_t) spec->outputs; k++)
		if (!isfinite(output[k]))
			return RN_OK;		/* weights may be as large as they like */
	RN_TRY(rn_package_add(host, package, "example.input", RN_F32, 3, (size_t[]) {1, T, I}, input));
	return rn_package_add(host, package, "example.output", RN_F32, 2, (size_t[]) {members, (size_t) spec->outputs}, output);
}

RnCode
rn_exchange_pack(RnHost *host, const RnModel *model, const char *catalog, RnPackage *package)
{
	RnText		text = {0};
	char	   *description;
	RnCode		code = rn_exchange_describe(host, model, catalog, &text);

	*package = (RnPackage) {0};
	if (code == RN_OK)
		code = rn_pool_take(host, &package->pool, text.length + 1, 1, (void **) &description);
	if (code == RN_OK)
		package->description = memcpy(description, text.at, text.length + 1);
	rn_text_free(host, &text);
	RN_TRY(code);
	for (int i = 0; i < model->members; i++)
		RN_TRY(add_network(host, package, model, i));
	RN_TRY(add_arrays(host, package, model));
	return add_example(host, package, model);
}

size_t
rn_exchange_bytes(const RnModel *model)
{
	const RnNetworkSpec *spec = &model->network.spec;
	size_t		weights = (size_t) model->members * rn_network_size(spec) * sizeof(float);
	size_t		bytes = rn_tape_bytes(spec, steps_seen(model), 1, false);

	return __builtin_add_overflow(bytes, weights + model->count * 64 + 65536, &bytes) ? SIZE_MAX : bytes;
}

/* ---- reading ---- */

static RnCode
bad_tensor(RnHost *host, const char *name)
{
	rn_fail(host, RN_CORRUPT, "tensor \"%s\" of the file is missing, or not of the type and shape that the model needs", name);
	return rn_fail_hint(host, "Change weights, but neither their names nor their shapes.");
}

/* The tensor of weights of that name, if it has the shape that it should have; NULL: it has not. */
static const RnTensor *
find_weights(const RnPackage *package, int member, int layer, const char *tensor, size_t rows, size_t columns)
{
	char		name[NAME_SIZE];
	const RnTensor *found;

	prefix_of(name, member, layer, tensor);
	found = rn_package_find(package, name);
	return rn_layout_fits(found, rows, columns) ? found : NULL;
}

static RnCode
bad_weights(RnHost *host, int member, int layer, const char *tensor)
{
	char		name[NAME_SIZE];

	prefix_of(name, member, layer, tensor);
	return bad_tensor(host, name);
}

static const char *const layer_names[] = {"weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0"};

/* The tensors of a layer into found [4]; of one bias the last is NULL. */
static RnCode
find_layer(RnHost *host, const RnPackage *package, const RnLayerSpec *layer, int member, int l, const RnTensor **found)
{
	size_t		GH = (size_t) rn_cell(layer->kind)->gates * (size_t) layer->units;
	size_t		columns[] = {(size_t) layer->inputs, (size_t) layer->units, 0, 0};

	found[3] = NULL;
	for (int i = 0; i < (rn_layout_two_biases(layer) ? 4 : 3); i++)
	{
		found[i] = find_weights(package, member, l, layer_names[i], GH, columns[i]);
		if (found[i] == NULL)
			return bad_weights(host, member, l, layer_names[i]);
	}
	return RN_OK;
}

static RnCode
find_linear(RnHost *host, const RnPackage *package, int member, const char *name, const RnVariable *variable, const RnTensor **found)
{
	bool		bias = strcmp(variable->name, "bias") == 0;

	*found = find_weights(package, member, -1, name, variable->columns, bias ? 0 : variable->rows);
	return *found != NULL ? RN_OK : bad_weights(host, member, -1, name);
}

/* Are all weights there?  Asked before there is memory for them: there is then no more of it than the file has. */
static RnCode
check_network(RnHost *host, const RnPackage *package, const RnNetworkSpec *spec, int member)
{
	const RnTensor *found[4];

	for (int l = 0; l < spec->layers; l++)
	{
		RN_TRY(rn_poll(host));
		RN_TRY(find_layer(host, package, &spec->layer[l], member, l, found));
	}
	for (int i = 3 * spec->layers; i < rn_network_variables(spec); i++)
	{
		RnVariable	variable = rn_network_variable(spec, i);

		/* lint: behind the layers there are two or three variables */
		RN_TRY(find_linear(host, package, member, head_names[i - 3 * spec->layers], &variable, found));
	}
	return RN_OK;
}

static RnCode
load_network(RnHost *host, const RnPackage *package, const RnNetworkSpec *spec, int member, rn_real *weights)
{
	const RnTensor *found[4] = {NULL};

	for (int l = 0; l < spec->layers; l++)
	{
		RnLayerWeights views = rn_layout_layer(spec, weights, l);

		RN_TRY(rn_poll(host));
		RN_TRY(find_layer(host, package, &spec->layer[l], member, l, found));
		rn_layout_load(&spec->layer[l], found[0], found[1], found[2], found[3], &views);
	}
	for (int i = 3 * spec->layers; i < rn_network_variables(spec); i++)
	{
		RnVariable	variable = rn_network_variable(spec, i);

		/* lint: behind the layers there are two or three variables */
		RN_TRY(find_linear(host, package, member, head_names[i - 3 * spec->layers], &variable, found));
		for (size_t c = 0; c < variable.columns; c++)
			for (size_t r = 0; r < variable.rows; r++)
				weights[variable.offset + r * variable.columns + c] = (rn_real) rn_tensor_real(found[0], c * variable.rows + r);
	}
	return RN_OK;
}

static RnCode
read_networks(RnHost *host, const RnPackage *package, RnModel *model)
{
	RnNetworkSpec spec = model->network.spec;

	RN_TRY(rn_network_check(host, &spec));
	for (int i = 0; i < model->members; i++)
		RN_TRY(check_network(host, package, &spec, i));
	RN_TRY(rn_model_create_networks(host, &spec, model));
	for (int i = 0; i < model->members; i++)
		RN_TRY(load_network(host, package, &spec, i, model->network.weights + (size_t) i * rn_network_size(&spec)));
	return RN_OK;
}

/* The data of a tensor of n numbers of that kind and so many axes. */
static RnCode
find_data(RnHost *host, const RnPackage *package, const char *name, RnNumberKind kind, int axes, size_t n, const void **data)
{
	const RnTensor *tensor = rn_package_find(package, name);

	*data = NULL;
	if (tensor == NULL || tensor->kind != kind || tensor->axes != axes || tensor->count != n)
		return bad_tensor(host, name);
	*data = tensor->data;
	return RN_OK;
}

/* A copy of the same in the host's memory. */
static RnCode
copy_data(RnHost *host, const RnPackage *package, const char *name, RnNumberKind kind, int axes, size_t n, void **copy)
{
	const void *data;

	RN_TRY(find_data(host, package, name, kind, axes, n, &data));
	RN_TRY(rn_alloc(host, n, rn_number_size(kind), copy));
	if (n > 0)
		/* lint: find_data has set it: what is missing is an error */
		memcpy(*copy, data, n * rn_number_size(kind));
	return RN_OK;
}

/* Each its key and its part of the tails. */
static RnCode
place_series(RnHost *host, RnModel *model)
{
	const char *key = model->keys;
	size_t		rows = 0;

	for (size_t s = 0; s < model->count; s++)
	{
		RnModelSeries *series = &model->series[s];

		series->tail = rows;
		if (series->rows > model->tail_rows - rows)
			return bad_tensor(host, "series.rows");
		rows += series->rows;
		series->key = key;
		if (key != NULL)
			key += strlen(key) + 1;
	}
	return rows == model->tail_rows ? RN_OK : bad_tensor(host, "series.rows");
}

static RnCode
read_series(RnHost *host, const RnPackage *package, RnModel *model)
{
	const RnTensor *tensor = rn_package_find(package, "series.shift");
	size_t		n = tensor != NULL ? tensor->count : 0;
	const double *shift;
	const double *scale;
	const int32_t *base_season;
	const int32_t *anchor_day;
	const int64_t *last_time;
	const int64_t *rows;

	if (n == 0 || n > RN_MAX_SERIES || n != (model->keys != NULL ? model->count : 1))
		return bad_tensor(host, "series.shift");
	model->count = n;
	RN_TRY(find_data(host, package, "series.shift", RN_F64, 1, n, (const void **) &shift));
	RN_TRY(find_data(host, package, "series.scale", RN_F64, 1, n, (const void **) &scale));
	RN_TRY(find_data(host, package, "series.base_season", RN_I32, 1, n, (const void **) &base_season));
	RN_TRY(find_data(host, package, "series.anchor_day", RN_I32, 1, n, (const void **) &anchor_day));
	RN_TRY(find_data(host, package, "series.last_time", RN_I64, 1, n, (const void **) &last_time));
	RN_TRY(find_data(host, package, "series.rows", RN_I64, 1, n, (const void **) &rows));
	RN_TRY(rn_alloc(host, n, sizeof(RnModelSeries), (void **) &model->series));
	for (size_t s = 0; s < n; s++)
		model->series[s] = (RnModelSeries) {
			/* lint: find_data has set them all: what is missing is an error */
			.shift = shift[s],.scale = scale[s],.base_season = base_season[s],.anchor_day = anchor_day[s],
			.last_time = last_time[s],.rows = (size_t) rows[s]
		};
	return place_series(host, model);
}

static RnCode
read_tails(RnHost *host, const RnPackage *package, RnModel *model)
{
	const RnTensor *tensor = rn_package_find(package, "tail");
	size_t		rows = tensor != NULL ? tensor->count : 0;
	size_t		given = (size_t) model->inputs.given;

	model->tail_rows = rows;
	RN_TRY(copy_data(host, package, "tail", RN_F64, 1, rows, (void **) &model->tail));
	if (model->inputs.masked)
		RN_TRY(copy_data(host, package, "tail_missing", RN_U8, 1, rows, (void **) &model->tail_missing));
	if (given > 0)
		RN_TRY(copy_data(host, package, "tail_covariate", RN_F32, 2, rows * given, (void **) &model->tail_covariate));
	return RN_OK;
}

/* Arrays that a model may be without. */
static RnCode
read_optional(RnHost *host, const RnPackage *package, RnModel *model)
{
	const RnTensor *holiday = rn_package_find(package, "holiday");
	const RnTensor *residual = rn_package_find(package, "residual");

	if (holiday != NULL && holiday->count > 0)
	{
		RN_TRY(copy_data(host, package, "holiday", RN_I32, 1, holiday->count, (void **) &model->holiday));
		model->holidays = holiday->count;
	}
	if (residual == NULL || residual->count == 0)
		return rn_alloc(host, 0, sizeof(double), (void **) &model->residual);
	if (residual->axes != 2 || residual->shape[0] > RN_RESIDUAL_STEPS || residual->shape[1] > RN_RESIDUAL_POINTS)
		return bad_tensor(host, "residual");
	model->residual_steps = (int) residual->shape[0];
	model->residual_points = (int) residual->shape[1];
	return copy_data(host, package, "residual", RN_F64, 2, residual->count, (void **) &model->residual);
}

/* What was learnt of levels, if it was. */
static RnCode
read_smoothing(RnHost *host, const RnPackage *package, RnModel *model)
{
	const RnTensor *tensor = rn_package_find(package, "smoothing");

	if (!model->learnt)
		return RN_OK;
	if (!rn_layout_fits(tensor, model->count + 1, (size_t) model->members))
		return bad_tensor(host, "smoothing");
	RN_TRY(rn_model_create_smoothing(host, model));
	for (size_t i = 0; i < tensor->count; i++)
		model->smoothing[i] = (rn_real) rn_tensor_real(tensor, i);
	return RN_OK;
}

/* What is said twice in a model. */
static void
settle(RnModel *model)
{
	model->inputs.horizon = model->network.spec.outputs;
	model->local.window = model->window;
	model->local.season = model->season;
	model->rows.frequency = model->calendar;
	rn_model_second(model);
}

static RnCode
unpack(RnHost *host, const RnPackage *package, RnModel *model)
{
	int64_t		version;

	if (!rn_json_int64(rn_json_member(package->read, "format"), &version))
	{
		rn_fail(host, RN_CORRUPT, "the description of the model in the file has no number of its format");
		return rn_fail_hint(host, RN_CHANGE_WEIGHTS);
	}
	if (version != RN_EXCHANGE_VERSION)
	{
		rn_fail(host, RN_UNSUPPORTED, "the file has format %lld, this library reads %d", (long long) version, RN_EXCHANGE_VERSION);
		return rn_fail_hint(host, "Install a newer version of recurnet.");
	}
	RN_TRY(rn_describe_read(host, rn_json_member(package->read, "model"), model));
	RN_TRY(read_networks(host, package, model));
	RN_TRY(read_tails(host, package, model));
	RN_TRY(read_series(host, package, model));
	RN_TRY(read_optional(host, package, model));
	RN_TRY(read_smoothing(host, package, model));
	settle(model);
	return RN_OK;
}

RnCode
rn_exchange_unpack(RnHost *host, const RnPackage *package, RnModel *model)
{
	RnCode		code;

	memset(model, 0, sizeof(*model));
	code = unpack(host, package, model);
	if (code == RN_INVALID_OPTION)	/* of a network: not the caller's option, but the file's */
		code = host->error.code = RN_CORRUPT;
	if (code != RN_OK)
		rn_model_free(host, model);
	return code;
}
