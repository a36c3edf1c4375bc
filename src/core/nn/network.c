/*
 * network.c
 *		The stack of layers: shapes, the block of weights, the tape, forward
 *		and back-propagation through time.
 *
 * Werbos, "Backpropagation through time: what it does and how to do it",
 * Proc. IEEE 78(10), 1990.  Gradients run through all T steps of a window,
 * and the state of a window starts at zero.
 *
 * A layer of dilation d (Chang et al., "Dilated recurrent neural networks",
 * NeurIPS 2017) is the same cell over longer steps: [T][B][I] in memory is
 * [T/d][d*B][I], where step t is in row t mod d of step t / d, and what stands
 * before it there is step t - d.  The last of these is filled up with zeros;
 * nobody reads what comes of them, and their gradients are zero.
 */
#include "nn/network.h"

#include <string.h>

#include "base/gemm.h"
#include "base/math.h"
#include "nn/dense.h"
#include "nn/dropout.h"
#include "nn/sequence.h"

RnCode
rn_network_check(RnHost *host, RnNetworkSpec *spec)
{
	if (spec->layers < 1 || spec->layers > RN_MAX_LAYERS)
		return rn_fail(host, RN_INVALID_OPTION, "%d layers are outside of 1 .. %d",
					   spec->layers, RN_MAX_LAYERS);
	if (spec->inputs < 1 || spec->inputs > RN_MAX_UNITS)
		return rn_fail(host, RN_INVALID_OPTION, "%d inputs are outside of 1 .. %d",
					   spec->inputs, RN_MAX_UNITS);
	if (spec->outputs < 1 || spec->outputs > RN_MAX_OUTPUTS)
		return rn_fail(host, RN_INVALID_OPTION, "%d outputs are outside of 1 .. %d",
					   spec->outputs, RN_MAX_OUTPUTS);
	for (int l = 0; l < spec->layers; l++)
	{
		RnLayerSpec *layer = &spec->layer[l];

		if (layer->units < 1 || layer->units > RN_MAX_UNITS)
			return rn_fail(host, RN_INVALID_OPTION, "%d units are outside of 1 .. %d",
						   layer->units, RN_MAX_UNITS);
		if (layer->dilation < 0 || layer->dilation > RN_MAX_DILATION)
			return rn_fail(host, RN_INVALID_OPTION, "a dilation of %d is outside of 1 .. %d",
						   layer->dilation, RN_MAX_DILATION);
		if (layer->dilation == 0)
			layer->dilation = 1;
		layer->inputs = l == 0 ? spec->inputs : spec->layer[l - 1].units;
	}
	return RN_OK;
}

int
rn_network_variables(const RnNetworkSpec *spec)
{
	return 3 * spec->layers + 2 + (int) spec->skip;
}

/* Shape of variable i, without its offset. */
static RnVariable
variable_shape(const RnNetworkSpec *spec, int i)
{
	RnVariable	variable = {.layer = i / 3};
	const RnLayerSpec *layer = &spec->layer[variable.layer];
	size_t		GH;

	if (i == 3 * spec->layers + 2)
	{
		variable.name = "skip_kernel";
		variable.rows = (size_t) spec->inputs;
		variable.columns = (size_t) spec->outputs;
		return variable;
	}
	if (variable.layer == spec->layers)
	{
		variable.name = i % 3 == 0 ? "kernel" : "bias";
		variable.rows = i % 3 == 0 ? (size_t) spec->layer[spec->layers - 1].units : 1;
		variable.columns = (size_t) spec->outputs;
		return variable;
	}

	GH = (size_t) rn_cell(layer->kind)->gates * (size_t) layer->units;
	variable.columns = GH;
	switch (i % 3)
	{
		case 0:
			variable.name = "kernel";
			variable.rows = (size_t) layer->inputs;
			break;
		case 1:
			variable.name = "recurrent_kernel";
			variable.rows = (size_t) layer->units;
			break;
		default:
			variable.name = "bias";
			variable.rows = rn_cell_bias_size(layer) / GH;
			break;
	}
	return variable;
}

