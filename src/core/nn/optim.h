/*
 * optim.h
 *		Optimisers over the block of weights, learning-rate schedules, clipping.
 *
 * Formulas and defaults are Keras's, cited in optim.c.
 */
#ifndef RN_OPTIM_H
#define RN_OPTIM_H

#include "nn/network.h"

typedef enum RnOptimKind
{
	RN_OPTIM_ADAM,
	RN_OPTIM_ADAMW,
	RN_OPTIM_RMSPROP,
	RN_OPTIM_SGD
} RnOptimKind;

#define RN_OPTIM_KINDS 4

typedef enum RnScheduleKind
{
	RN_SCHEDULE_CONSTANT,
	RN_SCHEDULE_COSINE,			/* from the end of the warm-up to zero at the end */
	RN_SCHEDULE_EXPONENTIAL,	/* times decay at the end of every epoch */
	RN_SCHEDULE_STEP			/* times decay every decay_epochs epochs */
} RnScheduleKind;

#define RN_SCHEDULE_KINDS 4

typedef struct RnOptimSpec
{
	RnOptimKind kind;
	double		learning_rate;
	double		beta_1;			/* Adam, AdamW */
	double		beta_2;			/* Adam, AdamW */
	double		rho;			/* RMSprop */
	double		momentum;		/* RMSprop, SGD */
	double		epsilon;
	double		weight_decay;	/* AdamW */
	double		clipnorm;		/* per variable, as in Keras; 0: off */
	double		global_clipnorm;	/* all variables together; 0: off */
	RnScheduleKind schedule;
	double		decay;			/* exponential, step */
	int			decay_epochs;	/* step */
	int			warmup_steps;	/* linear from 0; 0: off */
} RnOptimSpec;

/* Keras's defaults for a kind of optimiser. */
extern void rn_optim_defaults(RnOptimKind kind, RnOptimSpec *spec);
extern const char *rn_optim_name(RnOptimKind kind);
extern const char *rn_schedule_name(RnScheduleKind kind);

typedef struct RnOptim
{
	RnOptimSpec spec;
	const RnNetworkSpec *network;
	size_t		size;			/* P */
	uint64_t	step;			/* steps done */
	int			steps_per_epoch;
	int			epochs;
	rn_real    *m;				/* [P] first moment or momentum, or NULL */
	rn_real    *v;				/* [P] second moment, or NULL */
} RnOptim;

/* Bytes of state for P weights. */
extern size_t rn_optim_bytes(const RnOptimSpec *spec, size_t size);
extern RnCode rn_optim_create(RnHost *host, const RnOptimSpec *spec, const RnNetworkSpec *network,
							  int steps_per_epoch, int epochs, RnOptim *optim);
extern void rn_optim_free(RnHost *host, RnOptim *optim);

/* The learning rate of step (0-based). */
extern double rn_optim_rate(const RnOptim *optim, uint64_t step);

/* One step: clip grad in place, then update the weights from it. */
extern RnCode rn_optim_step(RnHost *host, RnOptim *optim, rn_real *weights, rn_real *grad);

#endif							/* RN_OPTIM_H */
