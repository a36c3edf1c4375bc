/*
 * torch.c
 *		A network from the state_dict of a module of PyTorch.
 *
 * That has nothing but names and shapes: a stack is weight_ih_l0, weight_ih_l1, ...
 * of one nn.RNN, nn.LSTM or nn.GRU, or ....0.weight_ih_l0, ....1.weight_ih_l0 of
 * several in an nn.ModuleList; the head is the one nn.Linear beside it.  Which
 * cell it is, the rows of weight_ih over the columns of weight_hh say.  What is not known
 * here is an error: a network without some of its parts would be another one.
 */
#include "exchange/exchange.h"

#include <stdio.h>
#include <string.h>

#include "exchange/layout.h"

#define NAME_SIZE 256

/* Where the layers of a stack are. */
typedef struct Stack
{
	const RnPackage *package;
	char		base[NAME_SIZE];	/* what all names begin with */
	bool		list;			/* the number of a layer comes next, not at the end */
	size_t		used;			/* tensors that have a part in the network */
} Stack;

static bool
ends_with(const char *name, const char *end)
{
	size_t		n = strlen(name);
	size_t		m = strlen(end);

	return n >= m && strcmp(name + n - m, end) == 0;
}

static RnCode
not_known(RnHost *host, const char *name, const char *what)
{
	rn_fail(host, RN_UNSUPPORTED, "tensor \"%.100s\" of the file %s", name, what);
	return rn_fail_hint(host, "Known are nn.RNN, nn.LSTM and nn.GRU in one direction, and one nn.Linear behind them.");
}

/* Tensor what (such as "weight_ih") of layer l, or NULL. */
static const RnTensor *
find(Stack *stack, int l, const char *what)
{
	char		name[2 * NAME_SIZE];
	const RnTensor *tensor;

	if (stack->list)
		snprintf(name, sizeof(name), "%s%d.%s_l0", stack->base, l, what);
	else
		snprintf(name, sizeof(name), "%s%s_l%d", stack->base, what, l);
	tensor = rn_package_find(stack->package, name);
	if (tensor != NULL)
		stack->used++;
	return tensor;
}

/* The names that the layers have: from the first that is one. */
static RnCode
find_stack(RnHost *host, const RnPackage *package, Stack *stack)
{
	static const char first[] = "weight_ih_l0";
	const char *found = NULL;
	int			count = 0;
	size_t		n;

	for (size_t i = 0; i < package->tensors; i++)
	{
		const char *name = package->tensor[i].name;

		if (strstr(name, "_reverse") != NULL || strstr(name, "weight_hr_l") != NULL)
			return not_known(host, name, "is of a network in two directions, or with a projection");
		if (!ends_with(name, first))
			continue;
		found = name;
		count++;
	}
	*stack = (Stack) {.package = package};
	if (found == NULL)
	{
		rn_fail(host, RN_UNSUPPORTED, "the file has neither a model of recurnet nor a network of PyTorch in it");
		return rn_fail_hint(host, "The state_dict of one has a tensor whose name ends in weight_ih_l0.");
	}
	n = strlen(found) - strlen(first);
	if (n >= NAME_SIZE)
		return not_known(host, found, "has too long a name");
	memcpy(stack->base, found, n);
	if (count == 1)
		return RN_OK;
	stack->list = true;
	n -= n > 0;					/* the dot */
	while (n > 0 && stack->base[n - 1] >= '0' && stack->base[n - 1] <= '9')
		n--;
	stack->base[n] = '\0';
	return RN_OK;
}

/* Layer l as its shapes say; *there is false behind the last. */
static RnCode
shape_layer(RnHost *host, Stack *stack, RnActivation activation, int l, RnNetworkSpec *spec, bool *there)
{
	static const int cells[] = {-1, RN_CELL_SIMPLE, -1, RN_CELL_GRU, RN_CELL_LSTM};
	/* lint: find_stack has set it: what is not known is an error */
	size_t		used = stack->used;
	const RnTensor *ih = find(stack, l, "weight_ih");
	const RnTensor *hh = find(stack, l, "weight_hh");
	size_t		H = hh != NULL && hh->axes == 2 ? hh->shape[1] : 0;
	size_t		gates = ih != NULL && H > 0 ? ih->shape[0] / H : 0;

	stack->used = used;
	*there = ih != NULL;
	if (ih == NULL)
		return RN_OK;
	if (ih->axes != 2 || gates > 4 || cells[gates] < 0 || ih->shape[0] != gates * H || hh->shape[0] != gates * H || H > RN_MAX_UNITS ||
		ih->shape[1] < 1 || ih->shape[1] > RN_MAX_UNITS || l == RN_MAX_LAYERS)
		return not_known(host, ih->name, "is not the weights of a layer that there is here");
	if (l == 0)
		spec->inputs = (int) ih->shape[1];
	spec->layer[l] = (RnLayerSpec) {
		.kind = (RnCellKind) cells[gates],.inputs = (int) ih->shape[1],.units = (int) H,
		.activation = gates == 1 ? activation : RN_ACTIVATION_TANH,.reset_after = true
	};
	spec->layers = l + 1;
	return RN_OK;
}