RnVariable
rn_network_variable(const RnNetworkSpec *spec, int i)
{
	size_t		offset = 0;
	RnVariable	variable;

	for (int before = 0; before < i; before++)
	{
		variable = variable_shape(spec, before);
		offset += variable.rows * variable.columns;
	}
	variable = variable_shape(spec, i);
	variable.offset = offset;
	return variable;
}

/* No overflow: 64 layers of 4096 units have less than 2^34 weights. */
size_t
rn_network_size(const RnNetworkSpec *spec)
{
	RnVariable	last = rn_network_variable(spec, rn_network_variables(spec) - 1);

	return last.offset + last.rows * last.columns;
}

RnCode
rn_network_create(RnHost *host, const RnNetworkSpec *spec, RnNetwork *network)
{
	network->spec = *spec;
	network->weights = NULL;
	RN_TRY(rn_network_check(host, &network->spec));
	network->size = rn_network_size(&network->spec);
	return rn_alloc(host, network->size, sizeof(rn_real), (void **) &network->weights);
}

void
rn_network_free(RnHost *host, RnNetwork *network)
{
	rn_free(host, network->weights);
	network->weights = NULL;
}

/* What the tape holds for a layer beside what the cell itself sees. */
typedef struct LayerMasks
{
	rn_real    *x;				/* [T][B][I] masked inputs, where they differ from
								 * the outputs of the layer below */
	rn_real    *input;			/* [B][I] input dropout */
	rn_real    *recurrent;		/* [B][H] recurrent dropout */
	rn_real    *output;			/* [T][B][H] dropout after the layer; the last
								 * layer's of the steps predicted */
	rn_real    *sum;			/* [T][B][H] inputs and outputs added up, or NULL: the
								 * layer gives its outputs alone */
} LayerMasks;

struct RnTape
{
	RnArena		arena;
	int			T;
	int			S;				/* steps that there is room for, to fill up with zeros */
	int			B;
	bool		training;
	int			first;			/* sequence of the batch that is the tape's first */
	rn_real    *input;			/* [T][B][I] */
	rn_real    *dx;				/* the caller's: gradient by them; NULL: not wanted */
	rn_real    *dropped;		/* [R][B][H] input of the head after a dropout; R: the
								 * steps predicted, the last ones */
	const rn_real *head;		/* [R][B][H] input of the head */
	rn_real    *output;			/* [R][B][O] */
	rn_real    *dh[2];			/* [T][B][H] gradients, of this layer and below */
	RnLayerTape layer[RN_MAX_LAYERS];
	LayerMasks	masks[RN_MAX_LAYERS];
};

/* Does layer l read a masked copy of what the layer below gave? */
static bool
copies_input(const RnNetworkSpec *spec, int l)
{
	return spec->layer[l].input_dropout > 0 || (l > 0 && spec->layer[l - 1].dropout > 0);
}

bool
rn_network_adds_input(const RnNetworkSpec *spec, int l)
{
	/* cppcheck-suppress arrayIndexOutOfBoundsCond ; l is one of the layers */
	return spec->residual && l > 0 && spec->layer[l - 1].units == spec->layer[l].units;
}

/* d: further back than a sequence reaches there is nothing. */
static int
dilation(const RnLayerSpec *layer, int T)
{
	return layer->dilation < 1 ? 1 : layer->dilation < T ? layer->dilation : T;
}

/* T/d: the longer steps of a layer. */
static int
longer_steps(const RnLayerSpec *layer, int T)
{
	int			d = dilation(layer, T);

	return T / d + (T % d > 0);
}

/* The steps that these are, T at least. */
static int
filled_steps(const RnLayerSpec *layer, int T)
{
	return longer_steps(layer, T) * dilation(layer, T);
}

int
rn_network_input_steps(const RnNetworkSpec *spec, int T)
{
	return filled_steps(&spec->layer[0], T);
}

