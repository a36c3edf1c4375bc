/*
 * fit.h
 *		The training loop: epochs, shuffling, validation, early stopping.
 */
#ifndef RN_FIT_H
#define RN_FIT_H

#include "nn/loss.h"
#include "nn/network.h"
#include "nn/optim.h"

/*
 * Sequences that run at a time, in training and elsewhere.  What a tape of so
 * few takes stays in cache between the passes over it, the products are as fast
 * as with more, and a larger batch takes no more memory.  Fewer where windows
 * are so long that merely loading them would take many milliseconds.
 */
#define RN_FIT_PART 32

static inline int
rn_fit_part(int window)
{
	int			most = (1 << 20) / window;

	return most < 1 ? 1 : most < RN_FIT_PART ? most : RN_FIT_PART;
}

/*
 * Where samples come from.  The network wing does not know what a window is:
 * gather writes the B samples of the given numbers as x [T][B][I] and
 * target [B][O] (with return_sequences [T][B][O]), NaN where a target is not
 * known.
 */
typedef struct RnDataset
{
	size_t		n;				/* samples, numbered from 0 */
	const void *source;
	void		(*gather) (const void *source, const uint32_t *index, int B,
						   rn_real *x, rn_real *target);

	/*
	 * What a source that learns is told in training: of the B samples gathered last, the gradients of the loss by x and by the
	 * predictions, which are as x and target; and when a batch is over, by how much
	 * of the highest learning rate weights go.
	 */
	void		(*backward) (const void *source, int B, const rn_real *x, const rn_real *dx,
							 const rn_real *target, const rn_real *dy);
	void		(*step) (const void *source, double pace);
} RnDataset;

typedef struct RnFitSpec
{
	int			epochs;
	int			batch_size;
	int			window;			/* T */
	bool		shuffle;		/* a new order every epoch */
	bool		fresh;			/* samples are numbered on from epoch to epoch: those of
								 * the second are n .. 2 n - 1 (not with shuffle) */
	int			patience;		/* epochs without a better validation loss
								 * before stopping; 0: never stop */
	bool		source_learns;	/* the samples' source has something to learn, too */
	uint64_t	seed;
	int			network;		/* 1-based, of so many; nothing but progress */
	int			networks;		/* goes by it */
	RnLossSpec	loss;
	RnOptimSpec optim;
} RnFitSpec;

typedef struct RnFitLog
{
	int			epochs;			/* run */
	int			best_epoch;		/* 1-based, whose weights were kept; 0: those
								 * that training started from */
	double		start_val_loss; /* of these, where the best are kept, else NaN */
	double	   *loss;			/* [spec.epochs], mean over the epoch's known
								 * targets while they were trained on, as Keras
								 * shows */
	double	   *val_loss;		/* [spec.epochs], NaN without validation */
} RnFitLog;

/*
 * Train network in place.  The n samples of train are the ones learnt from;
 * validation may be NULL.  With patience, the weights of the best epoch are
 * restored at the end, or the ones from the start if no epoch was better.
 * log's arrays are allocated from the host.
 */
extern size_t rn_fit_bytes(const RnFitSpec *spec, const RnNetworkSpec *network, size_t n);
extern RnCode rn_fit(RnHost *host, const RnFitSpec *spec, RnNetwork *network,
					 const RnDataset *train, const RnDataset *validation, RnFitLog *log);
extern void rn_fit_log_free(RnHost *host, RnFitLog *log);

/*
 * Predictions [n][O] for samples first .. first+n-1 of a data set, in batches
 * of rn_fit_part(window).
 */
extern RnCode rn_fit_predict(RnHost *host, const RnNetwork *network, int window,
							 const RnDataset *data, size_t first, size_t n, rn_real *y);

#endif							/* RN_FIT_H */