/* The one tensor that is a weight, but not of a layer. */
static RnCode
find_head(RnHost *host, Stack *stack, RnNetworkSpec *spec, const RnTensor **weight, const RnTensor **bias)
{
	char		name[NAME_SIZE];

	*weight = *bias = NULL;
	for (size_t i = 0; i < stack->package->tensors; i++)
	{
		const RnTensor *tensor = &stack->package->tensor[i];

		if (ends_with(tensor->name, "weight") && *weight != NULL)
			return not_known(host, tensor->name, "is a second layer beside the recurrent ones");
		if (ends_with(tensor->name, "weight"))
			*weight = tensor;
	}
	if (*weight == NULL || (*weight)->axes != 2 || (*weight)->shape[0] < 1 || (*weight)->shape[0] > RN_MAX_OUTPUTS ||
		strlen((*weight)->name) >= NAME_SIZE)
	{
		rn_fail(host, RN_UNSUPPORTED, "the file has no nn.Linear behind its recurrent layers");
		return rn_fail_hint(host, "Save the state_dict of a module that holds both.");
	}
	spec->outputs = (int) (*weight)->shape[0];
	strcpy(name, (*weight)->name);
	strcpy(name + strlen(name) - strlen("weight"), "bias");
	*bias = rn_package_find(stack->package, name);
	stack->used += 1 + (*bias != NULL);
	return RN_OK;
}

static RnCode
load_layer(RnHost *host, Stack *stack, RnNetwork *network, int l)
{
	const RnLayerSpec *layer = &network->spec.layer[l];
	RnLayerWeights views = rn_layout_layer(&network->spec, network->weights, l);
	size_t		GH = (size_t) rn_cell(layer->kind)->gates * (size_t) layer->units;
	const RnTensor *ih = find(stack, l, "weight_ih");
	const RnTensor *hh = find(stack, l, "weight_hh");
	const RnTensor *bias_ih = find(stack, l, "bias_ih");
	const RnTensor *bias_hh = find(stack, l, "bias_hh");

	if (!rn_layout_fits(ih, GH, (size_t) layer->inputs) || !rn_layout_fits(hh, GH, (size_t) layer->units) ||
		(bias_ih != NULL && !rn_layout_fits(bias_ih, GH, 0)) || (bias_hh != NULL && !rn_layout_fits(bias_hh, GH, 0)))
		return not_known(host, ih != NULL ? ih->name : "weight_ih", "does not fit the others of its layer");
	rn_layout_load(layer, ih, hh, bias_ih, bias_hh, &views);
	return RN_OK;
}

static RnCode
load_head(RnHost *host, RnNetwork *network, const RnTensor *weight, const RnTensor *bias)
{
	const RnNetworkSpec *spec = &network->spec;
	RnVariable	kernel = rn_network_variable(spec, 3 * spec->layers);
	RnVariable	biases = rn_network_variable(spec, 3 * spec->layers + 1);

	if (!rn_layout_fits(weight, kernel.columns, kernel.rows) || (bias != NULL && !rn_layout_fits(bias, kernel.columns, 0)))
		return not_known(host, weight->name, "does not fit the last recurrent layer");
	for (size_t c = 0; c < kernel.columns; c++)
	{
		for (size_t r = 0; r < kernel.rows; r++)
			network->weights[kernel.offset + r * kernel.columns + c] = (rn_real) rn_tensor_real(weight, c * kernel.rows + r);
		network->weights[biases.offset + c] = bias != NULL ? (rn_real) rn_tensor_real(bias, c) : 0;
	}
	return RN_OK;
}

static RnCode
load(RnHost *host, Stack *stack, RnNetwork *network, const RnTensor *weight, const RnTensor *bias)
{
	for (int l = 0; l < network->spec.layers; l++)
		RN_TRY(load_layer(host, stack, network, l));
	RN_TRY(load_head(host, network, weight, bias));
	if (stack->used == stack->package->tensors)
		return RN_OK;
	rn_fail(host, RN_UNSUPPORTED, "the file has %zu tensors, of which %zu are the network's", stack->package->tensors, stack->used);
	return rn_fail_hint(host, "Known are nn.RNN, nn.LSTM and nn.GRU in one direction, and one nn.Linear behind them.");
}

RnCode
rn_exchange_torch(RnHost *host, const RnPackage *package, RnActivation activation, RnModel *model)
{
	RnNetworkSpec spec = {0};
	Stack		stack;
	const RnTensor *weight;
	const RnTensor *bias;
	bool		there = true;
	RnCode		code;

	memset(model, 0, sizeof(*model));
	RN_TRY(find_stack(host, package, &stack));
	while (there)
	{
		RN_TRY(rn_poll(host));
		RN_TRY(shape_layer(host, &stack, activation, spec.layers, &spec, &there));
	}
	RN_TRY(find_head(host, &stack, &spec, &weight, &bias));
	/* lint: find_head has set it: without a head there is an error */
	if (spec.layers == 0)
		return not_known(host, weight->name, "stands beside layers that are not numbered from 0 on");
	if (weight->shape[1] != (size_t) spec.layer[spec.layers - 1].units)
		return not_known(host, weight->name, "does not fit the last recurrent layer");
	for (int l = 1; l < spec.layers; l++)
		if (spec.layer[l].inputs != spec.layer[l - 1].units)
			return not_known(host, weight->name, "stands behind layers that do not fit one another");
	model->members = 1;
	RN_TRY(rn_model_create_networks(host, &spec, model));
	code = load(host, &stack, &model->network, weight, bias);
	if (code != RN_OK)
		rn_model_free(host, model);
	return code;
}