/* Steps first .. last - 1 of x, of n numbers each, become zero. */
static RnCode
clear_steps(RnHost *host, rn_real *x, int first, int last, size_t n)
{
	for (int t = first; t < last; t++)
	{
		RN_TRY(rn_poll(host));
		memset(x + (size_t) t * n, 0, n * sizeof(rn_real));
	}
	return RN_OK;
}

/* R: steps that there are predictions of. */
static size_t
predicted(const RnTape *tape, const RnNetworkSpec *spec)
{
	return (size_t) rn_network_predicted_steps(spec, tape->T);
}

/* The arrays of layer l, measured or handed out (see RnArena). */
static void
lay_out_layer(RnTape *tape, RnArena *arena, const RnNetworkSpec *spec, int l)
{
	const RnLayerSpec *layer = &spec->layer[l];
	const RnCell *cell = rn_cell(layer->kind);
	RnLayerTape *t = &tape->layer[l];
	LayerMasks *m = &tape->masks[l];
	size_t		S = (size_t) tape->S;
	size_t		B = (size_t) tape->B;
	size_t		rows = B * (size_t) dilation(layer, tape->T);	/* of a longer step */
	size_t		I = (size_t) layer->inputs;
	size_t		H = (size_t) layer->units;
	size_t		GH = (size_t) cell->gates * H;
	bool		last = l == spec->layers - 1;

	memset(t, 0, sizeof(*t));
	memset(m, 0, sizeof(*m));
	t->gates = rn_arena_take(arena, S * B * GH, sizeof(rn_real));
	t->h = rn_arena_take(arena, (S * B + rows) * H, sizeof(rn_real));
	t->work = rn_arena_take(arena, rows * GH, sizeof(rn_real));
	if (cell->has_c)
		t->c = rn_arena_take(arena, (S * B + rows) * H, sizeof(rn_real));
	if (cell->has_aux)
		t->aux = rn_arena_take(arena, S * B * H, sizeof(rn_real));
	if (rn_network_adds_input(spec, l))
		m->sum = rn_arena_take(arena, S * B * H, sizeof(rn_real));
	if (!tape->training)
		return;

	if (copies_input(spec, l))
		m->x = rn_arena_take(arena, S * B * I, sizeof(rn_real));
	if (layer->input_dropout > 0)
		m->input = rn_arena_take(arena, B * I, sizeof(rn_real));
	if (layer->dropout > 0)
		m->output = rn_arena_take(arena, (last ? predicted(tape, spec) : S) * B * H, sizeof(rn_real));
	if (layer->recurrent_dropout > 0)
	{
		m->recurrent = rn_arena_take(arena, rows * H, sizeof(rn_real));
		t->recurrent_mask = m->recurrent;
		t->hm = rn_arena_take(arena, S * B * H, sizeof(rn_real));
		t->dhm = rn_arena_take(arena, rows * H, sizeof(rn_real));
	}
}

static void
lay_out(RnTape *tape, RnArena *arena, const RnNetworkSpec *spec)
{
	size_t		SB;
	size_t		widest = 0;
	size_t		packed = 0;
	rn_real    *shared;

	tape->S = tape->T;
	for (int l = 0; l < spec->layers; l++)
	{
		int			filled = filled_steps(&spec->layer[l], tape->T);

		tape->S = filled > tape->S ? filled : tape->S;
	}
	SB = (size_t) tape->S * (size_t) tape->B;
	tape->input = rn_arena_take(arena, SB * (size_t) spec->inputs, sizeof(rn_real));
	for (int l = 0; l < spec->layers; l++)
	{
		size_t		H = (size_t) spec->layer[l].units;
		size_t		size = rn_sequence_packed_size(&spec->layer[l]);

		lay_out_layer(tape, arena, spec, l);
		widest = H > widest ? H : widest;
		packed = size > packed ? size : packed;
	}
	shared = rn_arena_take(arena, packed, sizeof(rn_real));
	for (int l = 0; l < spec->layers; l++)
		tape->layer[l].packed = shared;
	tape->output = rn_arena_take(arena, predicted(tape, spec) * (size_t) tape->B * (size_t) spec->outputs,
								 sizeof(rn_real));
	if (!tape->training)
		return;
	if (spec->layer[spec->layers - 1].dropout > 0)
		tape->dropped = rn_arena_take(arena, predicted(tape, spec) * (size_t) tape->B * widest, sizeof(rn_real));
	for (int i = 0; i < (spec->layers > 1 ? 2 : 1); i++)
		tape->dh[i] = rn_arena_take(arena, SB * widest, sizeof(rn_real));
}

