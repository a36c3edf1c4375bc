/*
 * network.h
 *		A stack of recurrent layers and a dense head over one block of weights.
 *
 * The block is the concatenation of what Keras's get_weights() returns, in
 * its order and shapes: per layer kernel, recurrent kernel, bias; then the
 * head's kernel [H][O] and bias [O]; then, with skip, the kernel [I][O] of the
 * way past the layers.  Gradients and optimiser state are blocks
 * of the same length, so that optim.c sees plain vectors.
 */
#ifndef RN_NETWORK_H
#define RN_NETWORK_H

#include "nn/cell.h"

#define RN_MAX_LAYERS	64
#define RN_MAX_UNITS	4096
#define RN_MAX_OUTPUTS	4096
#define RN_MAX_DILATION	4096	/* d * B rows go between two polls */

typedef struct RnNetworkSpec
{
	int			inputs;			/* features per time step */
	int			outputs;		/* O, the dense head's width */
	int			layers;			/* L, at least 1 */
	bool		return_sequences;	/* predictions at all T steps, not the last alone */
	bool		skip;			/* a linear way past the layers, from inputs to
								 * predictions */
	bool		residual;		/* layers add their inputs to their outputs where they can */
	RnLayerSpec layer[RN_MAX_LAYERS];
} RnNetworkSpec;

typedef struct RnNetwork
{
	RnNetworkSpec spec;
	size_t		size;			/* P, number of weights */
	rn_real    *weights;		/* [P], the network's own */
} RnNetwork;

/*
 * A tape holds what one forward pass leaves for its backward pass, for up to
 * B sequences of T steps.  Owned by the caller, reused from batch to batch.
 */
typedef struct RnTape RnTape;

/* Sizes in range?  Else RN_INVALID_OPTION.  Sets every layer's inputs, and a dilation of 0 to 1. */
extern RnCode rn_network_check(RnHost *host, RnNetworkSpec *spec);

/*
 * Does layer l give its inputs, as the cell sees them (after dropout), added to its
 * outputs?  With residual, on a layer of the same width; not the first one, whose inputs are no layer's.
 */
extern bool rn_network_adds_input(const RnNetworkSpec *spec, int l);

/* P, of a checked spec. */
extern size_t rn_network_size(const RnNetworkSpec *spec);

/*
 * The variables of the block in order, for initialisers, per-variable
 * clipping and the summary.  Returns how many there are (3 L + 2, or 3); fills name
 * (a static string), rows and columns of variable i into *variable.
 */
typedef struct RnVariable
{
	const char *name;			/* kernel, recurrent_kernel, bias, skip_kernel */
	int			layer;			/* L for the head */
	size_t		offset;			/* into the block */
	size_t		rows;
	size_t		columns;
} RnVariable;

extern int	rn_network_variables(const RnNetworkSpec *spec);
extern RnVariable rn_network_variable(const RnNetworkSpec *spec, int i);

/* Allocate the weights (not set); rn_network_free gives them back. */
extern RnCode rn_network_create(RnHost *host, const RnNetworkSpec *spec, RnNetwork *network);
extern void rn_network_free(RnHost *host, RnNetwork *network);

/*
 * Keras's initialisers: Glorot uniform kernels, orthogonal recurrent kernels,
 * zero biases but the LSTM's forget gate, which starts at one.
 */
extern RnCode rn_network_init(RnHost *host, RnNetwork *network, uint64_t seed);

/* A head, and a way past the layers, that predict 0. */
extern void rn_network_clear_head(RnNetwork *network);

/* Bytes rn_tape_create will allocate; SIZE_MAX if that overflows. */
extern size_t rn_tape_bytes(const RnNetworkSpec *spec, int T, int B, bool training);
extern RnCode rn_tape_create(RnHost *host, const RnNetworkSpec *spec, int T, int B,
							 bool training, RnTape **tape);
extern void rn_tape_free(RnHost *host, RnTape *tape);

/*
 * Validation borrows the training tape: with training false, forward leaves
 * dropout out.  Only a tape created for training can be set back to it.
 */
extern void rn_tape_set_training(RnTape *tape, bool training);

/*
 * The next passes are over a part of a batch, from its sequence first on (0
 * if never said).  Dropout masks are then that part of the
 * whole batch's, and backward adds to grad unless first is 0: a batch cut into
 * parts gives what it gives in one piece, but for the rounding of sums.
 */
extern void rn_tape_set_part(RnTape *tape, int first);

/*
 * From now on backward leaves the loss's gradient by the inputs too, in dx, laid out as they are,
 * with room for rn_network_input_steps of T steps (some more, where the first layer is dilated); NULL: not.
 */
extern int	rn_network_input_steps(const RnNetworkSpec *spec, int T);
extern void rn_tape_set_input_gradient(RnTape *tape, rn_real *dx);

/* Steps of a sequence that there are predictions of: T with return_sequences, or 1. */
static inline int
rn_network_predicted_steps(const RnNetworkSpec *spec, int T)
{
	return spec->return_sequences ? T : 1;
}

/* B: the most sequences a pass may have. */
extern int	rn_tape_batch(const RnTape *tape);

/* Where the caller puts the inputs of the next forward pass: [T][B][I]. */
extern rn_real *rn_tape_input(RnTape *tape);

/*
 * Forward over the first B sequences of the tape's input; the predictions
 * are then at rn_tape_output(), [B][O], or [T][B][O] with return_sequences.  On a training tape the dropout masks
 * are drawn from (seed, step), and backward may follow.
 */
extern RnCode rn_network_forward(RnHost *host, const RnNetwork *network, RnTape *tape,
								 int B, uint64_t seed, uint64_t step);
extern rn_real *rn_tape_output(RnTape *tape);

/*
 * Back-propagation through time: dy, as the predictions, is the loss's gradient by the
 * predictions; grad [P] is overwritten with that by the weights.
 */
extern RnCode rn_network_backward(RnHost *host, const RnNetwork *network, RnTape *tape,
								  const rn_real *dy, rn_real *grad, int B);

#endif							/* RN_NETWORK_H */
