/*
 * transform.h
 *		Scaling between values as users know them and values as networks like
 *		them.
 */
#ifndef RN_TRANSFORM_H
#define RN_TRANSFORM_H

#include "base/host.h"

typedef enum RnScalerKind
{
	RN_SCALER_MINMAX,			/* training range to [0, 1] */
	RN_SCALER_STANDARD,			/* mean 0, (population) standard deviation 1 */
	RN_SCALER_ROBUST,			/* median 0, interquartile range 1 (standard
								 * deviation 1 where that range is 0) */
	RN_SCALER_NONE
} RnScalerKind;

#define RN_SCALER_KINDS 4

/*
 * scaled = (value - shift) / scale; scale is finite, positive, and large
 * enough that no value of up to 1e100 leaves the finite numbers.
 */
typedef struct RnTransform
{
	RnScalerKind scaler;
	double		shift;
	double		scale;
} RnTransform;

extern const char *rn_scaler_name(RnScalerKind kind);

/*
 * Fit on n >= 1 finite training values of at most 1e100 (none at all give
 * RN_TOO_FEW_ROWS).  A constant series gets scale 1, so that it trains and
 * comes back as it was.  Allocates nothing.
 */
extern RnCode rn_transform_fit(RnHost *host, RnScalerKind scaler, const double *value, size_t n,
							   RnTransform *transform);

static inline double
rn_transform_apply(const RnTransform *transform, double value)
{
	return (value - transform->shift) / transform->scale;
}

static inline double
rn_transform_invert(const RnTransform *transform, double scaled)
{
	return scaled * transform->scale + transform->shift;
}

#endif							/* RN_TRANSFORM_H */