size_t
rn_tape_bytes(const RnNetworkSpec *spec, int T, int B, bool training)
{
	RnTape		tape = {.T = T, .B = B, .training = training};
	RnArena		arena = {0};
	RnNetworkSpec shaped = *spec;
	size_t		bytes;

	for (int l = 0; l < spec->layers; l++)
		shaped.layer[l].inputs = l == 0 ? spec->inputs : spec->layer[l - 1].units;
	lay_out(&tape, &arena, &shaped);
	if (__builtin_add_overflow(rn_arena_bytes(&arena), sizeof(RnTape), &bytes))
		return SIZE_MAX;
	return bytes;
}

RnCode
rn_tape_create(RnHost *host, const RnNetworkSpec *spec, int T, int B, bool training, RnTape **tape)
{
	RnArena		arena = {0};
	RnTape	   *made;
	RnCode		code;

	*tape = NULL;
	RN_TRY(rn_gemm_prepare(host));
	RN_TRY(rn_alloc(host, 1, sizeof(RnTape), (void **) &made));
	memset(made, 0, sizeof(*made));
	made->T = T;
	made->B = B;
	made->training = training;
	lay_out(made, &arena, spec);
	code = rn_arena_allocate(host, &arena);
	if (code != RN_OK)
	{
		rn_free(host, made);
		return code;
	}
	lay_out(made, &arena, spec);
	made->arena = arena;
	*tape = made;
	return RN_OK;
}

void
rn_tape_free(RnHost *host, RnTape *tape)
{
	if (tape == NULL)
		return;
	rn_arena_free(host, &tape->arena);
	rn_free(host, tape);
}

void
rn_tape_set_training(RnTape *tape, bool training)
{
	tape->training = training;
	for (int l = 0; l < RN_MAX_LAYERS; l++)
		tape->layer[l].recurrent_mask = training ? tape->masks[l].recurrent : NULL;
}

void
rn_tape_set_part(RnTape *tape, int first)
{
	tape->first = first;
	for (int l = 0; l < RN_MAX_LAYERS; l++)
		tape->layer[l].add = first > 0;
}

void
rn_tape_set_input_gradient(RnTape *tape, rn_real *dx)
{
	tape->dx = dx;
}

int
rn_tape_batch(const RnTape *tape)
{
	return tape->B;
}

rn_real *
rn_tape_input(RnTape *tape)
{
	return tape->input;
}

rn_real *
rn_tape_output(RnTape *tape)
{
	return tape->output;
}

/* Layer l's weights in a block (of weights or of gradients). */
static RnLayerWeights
layer_weights(const RnNetworkSpec *spec, rn_real *block, int l)
{
	return (RnLayerWeights) {
		.kernel = block + rn_network_variable(spec, 3 * l).offset,
		.recurrent = block + rn_network_variable(spec, 3 * l + 1).offset,
		.bias = block + rn_network_variable(spec, 3 * l + 2).offset
	};
}

/* The head's kernel and bias, and the kernel past the layers, in a block. */
static rn_real *
head_kernel(const RnNetworkSpec *spec, rn_real *block)
{
	return block + rn_network_variable(spec, 3 * spec->layers).offset;
}

static rn_real *
head_bias(const RnNetworkSpec *spec, rn_real *block)
{
	return block + rn_network_variable(spec, 3 * spec->layers + 1).offset;
}

