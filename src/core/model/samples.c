/*
 * samples.c
 *		Sliding windows over the series of a panel, gathered into batches.
 */
#include "model/samples.h"

#include <math.h>

#include "nn/fit.h"

size_t
rn_windows_count(size_t n, int window, int horizon)
{
	size_t		span;

	if (window < 1 || horizon < 0)
		return 0;
	span = (size_t) window + (size_t) horizon;
	return n < span ? 0 : n - span + 1;
}

/*
 * The last series whose first window is not after sample i.  Among many, halving
 * from the ends would miss the cache at every step: it begins where the series
 * would be if all had as many windows, and goes from there in growing strides.
 */
static size_t
find_series(const RnSamples *samples, size_t i)
{
	const RnSampleSeries *series = samples->series;
	size_t		low = i * samples->count / samples->n;	/* both below 2^32 */
	size_t		high = low + 1;

	for (size_t stride = 1; series[low].sample > i; stride *= 2)
	{
		high = low;
		low = low > stride ? low - stride : 0;
	}
	for (size_t stride = 1; high < samples->count && series[high].sample <= i; stride *= 2)
	{
		low = high;
		high = samples->count - high > stride ? high + stride : samples->count;
	}
	while (high - low > 1)
	{
		size_t		middle = low + (high - low) / 2;

		if (series[middle].sample <= i)
			low = middle;
		else
			high = middle;
	}
	return low;
}

RnView
rn_samples_view(const RnSamples *samples, size_t i, size_t *of)
{
	size_t		s = find_series(samples, i);
	RnView		view = samples->series[s].view;

	view.row += i - samples->series[s].sample;
	if (of != NULL)
		*of = s;
	return view;
}

/* The O targets of one window, which x [T][I], B rows apart, is not centred yet. */
static void
put_targets(const RnSamples *samples, const RnView *view, const rn_real *x, size_t stride, rn_real *target)
{
	int			T = samples->window;
	int			m = view->base_season;
	size_t		row = view->row + (size_t) T;

	for (int k = 0; k < samples->horizon; k++, row++)
	{
		bool		known = samples->rows.missing == NULL || !samples->rows.missing[row];

		target[k] = known ? (rn_real) rn_transform_apply(&view->transform, samples->rows.value[row]) : (rn_real) NAN;
		if (m > 0)
			target[k] -= x[(size_t) (T - m + k % m) * stride];
	}
}

void
rn_samples_gather(const void *source, const uint32_t *index, int B, rn_real *x, rn_real *target)
{
	const RnSamples *samples = source;
	size_t		I = (size_t) rn_inputs_size(samples->inputs);
	RnView		view[RN_FIT_PART];

	for (int b = 0; b < B; b++)
		view[b] = rn_samples_view(samples, index[b], NULL);
	rn_inputs_values(samples->inputs, &samples->rows, view, samples->window, B, x);
	for (int b = 0; b < B; b++)
		put_targets(samples, &view[b], x + (size_t) b * I, (size_t) B * I,
					target + (size_t) b * (size_t) samples->horizon);
	rn_inputs_centre(samples->inputs, view, samples->window, B, x);
	rn_inputs_others(samples->inputs, &samples->rows, view, 0, samples->window, B, x);
}
