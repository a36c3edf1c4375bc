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
 * What n predictions y add to the mean loss over all predictions of a batch,
 * n itself if they are all; dy [n], unless NULL, gets its gradient by every
 * prediction (the division by all included).
 */
extern double rn_loss(const RnLossSpec *spec, size_t n, size_t all, const rn_real *y,
					  const rn_real *target, rn_real *dy);

#endif							/* RN_LOSS_H */