static rn_real *
skip_kernel(const RnNetworkSpec *spec, rn_real *block)
{
	return block + rn_network_variable(spec, 3 * spec->layers + 2).offset;
}

/* What layer l gives to the one above, or to the head: [T][B][H]. */
static rn_real *
layer_output(const RnNetworkSpec *spec, const RnTape *tape, int l, int B)
{
	const RnLayerSpec *layer = &spec->layer[l];

	if (tape->masks[l].sum != NULL)
		return tape->masks[l].sum;
	return tape->layer[l].h + (size_t) dilation(layer, tape->T) * (size_t) B * (size_t) layer->units;
}

/* The inputs of the steps predicted: [R][B][I]. */
static const rn_real *
skip_input(const RnNetworkSpec *spec, const RnTape *tape, int B)
{
	return tape->input + ((size_t) tape->T - predicted(tape, spec)) * (size_t) B * (size_t) spec->inputs;
}

/* One mask per sequence, the same in all steps that are side by side in a longer one. */
static void
draw_recurrent_mask(const RnLayerSpec *layer, RnTape *tape, int l, int B, uint64_t seed, uint64_t step)
{
	rn_real    *mask = tape->masks[l].recurrent;
	size_t		BH = (size_t) B * (size_t) layer->units;

	rn_rng_mask(seed, rn_dropout_stream(RN_RANDOM_RECURRENT_DROPOUT, step, l, 0),
				(size_t) tape->first * (size_t) layer->units, layer->recurrent_dropout, mask, BH);
	for (int i = 1; i < dilation(layer, tape->T); i++)
		memcpy(mask + (size_t) i * BH, mask, BH * sizeof(rn_real));
}

/*
 * Bring what the layer below gave (the tape's input for the first) to layer
 * l, through the dropouts between them, and draw the recurrent mask.
 */
static RnCode
feed_layer(RnHost *host, const RnNetworkSpec *spec, RnTape *tape, int l, int B,
		   uint64_t seed, uint64_t step)
{
	const RnLayerSpec *layer = &spec->layer[l];
	LayerMasks *m = &tape->masks[l];
	size_t		BI = (size_t) B * (size_t) layer->inputs;
	size_t		position = (size_t) tape->first * (size_t) layer->inputs;
	rn_real    *x = l == 0 ? tape->input : layer_output(spec, tape, l - 1, B);

	if (tape->training && l > 0 && spec->layer[l - 1].dropout > 0)
	{
		RN_TRY(rn_dropout_forward(host, spec->layer[l - 1].dropout, seed, step, l - 1, position,
								  m->x, x, tape->masks[l - 1].output, tape->T, BI));
		x = m->x;
	}
	if (tape->training && layer->input_dropout > 0)
	{
		rn_rng_mask(seed, rn_dropout_stream(RN_RANDOM_INPUT_DROPOUT, step, l, 0), position,
					layer->input_dropout, m->input, BI);
		RN_TRY(rn_dropout_apply(host, m->x, x, m->input, true, tape->T, BI));
		x = m->x;
	}
	if (tape->training && layer->recurrent_dropout > 0)
		draw_recurrent_mask(layer, tape, l, B, seed, step);
	tape->layer[l].x = x;
	return clear_steps(host, x, tape->T, filled_steps(layer, tape->T), BI);
}

/* What layer l gives is the sum of its inputs, as the cell saw them, and its outputs. */
static RnCode
add_input(RnHost *host, const RnNetworkSpec *spec, RnTape *tape, int l, int B)
{
	const RnLayerSpec *layer = &spec->layer[l];
	size_t		BH = (size_t) B * (size_t) layer->units;
	const rn_real *h = tape->layer[l].h + (size_t) dilation(layer, tape->T) * BH;

	for (int t = 0; t < tape->T; t++)
	{
		size_t		at = (size_t) t * BH;

		RN_TRY(rn_poll(host));
		rn_math_add(tape->masks[l].sum + at, h + at, tape->layer[l].x + at, BH);
	}
	return RN_OK;
}

