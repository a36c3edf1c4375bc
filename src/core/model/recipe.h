/*
 * recipe.h
 *		From a panel and options to a trained model: what `auto` and `plain`
 *		mean.
 *
 * In two calls, so that the host can hold the memory against its limit and
 * show what was chosen before anything is trained: rn_recipe_plan resolves
 * every open choice, rn_recipe_train does the work.
 */
#ifndef RN_RECIPE_H
#define RN_RECIPE_H

#include "model/model.h"
#include "model/samples.h"
#include "nn/fit.h"

typedef enum RnRecipeKind
{
	RN_RECIPE_AUTO,
	RN_RECIPE_PLAIN
} RnRecipeKind;

#define RN_RECIPE_KINDS 2

/* Windows that a recipe chooses are no longer than this. */
#define RN_RECIPE_LONGEST_WINDOW 512

/* What method local makes of values first. */
typedef enum RnRecipeTransform
{
	RN_RECIPE_TRANSFORM_AUTO,			/* logarithms, if all values are positive and
										 * their changes do not speak against it */
	RN_RECIPE_TRANSFORM_LOG,
	RN_RECIPE_TRANSFORM_NONE,			/* shares of their mean magnitude */
	RN_RECIPE_TRANSFORM_BOTH,			/* some networks see those, others these */
	RN_RECIPE_TRANSFORM_BOX_COX			/* a power of them (box_cox.h) */
} RnRecipeTransform;

#define RN_RECIPE_TRANSFORMS 5

/* Where method local has the parameter of each series' level from. */
typedef enum RnRecipeSmoothing
{
	RN_RECIPE_SMOOTHING_FITTED,			/* least squares */
	RN_RECIPE_SMOOTHING_LEARNT			/* each network learns it with its weights */
} RnRecipeSmoothing;

#define RN_RECIPE_SMOOTHINGS 2

extern const char *rn_recipe_smoothing_name(RnRecipeSmoothing kind);

extern const char *rn_recipe_transform_name(RnRecipeTransform kind);

/*
 * Every option of a training.  Numbers that the recipe may choose are 0 (or
 * NaN for a double, -1 where 0 means something) while open; rn_recipe_plan
 * fills them.
 */
typedef struct RnTrainSpec
{
	RnRecipeKind recipe;
	RnCellKind	cell;
	bool		cell_open;		/* 'auto': the recipe chooses the cell */

	int			layers;			/* 0: open */
	int			units[RN_MAX_LAYERS];
	int			dilations;		/* as many as layers; 0: all are 1 */
	int			dilation[RN_MAX_LAYERS];
	bool		residual;
	RnActivation activation;
	bool		reset_after;
	double		dropout;
	double		input_dropout;
	double		recurrent_dropout;

	int			window;			/* 0: open */
	int			horizon;		/* 0: open */
	int			season;			/* 0: open */
	int			outer;			/* a second, longer season; 0: none, -1: open */
	bool		season_kept;	/* it was open when a recipe chose it, and is
								 * each series' own as if it still were */
	RnScalerKind scaler;
	bool		scaler_open;
	RnRecipeTransform transform;
	bool		transform_kept; /* it was open when a recipe chose it */
	double		lambda;			/* of box_cox; NaN: open */
	RnRecipeSmoothing smoothing;
	bool		classical;		/* may classical forecasts have a share? */
	int			members;		/* networks; 0: open */
	bool		tune;			/* are size, window and epochs that are open tried on held-out rows? (tune.h) */

	int			epochs;			/* 0: open */
	int			batch_size;		/* 0: open */
	int64_t		train_rows;		/* 0: all; else only the first so many rows */
	double		validation_split;	/* share of the windows, the newest; NaN: open */
	int			patience;		/* -1: open */
	bool		shuffle;
	uint64_t	seed;
	RnLossSpec	loss;
	bool		loss_open;
	RnOptimSpec optim;			/* learning_rate NaN: open (Keras's default) */

	RnRowPolicy rows;
	double		lower_bound;	/* -inf: none */
	double		upper_bound;	/* inf: none */
	RnInputs	inputs;			/* covariates: how many, which; the rest is the
								 * recipe's */
} RnTrainSpec;

/* Options as they are when nobody says anything: all open. */
extern void rn_recipe_defaults(RnTrainSpec *spec);
extern const char *rn_recipe_name(RnRecipeKind kind);

/* The cell of a spec: the recipe's, if it is open. */
extern RnCellKind rn_recipe_cell(const RnTrainSpec *spec);

/* How a spec, whose inputs are known, has its series looked at. */
extern RnMethod rn_recipe_method(const RnTrainSpec *spec);

typedef struct RnTrainPlan
{
	RnTrainSpec spec;			/* nothing open any more */
	bool		season_said;	/* the season was not open */
	bool		daily;			/* RN_METHOD_LOCAL: it is a day */
	bool		trial;			/* RN_METHOD_LOCAL: only what is tried out trains, and nothing is kept */
	RnMethod	method;
	RnLocalSpec local;			/* RN_METHOD_LOCAL: but for the typical spread */
	int			second_members;	/* networks that see series without logarithms */
	int			steps;			/* of a sequence */
	int			stride;
	RnNetworkSpec network;
	RnFitSpec	fit;
	size_t		series;			/* trained on */
	size_t		rows;			/* trained on, validation included */
	size_t		all_rows;		/* of the panel */
	size_t		train_windows;
	size_t		validation_windows;
	size_t		bytes;			/* the most that training allocates; SIZE_MAX
								 * if it cannot be represented */
} RnTrainPlan;

