/*
 * loss.c
 *		Mean squared, mean absolute, Huber and pinball loss.
 *
 * With e = y - target, summed over the predictions whose target is known (the
 * gradient is that of the sum over the number of all):
 *
 *	mse		e^2
 *	mae		|e|
 *	huber	e^2 / 2 for |e| <= d, else d |e| - d^2 / 2
 *			(Huber, "Robust estimation of a location parameter", 1964)
 *	pinball	max(-q e, (1 - q) e)
 *			(Koenker & Bassett, "Regression quantiles", Econometrica 46, 1978)
 *
 * The gradient at a kink is 0.  Sums run in double.
 */
#include "nn/loss.h"

#include <math.h>

const char *
rn_loss_name(RnLossKind kind)
{
	static const char *const names[RN_LOSS_KINDS] = {"mse", "mae", "huber", "pinball"};

	return names[kind];
}

static double
sign(double e)
{
	return (e > 0) - (e < 0);
}

/* The loss of one error, and its derivative. */
static double
one(const RnLossSpec *spec, double e, double *slope)
{
	double		magnitude = fabs(e);

	switch (spec->kind)
	{
		case RN_LOSS_MSE:
			*slope = 2 * e;
			return e * e;
		case RN_LOSS_MAE:
			*slope = sign(e);
			return magnitude;
		case RN_LOSS_HUBER:
			if (magnitude <= spec->delta)
			{
				*slope = e;
				return 0.5 * e * e;
			}
			*slope = spec->delta * sign(e);
			return spec->delta * magnitude - 0.5 * spec->delta * spec->delta;
		case RN_LOSS_PINBALL:
			break;
	}
	*slope = e > 0 ? 1 - spec->quantile : e < 0 ? -spec->quantile : 0;
	return *slope * e;
}

double
rn_loss(const RnLossSpec *spec, size_t n, size_t all, const rn_real *y, const rn_real *target,
		rn_real *dy, size_t *observed)
{
	double		sum = 0;

	for (size_t i = 0; i < n; i++)
	{
		double		slope = 0;

		if (!isnan(target[i]))
		{
			sum += one(spec, (double) y[i] - (double) target[i], &slope);
			(*observed)++;
		}
		if (dy != NULL)
			dy[i] = (rn_real) (slope / (double) all);
	}
	return sum;
}