/* The head and the way past the layers, over all steps predicted at once. */
static RnCode
head_forward(RnHost *host, const RnNetwork *network, RnTape *tape, int B, uint64_t seed, uint64_t step)
{
	const RnNetworkSpec *spec = &network->spec;
	int			top = spec->layers - 1;
	size_t		H = (size_t) spec->layer[top].units;
	size_t		BH = (size_t) B * H;
	int			R = rn_network_predicted_steps(spec, tape->T);

	tape->head = layer_output(spec, tape, top, B) + (size_t) (tape->T - R) * BH;
	if (tape->training && spec->layer[top].dropout > 0)
	{
		RN_TRY(rn_dropout_forward(host, spec->layer[top].dropout, seed, step, top,
								  (size_t) tape->first * H, tape->dropped, tape->head,
								  tape->masks[top].output, R, BH));
		tape->head = tape->dropped;
	}
	RN_TRY(rn_dense_forward(host, tape->head, head_kernel(spec, network->weights),
							head_bias(spec, network->weights), tape->output,
							R * B, spec->layer[top].units, spec->outputs));
	if (!spec->skip)
		return RN_OK;
	return rn_gemm(host, RN_AS_IS, RN_AS_IS, (size_t) R * (size_t) B, (size_t) spec->outputs,
				   (size_t) spec->inputs, skip_input(spec, tape, B), (size_t) spec->inputs,
				   skip_kernel(spec, network->weights), (size_t) spec->outputs, 1,
				   tape->output, (size_t) spec->outputs);
}

RnCode
rn_network_forward(RnHost *host, const RnNetwork *network, RnTape *tape,
				   int B, uint64_t seed, uint64_t step)
{
	const RnNetworkSpec *spec = &network->spec;

	for (int l = 0; l < spec->layers; l++)
	{
		const RnLayerSpec *layer = &spec->layer[l];
		RnLayerWeights weights = layer_weights(spec, network->weights, l);

		RN_TRY(feed_layer(host, spec, tape, l, B, seed, step));
		RN_TRY(rn_cell(layer->kind)->forward(host, layer, &weights, &tape->layer[l],
											 longer_steps(layer, tape->T), dilation(layer, tape->T) * B));
		if (rn_network_adds_input(spec, l))
			RN_TRY(add_input(host, spec, tape, l, B));
	}

	return head_forward(host, network, tape, B, seed, step);
}

/*
 * The head's backward pass.  dh [T][B][H] gets the gradient by the top
 * layer's outputs: zero but at the steps that the head saw.
 */
static RnCode
head_backward(RnHost *host, const RnNetwork *network, RnTape *tape, const rn_real *dy,
			  rn_real *grad, rn_real *dh, int B)
{
	const RnNetworkSpec *spec = &network->spec;
	const RnLayerSpec *top = &spec->layer[spec->layers - 1];
	size_t		BH = (size_t) B * (size_t) top->units;
	int			R = rn_network_predicted_steps(spec, tape->T);
	rn_real    *seen = dh + (size_t) (tape->T - R) * BH;

	RN_TRY(clear_steps(host, dh, 0, tape->T - R, BH));
	RN_TRY(rn_dense_backward(host, tape->head, head_kernel(spec, network->weights), dy,
							 tape->first > 0, seen,
							 head_kernel(spec, grad), head_bias(spec, grad),
							 R * B, top->units, spec->outputs));
	if (top->dropout > 0)
		RN_TRY(rn_dropout_apply(host, seen, seen, tape->masks[spec->layers - 1].output,
								false, R, BH));
	if (!spec->skip)
		return RN_OK;
	return rn_gemm(host, RN_TRANSPOSED, RN_AS_IS, (size_t) spec->inputs, (size_t) spec->outputs,
				   (size_t) R * (size_t) B, skip_input(spec, tape, B), (size_t) spec->inputs,
				   dy, (size_t) spec->outputs, tape->first > 0, skip_kernel(spec, grad),
				   (size_t) spec->outputs);
}