/*
 * Resolve spec for a filled panel.  A series with too few rows for the window
 * and horizon is left out or RN_TOO_FEW_ROWS, as the policy for rows has it,
 * and so is a panel of which nothing is left.
 */
extern RnCode rn_recipe_plan(RnHost *host, const RnTrainSpec *spec, RnPanel *panel, RnTrainPlan *plan);

/* Of that, the transform and its lambda, once season and networks are known. */
extern RnCode rn_recipe_resolve_transform(RnHost *host, RnTrainPlan *plan, const RnPanel *panel);

/* Rows that the model will keep of all series, at most. */
extern size_t rn_recipe_tail_rows(const RnTrainPlan *plan);

/* Rows of a series that are trained on. */
extern size_t rn_recipe_rows(const RnTrainSpec *spec, const RnSeries *series);

/* Its windows: those trained on are the oldest, those held out the newest. */
typedef struct RnSplit
{
	size_t		windows;
	size_t		train;
	size_t		validation;
} RnSplit;

extern RnSplit rn_recipe_split(const RnTrainSpec *spec, size_t rows);

/* RN_METHOD_LOCAL: how many of the rows of a series are held out, the newest; 0: none. */
extern size_t rn_recipe_held_out(const RnTrainSpec *spec, size_t rows);

/* The windows of all series that are learnt from, that stop the training, or
 * that the trained model is judged by.  `plain` splits as Keras does, without a
 * gap, so that the targets of its first horizon - 1 validation windows were in
 * part trained on: these stop, but do not judge. */
typedef enum RnPart
{
	RN_PART_TRAIN,
	RN_PART_VALIDATION,
	RN_PART_JUDGED
} RnPart;

/*
 * What is made up is learnt from unless it is masked, but it stops and judges
 * nothing, unless what is missing is zero.
 *
 * samples->series, in the host's memory, is to be freed.  The model's series are
 * those of the panel that are not left out, in order.
 */
extern RnCode rn_recipe_samples(RnHost *host, const RnTrainPlan *plan, const RnPanel *panel,
								const RnModel *model, RnPart part, RnSamples *samples);

/* What a training leaves beside the model. */
typedef struct RnTrainReport
{
	RnFitLog	log;
	double		validation_mae;	/* one step ahead, in users' units (of many
								 * series: in scaled values); NaN without */
	double		naive_mae;		/* of the seasonal naive on the same rows */
	double		validation_mase;	/* of the whole horizon, by MASE's scale; method
									 * local alone, else NaN */
	double		naive_mase;
} RnTrainReport;

/*
 * What several processes may share out of a training by RN_METHOD_LOCAL: networks,
 * those that are kept, then those that are tried out without the newest rows; and
 * what these forecast of such rows, in parts.  Each is a function of plan, panel
 * and the weights it starts from, so that which process does which changes nothing.
 */
typedef struct RnFits
{
	size_t		count;
	size_t		size;			/* P: weights of each */
	int			epochs;
	bool		warm;			/* those that are kept start from the weights they have */
	rn_real    *weights;		/* [count][P] */
	rn_real    *smoothing;		/* [series][count] what is learnt of levels (of those that are kept,
								 * if warm: what was before); NULL: nothing is */
	double	   *loss;			/* [epochs] of the first */
	double		(*spread)[2];	/* [2][2] typical ones of the series, as networks see them */
	void	   *trial;			/* forecasts: where each is, train_local.c knows */

	/*
	 * Numbers from 0 on, of networks in the order in which they are fitted and of
	 * parts, that no process has been given yet.  Who asks for the next network has
	 * fitted the last.
	 */
	size_t		(*next_network) (void *queue);
	size_t		(*next_part) (void *queue);
	void	   *queue;
} RnFits;

/* Networks that processes can share out; 1: the training is one piece. */
extern size_t rn_fits_count(const RnTrainPlan *plan);

/* So many of them are tried out, which are fitted first. */
extern size_t rn_fits_trials(const RnTrainPlan *plan);

/* Bytes of all that fits points to, and these laid out in a block of so many; the queue is for the caller. */
extern size_t rn_fits_bytes(const RnTrainPlan *plan);
extern void rn_fits_place(const RnTrainPlan *plan, void *block, RnFits *fits);

/* What to start from, of a model trained before: RN_INVALID_OPTION unless of the same shape. */
extern RnCode rn_fits_warm(RnHost *host, const RnTrainPlan *plan, const RnPanel *panel, const RnModel *warm, RnFits *fits);

/* Fit what next_network gives. */
extern RnCode rn_fits_fit(RnHost *host, const RnTrainPlan *plan, const RnPanel *panel, const RnFits *fits);

/* Forecast what next_part gives: all networks that are tried out are fitted. */
extern RnCode rn_fits_try(RnHost *host, const RnTrainPlan *plan, const RnPanel *panel, const RnFits *fits);

/*
 * Train.  warm may be NULL; otherwise training starts from its weights, and
 * its network must be of the same shape (RN_INVALID_OPTION).  holiday [n] are
 * the dates of RN_FEATURE_HOLIDAY, copied into the model.  The panel's columns
 * of the calendar are overwritten.  fits may be NULL; otherwise what it has
 * given out is done, from warm if there is one, and the rest still is to be.
 */
extern RnCode rn_recipe_train(RnHost *host, const RnTrainPlan *plan, RnPanel *panel,
							  const int32_t *holiday, size_t holidays,
							  const RnModel *warm, const RnFits *fits, RnModel *model, RnTrainReport *report);
extern void rn_train_report_free(RnHost *host, RnTrainReport *report);

#endif							/* RN_RECIPE_H */
