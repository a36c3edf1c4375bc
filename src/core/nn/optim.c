/*
 * optim.c
 *		Adam, AdamW, RMSprop, SGD with momentum; clipping; learning rates.
 *
 * Formulas as Keras has them (its epsilon stands outside the bias correction,
 * the "epsilon hat" of the Adam paper's section 2):
 *
 *	Adam	m = b1 m + (1 - b1) g;  v = b2 v + (1 - b2) g^2
 *			w -= lr sqrt(1 - b2^t) / (1 - b1^t) m / (sqrt(v) + eps)
 *			Kingma & Ba, "Adam: a method for stochastic optimization", 2015
 *	AdamW	w -= lr decay w, then as Adam
 *			Loshchilov & Hutter, "Decoupled weight decay regularization", 2019
 *	RMSprop	v = rho v + (1 - rho) g^2;  u = lr g / sqrt(v + eps)
 *			without momentum w -= u, else m = momentum m + u;  w -= m
 *			Tieleman & Hinton, 2012
 *	SGD		without momentum w -= lr g, else m = momentum m - lr g;  w += m
 */
#include "nn/optim.h"

#include <math.h>
#include <string.h>

#include "base/math.h"

/* Weights updated between two polls: some milliseconds. */
#define SLICE ((size_t) 1 << 20)

const char *
rn_optim_name(RnOptimKind kind)
{
	static const char *const names[RN_OPTIM_KINDS] = {"adam", "adamw", "rmsprop", "sgd"};

	return names[kind];
}

const char *
rn_schedule_name(RnScheduleKind kind)
{
	static const char *const names[RN_SCHEDULE_KINDS] = {"constant", "cosine", "exponential", "step"};

	return names[kind];
}

void
rn_optim_defaults(RnOptimKind kind, RnOptimSpec *spec)
{
	*spec = (RnOptimSpec) {
		.kind = kind,
		.learning_rate = kind == RN_OPTIM_SGD ? 0.01 : 0.001,
		.beta_1 = 0.9,
		.beta_2 = 0.999,
		.rho = 0.9,
		.momentum = 0,
		.epsilon = 1e-7,
		.weight_decay = 0.004,
		.schedule = RN_SCHEDULE_CONSTANT,
		.decay = 0.96,
		.decay_epochs = 10
	};
}

static bool
has_m(const RnOptimSpec *spec)
{
	return spec->kind == RN_OPTIM_ADAM || spec->kind == RN_OPTIM_ADAMW || spec->momentum > 0;
}

static bool
has_v(const RnOptimSpec *spec)
{
	return spec->kind != RN_OPTIM_SGD;
}

size_t
rn_optim_bytes(const RnOptimSpec *spec, size_t size)
{
	return ((size_t) has_m(spec) + (size_t) has_v(spec)) * size * sizeof(rn_real);
}

/* Zeroed state [size]. */
static RnCode
new_state(RnHost *host, size_t size, rn_real **state)
{
	RN_TRY(rn_alloc(host, size, sizeof(rn_real), (void **) state));
	for (size_t i = 0; i < size; i += SLICE)
	{
		size_t		n = size - i < SLICE ? size - i : SLICE;

		RN_TRY(rn_poll(host));
		memset(*state + i, 0, n * sizeof(rn_real));
	}
	return RN_OK;
}

RnCode
rn_optim_create(RnHost *host, const RnOptimSpec *spec, const RnNetworkSpec *network,
				int steps_per_epoch, int epochs, RnOptim *optim)
{
	RnCode		code = RN_OK;

	*optim = (RnOptim) {
		.spec = *spec,
		.network = network,
		.size = rn_network_size(network),
		.steps_per_epoch = steps_per_epoch,
		.epochs = epochs
	};
	if (has_m(spec))
		code = new_state(host, optim->size, &optim->m);
	if (code == RN_OK && has_v(spec))
		code = new_state(host, optim->size, &optim->v);
	if (code != RN_OK)
		rn_optim_free(host, optim);
	return code;
}

void
rn_optim_free(RnHost *host, RnOptim *optim)
{
	rn_free(host, optim->m);
	rn_free(host, optim->v);
	optim->m = NULL;
	optim->v = NULL;
}

double
rn_optim_rate(const RnOptim *optim, uint64_t step)
{
	const RnOptimSpec *spec = &optim->spec;
	double		rate = spec->learning_rate;
	double		warmup = spec->warmup_steps;
	double		steps = (double) optim->steps_per_epoch * optim->epochs - warmup;
	uint64_t	epoch = step / (uint64_t) optim->steps_per_epoch;

	if ((double) step < warmup)
		return rate * (double) step / warmup;
	switch (spec->schedule)
	{
		case RN_SCHEDULE_CONSTANT:
			break;
		case RN_SCHEDULE_COSINE:
			/* Loshchilov & Hutter, "SGDR", ICLR 2017, one cycle */
			rate *= 0.5 * (1 + cos(3.14159265358979323846 *
								   fmin(((double) step - warmup) / fmax(steps, 1), 1)));
			break;
		case RN_SCHEDULE_EXPONENTIAL:
			rate *= pow(spec->decay, (double) epoch);
			break;
		case RN_SCHEDULE_STEP:
			rate *= pow(spec->decay, (double) (epoch / (uint64_t) spec->decay_epochs));
			break;
	}
	return rate;
}