/*
 * Layer l's backward pass: from dh, the gradient by what it gives, the one by
 * what it read, below, and those by its weights.
 */
static RnCode
layer_backward(RnHost *host, const RnNetwork *network, RnTape *tape, int l, rn_real *dh,
			   rn_real *below, rn_real *grad, int B)
{
	const RnNetworkSpec *spec = &network->spec;
	const RnLayerSpec *layer = &spec->layer[l];
	RnLayerWeights weights = layer_weights(spec, network->weights, l);
	RnLayerWeights gradients = layer_weights(spec, grad, l);
	rn_real    *kept = tape->masks[l].sum;	/* the layer above has read it */
	size_t		BH = (size_t) B * (size_t) layer->units;

	for (int t = 0; kept != NULL && t < tape->T; t++)
	{
		RN_TRY(rn_poll(host));
		memcpy(kept + (size_t) t * BH, dh + (size_t) t * BH, BH * sizeof(rn_real));
	}
	RN_TRY(clear_steps(host, dh, tape->T, filled_steps(layer, tape->T), BH));
	RN_TRY(rn_cell(layer->kind)->backward(host, layer, &weights, &tape->layer[l], dh,
										  below, &gradients, longer_steps(layer, tape->T), dilation(layer, tape->T) * B));
	for (int t = 0; kept != NULL && t < tape->T; t++)
	{
		size_t		at = (size_t) t * BH;

		RN_TRY(rn_poll(host));
		rn_math_add(below + at, below + at, kept + at, BH);
	}
	return RN_OK;
}

/* The gradient by the inputs, of which the first layer's part is in tape->dx: its dropout, and the way past the layers. */
static RnCode
input_backward(RnHost *host, const RnNetwork *network, RnTape *tape, const rn_real *dy, int B)
{
	const RnNetworkSpec *spec = &network->spec;
	size_t		I = (size_t) spec->inputs;
	size_t		O = (size_t) spec->outputs;
	size_t		R = (size_t) rn_network_predicted_steps(spec, tape->T);

	if (spec->layer[0].input_dropout > 0)
		RN_TRY(rn_dropout_apply(host, tape->dx, tape->dx, tape->masks[0].input, true, tape->T, (size_t) B * I));
	if (!spec->skip)
		return RN_OK;
	return rn_gemm(host, RN_AS_IS, RN_TRANSPOSED, R * (size_t) B, I, O, dy, O, skip_kernel(spec, network->weights), O, 1,
				   tape->dx + ((size_t) tape->T - R) * (size_t) B * I, I);
}

RnCode
rn_network_backward(RnHost *host, const RnNetwork *network, RnTape *tape, const rn_real *dy,
					rn_real *grad, int B)
{
	const RnNetworkSpec *spec = &network->spec;
	rn_real    *dh = tape->dh[0];
	rn_real    *below = tape->dh[1];

	RN_TRY(head_backward(host, network, tape, dy, grad, dh, B));
	for (int l = spec->layers - 1; l >= 0; l--)
	{
		const RnLayerSpec *layer = &spec->layer[l];
		size_t		BI = (size_t) B * (size_t) layer->inputs;
		rn_real    *swap = dh;

		RN_TRY(layer_backward(host, network, tape, l, dh, l > 0 ? below : tape->dx, grad, B));
		if (l == 0)
			break;
		if (layer->input_dropout > 0)
			RN_TRY(rn_dropout_apply(host, below, below, tape->masks[l].input, true, tape->T, BI));
		if (spec->layer[l - 1].dropout > 0)
			RN_TRY(rn_dropout_apply(host, below, below, tape->masks[l - 1].output,
									false, tape->T, BI));
		dh = below;
		below = swap;
	}
	return tape->dx != NULL ? input_backward(host, network, tape, dy, B) : RN_OK;
}
