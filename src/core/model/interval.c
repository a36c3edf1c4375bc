/*
 * interval.c
 *		Split conformal intervals: quantiles of absolute held-out errors, per
 *		step of the forecast.
 *
 * Papadopoulos et al., "Inductive confidence machines for regression", ECML
 * 2002; Lei et al., "Distribution-free predictive inference for regression",
 * JASA 113, 2018: with n exchangeable errors, the ceil((n + 1) level)-th
 * smallest covers the next one with at least that probability.  Errors are in
 * scaled values (of RN_METHOD_LOCAL, in spreads), so that those of all series of a model count.  Errors of a
 * time series are not exchangeable, so this is an approximation; what is
 * certain is that the networks that are judged never trained on the rows that
 * they are judged by (of RN_METHOD_LOCAL these are a few that are tried before
 * those that are kept train on all rows).
 *
 * Of many series the errors of one at neighbouring origins are alike, so what
 * is exchangeable is the series, not the origin.  Lee, Barber & Willett,
 * "Distribution-free inference with hierarchical data", 2023 (after Dunn,
 * Wasserman & Ramdas, JASA 118, 2023): with S series and one more, unseen and
 * in doubt infinitely wrong, the quantile is that of a share level (S + 1) / S of
 * the errors seen; so 1 - level - level / S are left out.  Few series so would
 * have but the largest error at any level.  So left out are
 *
 *		(1 - level) / (1 + min(level / (1 - level) / S, 1)),
 *
 * which is the same for many series, and never less than half of what it would be by
 * origins.  Of one series origins count, as there is no other.
 *
 * Steps beyond those held out have no errors to go by.  Predictions are fed
 * back there, so errors add up at least as those of a seasonal random walk:
 * by the square root of the number of seasons (of steps, without a season)
 * gone by.  Hyndman & Athanasopoulos, "Forecasting: principles and practice",
 * 3rd ed., section 5.5: sigma_h = sigma sqrt(floor((h - 1) / m) + 1).
 */
#include "model/interval.h"

#include <float.h>
#include <math.h>

#include "base/order.h"
#include "model/model.h"
#include "series/box_cox.h"

/* Networks count in floats. */
#define ROUNDING 1e-8

/*
 * The sorted errors [count] as points order statistics, evenly spaced from
 * the smallest to the largest; the same ones if there are just as many.
 */
static void
condense(const double *error, size_t count, double *point, int points)
{
	for (int i = 0; i < points; i++)
	{
		double		at = points > 1 ? (double) i * (double) (count - 1) / (points - 1)
			: (double) (count - 1);

		point[i] = error[(size_t) ceil(at)];
	}
}

RnCode
rn_interval_learn(RnHost *host, RnModel *model, double *error, int steps,
				  size_t stride, const size_t *count)
{
	size_t		points = RN_RESIDUAL_POINTS;

	for (int k = 0; k < steps; k++)
		points = count[k] < points ? count[k] : points;
	model->residual_steps = steps;
	model->residual_points = (int) points;
	RN_TRY(rn_alloc(host, (size_t) steps * points, sizeof(double), (void **) &model->residual));

	for (int k = 0; k < steps; k++)
	{
		double	   *row = error + (size_t) k * stride;
		double	   *point = model->residual + (size_t) k * points;

		RN_TRY(rn_poll(host));
		rn_order_sort(row, count[k]);
		condense(row, count[k], point, (int) points);
		if (k > 0)				/* a later step is never surer */
		{
			const double *before = point - points;

			for (size_t i = 0; i < points; i++)
				point[i] = fmax(point[i], before[i]);
		}
	}
	return RN_OK;
}

bool
rn_interval_known(const RnModel *model)
{
	return model->residual_steps > 0;
}

/* Seasons gone by at step k, the one that k stands in included. */
static double
seasons(const RnModel *model, int step)
{
	return (step - 1) / model->season + 1;
}

double
rn_interval_growth(const RnModel *model, int step)
{
	int			last = model->residual_steps;

	return step > last ? sqrt(seasons(model, step) / seasons(model, last)) : 1;
}

double
rn_interval_weight(const RnModel *model, double level, double news)
{
	double		series = (double) model->count + news;
	double		unseen = level / (1 - level) / series;
	double		left_out = model->count > 1 ? (1 - level) / (1 + fmin(unseen, 1)) : 1 - level;

	return (1 - left_out) * (model->residual_points + news + 1) - 1e-9;	/* 0.55 is not exact */
}

double
rn_interval_width(const RnModel *model, double level, int step)
{
	int			points = model->residual_points;
	int			last = model->residual_steps;
	int			row = step < last ? step : last;
	int			rank = (int) ceil(rn_interval_weight(model, level, 0));

	rank = rank < 1 ? 1 : rank > points ? points : rank;
	return model->residual[(size_t) (row - 1) * (size_t) points + (size_t) rank - 1] * rn_interval_growth(model, step);
}

void
rn_interval_around(const RnModel *model, double half, double forecast, double *lower, double *upper)
{
	double		lambda = rn_model_lambda(model);

	/* not narrower than what rounding does to a forecast */
	half = isnan(half) ? 0 : half + ROUNDING * pow(fabs(forecast), lambda);
	*lower = rn_model_bound(model, fmax(fmin(rn_box_cox_move(lambda, forecast, -half), forecast), -DBL_MAX));
	*upper = rn_model_bound(model, fmin(fmax(rn_box_cox_move(lambda, forecast, half), forecast), DBL_MAX));
}

void
rn_interval_bounds(const RnModel *model, double level, int step, double forecast, double unit,
				   double *lower, double *upper)
{
	rn_interval_around(model, rn_interval_width(model, level, step) * unit, forecast, lower, upper);
}