/* Scale grad [n] down to norm limit if it is longer. */
static void
clip(rn_real *grad, size_t n, double norm, double limit)
{
	if (norm > limit)
		rn_math_scale(grad, (rn_real) (limit / norm), n);
}

static RnCode
clip_gradients(RnHost *host, const RnOptim *optim, rn_real *grad)
{
	const RnOptimSpec *spec = &optim->spec;

	if (spec->clipnorm > 0)
	{
		for (int i = 0; i < rn_network_variables(optim->network); i++)
		{
			RnVariable	variable = rn_network_variable(optim->network, i);
			size_t		n = variable.rows * variable.columns;
			rn_real    *part = grad + variable.offset;

			RN_TRY(rn_poll(host));
			clip(part, n, sqrt(rn_math_square_sum(part, n)), spec->clipnorm);
		}
	}
	if (spec->global_clipnorm > 0)
	{
		RN_TRY(rn_poll(host));
		clip(grad, optim->size, sqrt(rn_math_square_sum(grad, optim->size)),
			 spec->global_clipnorm);
	}
	return RN_OK;
}

/* rate is lr with the bias correction. */
RN_VECTOR static void
adam(rn_real *w, const rn_real *g, rn_real *m, rn_real *v, size_t n,
	 rn_real rate, rn_real b1, rn_real b2, rn_real epsilon, rn_real keep)
{
	for (size_t i = 0; i < n; i++)
	{
		m[i] += (1 - b1) * (g[i] - m[i]);
		v[i] += (1 - b2) * (g[i] * g[i] - v[i]);
#ifdef RN_REAL_DOUBLE
		w[i] = keep * w[i] - rate * m[i] / (sqrt(v[i]) + epsilon);
#else
		w[i] = keep * w[i] - rate * m[i] / (sqrtf(v[i]) + epsilon);
#endif
	}
}

/* m is NULL without momentum. */
static void
rmsprop(rn_real *w, const rn_real *g, rn_real *m, rn_real *v, size_t n,
		rn_real rate, rn_real rho, rn_real momentum, rn_real epsilon)
{
	for (size_t i = 0; i < n; i++)
	{
		rn_real		update;

		v[i] = rho * v[i] + (1 - rho) * g[i] * g[i];
		update = rate * g[i] / (rn_real) sqrt((double) (v[i] + epsilon));
		if (m != NULL)
			update = m[i] = momentum * m[i] + update;
		w[i] -= update;
	}
}

/* m is NULL without momentum. */
static void
sgd(rn_real *w, const rn_real *g, rn_real *m, size_t n, rn_real rate, rn_real momentum)
{
	for (size_t i = 0; i < n; i++)
	{
		rn_real		update = -rate * g[i];

		if (m != NULL)
			update = m[i] = momentum * m[i] + update;
		w[i] += update;
	}
}

/* The momentum of the weights from number at on; NULL without. */
static rn_real *
momentum_of(const RnOptim *optim, size_t at)
{
	return optim->m != NULL ? optim->m + at : NULL;
}

/* Update the n weights from number at on. */
static void
update(RnOptim *optim, rn_real *weights, const rn_real *grad, size_t at, size_t n, double rate)
{
	const RnOptimSpec *spec = &optim->spec;
	rn_real    *w = weights + at;
	const rn_real *g = grad + at;
	double		t = (double) optim->step + 1;
	double		decay = spec->kind == RN_OPTIM_ADAMW ? rate * spec->weight_decay : 0;
	double		corrected;

	switch (spec->kind)
	{
		case RN_OPTIM_ADAM:
		case RN_OPTIM_ADAMW:
			corrected = rate * sqrt(1 - pow(spec->beta_2, t)) / (1 - pow(spec->beta_1, t));
			adam(w, g, optim->m + at, optim->v + at, n, (rn_real) corrected, (rn_real) spec->beta_1,
				 (rn_real) spec->beta_2, (rn_real) spec->epsilon, (rn_real) (1 - decay));
			break;
		case RN_OPTIM_RMSPROP:
			rmsprop(w, g, momentum_of(optim, at), optim->v + at, n, (rn_real) rate, (rn_real) spec->rho,
					(rn_real) spec->momentum, (rn_real) spec->epsilon);
			break;
		case RN_OPTIM_SGD:
			sgd(w, g, momentum_of(optim, at), n, (rn_real) rate, (rn_real) spec->momentum);
			break;
	}
}

RnCode
rn_optim_step(RnHost *host, RnOptim *optim, rn_real *weights, rn_real *grad)
{
	double		rate = rn_optim_rate(optim, optim->step);

	RN_TRY(clip_gradients(host, optim, grad));
	for (size_t at = 0; at < optim->size; at += SLICE)
	{
		RN_TRY(rn_poll(host));
		update(optim, weights, grad, at,
			   optim->size - at < SLICE ? optim->size - at : SLICE, rate);
	}
	optim->step++;
	return RN_OK;
}
