/*
 * loss.h
 *		Losses over a batch of predictions, with their gradients.
 */
#ifndef RN_LOSS_H
#define RN_LOSS_H

#include "base/real.h"

typedef enum RnLossKind
{
	RN_LOSS_MSE,
	RN_LOSS_MAE,
	RN_LOSS_HUBER,
	RN_LOSS_PINBALL
} RnLossKind;

#define RN_LOSS_KINDS 4

typedef struct RnLossSpec
{
	RnLossKind	kind;
	double		delta;			/* Huber: where square turns into straight */
	double		quantile;		/* pinball: tau in (0, 1) */
} RnLossSpec;

extern const char *rn_loss_name(RnLossKind kind);

/*
 * The sum of the losses of n predictions y; *observed grows by how many they
 * are.  A target of NaN is not known: its prediction has neither loss nor
 * gradient.  dy [n], unless NULL, gets the gradient by every prediction of the
 * sum over all predictions of the batch (n if these are all), divided by their
 * number: that of the mean where all targets are known.
 */
extern double rn_loss(const RnLossSpec *spec, size_t n, size_t all, const rn_real *y,
					  const rn_real *target, rn_real *dy, size_t *observed);

#endif							/* RN_LOSS_H */
