/*
 * cell.h
 *		The recurrent cells: what a layer is, and the two functions each kind
 *		of cell gives, forward and backward over a whole sequence.
 *
 * Dimension letters, everywhere alike: B batch, T time steps, I input, H
 * hidden units, G gates (SimpleRNN 1, GRU 3, LSTM 4).  Arrays are row-major
 * and time-major: x is [T][B][I], so that T and B together are the rows of one
 * product.  Weights of a layer stand in Keras's shapes and gate order:
 *
 *	kernel [I][G*H], recurrent [H][G*H], bias [G*H]
 *	(GRU with reset_after: bias [2][G*H], input part first)
 *
 * A new kind of cell is one file with one RnCell, listed in rn_cell().
 */
#ifndef RN_CELL_H
#define RN_CELL_H

#include "base/host.h"

typedef enum RnCellKind
{
	RN_CELL_SIMPLE,
	RN_CELL_LSTM,
	RN_CELL_GRU
} RnCellKind;

#define RN_CELL_KINDS 3

typedef enum RnActivation
{
	RN_ACTIVATION_TANH,
	RN_ACTIVATION_RELU,
	RN_ACTIVATION_SIGMOID,
	RN_ACTIVATION_LINEAR
} RnActivation;

#define RN_ACTIVATIONS 4

/* One recurrent layer.  Rates are the shares dropped, in [0, 1). */
typedef struct RnLayerSpec
{
	RnCellKind	kind;
	int			inputs;			/* I */
	int			units;			/* H */
	RnActivation activation;	/* of candidate and output; gates are sigmoids */
	bool		reset_after;	/* GRU: Keras's default, and cuDNN's variant */
	double		input_dropout;	/* one mask per sequence, on the inputs */
	double		recurrent_dropout;	/* one mask per sequence, on h before U */
	double		dropout;		/* a Dropout layer after this one */
	int			dilation;		/* a step's state follows from that so many steps before
								 * (the network's affair, not the cell's) */
} RnLayerSpec;

/* Views of one layer's weights, or of their gradients. */
typedef struct RnLayerWeights
{
	rn_real    *kernel;			/* W [I][G*H] */
	rn_real    *recurrent;		/* U [H][G*H] */
	rn_real    *bias;			/* b [G*H] or [2][G*H] */
} RnLayerWeights;

/*
 * What a forward pass leaves for the backward pass of one layer: the arrays
 * belong to the tape (network.h), and a cell uses those its kind asked for.
 */
typedef struct RnLayerTape
{
	const rn_real *x;			/* [T][B][I] inputs, masks applied */
	rn_real    *gates;			/* [T][B][G*H] activated gates; backward
								 * overwrites them with their gradients */
	rn_real    *h;				/* [T+1][B][H] h_0 first, all zero */
	rn_real    *c;				/* [T+1][B][H] LSTM: cell state */
	rn_real    *aux;			/* [T][B][H] LSTM: tanh(c); GRU: see there */
	rn_real    *hm;				/* [T][B][H] masked h_{t-1}, or NULL: not masked */
	const rn_real *recurrent_mask;	/* [B][H] or NULL */
	rn_real    *dhm;			/* [B][H] scratch where there is hm */
	rn_real    *work;			/* [B][G*H] scratch of the cell */
	bool		add;			/* backward adds to the gradients by weights */
	rn_real    *packed;			/* [rn_sequence_packed_size] scratch: the
								 * weights, packed for a pass */
} RnLayerTape;

typedef struct RnCell
{
	const char *name;			/* as in SQL: rnn, lstm, gru */
	const char *title;			/* as in Keras: SimpleRNN, LSTM, GRU */
	int			gates;			/* G */
	bool		has_c;			/* needs tape->c */
	bool		has_aux;		/* needs tape->aux */

	/*
	 * Run T steps over B sequences from h_0 = 0; h[1..T] are the outputs.
	 */
	RnCode		(*forward) (RnHost *host, const RnLayerSpec *spec,
							const RnLayerWeights *weights, RnLayerTape *tape,
							int T, int B);

	/*
	 * dh [T][B][H] is the loss's gradient by every output (destroyed).
	 * Overwrites grad with the gradients by the weights, or adds them (tape's
	 * add), and overwrites dx [T][B][I], unless it is NULL (nobody asks the
	 * first layer), with those by x.
	 */
	RnCode		(*backward) (RnHost *host, const RnLayerSpec *spec,
							 const RnLayerWeights *weights, RnLayerTape *tape,
							 rn_real *dh, rn_real *dx, RnLayerWeights *grad,
							 int T, int B);
} RnCell;

extern const RnCell rn_cell_simple;
extern const RnCell rn_cell_lstm;
extern const RnCell rn_cell_gru;

extern const RnCell *rn_cell(RnCellKind kind);
extern const char *rn_activation_name(RnActivation activation);

/* Length of a layer's bias: G*H, twice that for GRU with reset_after. */
extern size_t rn_cell_bias_size(const RnLayerSpec *spec);

#endif							/* RN_CELL_H */
