/*
 * sql_fit.c
 *		The aggregates rn_fit: a model from the rows of a group.
 *
 * The state is the rows as they come.  The final function sorts them, by time
 * and then by value, so that neither their order nor the plan that brought them
 * makes a difference, and trains.  No table is read and none is written: this
 * runs wherever an aggregate may run.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "compat.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "utils/float.h"
#include "utils/jsonb.h"
#include "utils/memutils.h"

#include "argument.h"
#include "fit.h"
#include "group.h"
#include "progress.h"
#include "zone.h"

#define ROWS_PER_CHECK	65536

/* A group so far. */
typedef struct State
{
	RecurnetGroup rows;
	text	   *cell;
	Jsonb	   *options;		/* or NULL */
} State;

static void *
copy_varlena(MemoryContext context, const void *value)
{
	void	   *copy = MemoryContextAlloc(context, VARSIZE(value));

	memcpy(copy, value, VARSIZE(value));
	return copy;
}

/* The options of a row, or NULL; rn_fit with three arguments has none. */
static Jsonb *
options_argument(FunctionCallInfo fcinfo)
{
	return PG_NARGS() > 4 && !PG_ARGISNULL(4) ? PG_GETARG_JSONB_P(4) : NULL;
}

/* The state of a group whose first row this is. */
static State *
begin_state(FunctionCallInfo fcinfo, MemoryContext context)
{
	State	   *state = MemoryContextAllocZero(context, sizeof(State));
	Jsonb	   *options = options_argument(fcinfo);

	recurnet_argument_required(fcinfo, 3, "cell");
	recurnet_group_begin(&state->rows, context, fcinfo, 1);
	state->cell = copy_varlena(context, PG_GETARG_TEXT_P(3));
	state->options = options != NULL ? copy_varlena(context, options) : NULL;
	return state;
}

static bool
same_varlena(const void *a, const void *b)
{
	if (a == NULL || b == NULL)
		return a == b;
	return VARSIZE_ANY_EXHDR(a) == VARSIZE_ANY_EXHDR(b) &&
		memcmp(VARDATA_ANY(a), VARDATA_ANY(b), VARSIZE_ANY_EXHDR(a)) == 0;
}

/* ERROR unless cell and options are those of the group's first row. */
static void
check_constant(FunctionCallInfo fcinfo, const State *state)
{
	bool		cell = !PG_ARGISNULL(3) && same_varlena(PG_GETARG_TEXT_PP(3), state->cell);

	if (cell && same_varlena(options_argument(fcinfo), state->options))
		return;
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("argument \"%s\" of rn_fit differs from row to row of a group", cell ? "options" : "cell"),
			 errhint("A group is one model: give all its rows the same, or group by it.")));
}

/*
 * rn_fit's transition: (state, time, value, cell [, options])
 */
PG_FUNCTION_INFO_V1(recurnet_fit_transition);
Datum
recurnet_fit_transition(PG_FUNCTION_ARGS)
{
	MemoryContext context;
	State	   *state;

	if (!AggCheckCallContext(fcinfo, &context))
		elog(ERROR, "recurnet_fit_transition called in non-aggregate context");
	if (PG_ARGISNULL(0))
		state = begin_state(fcinfo, context);
	else
	{
		state = (State *) PG_GETARG_POINTER(0);
		check_constant(fcinfo, state);
	}
	recurnet_group_add(&state->rows, fcinfo, 1, PG_ARGISNULL(2) ? get_float8_nan() : PG_GETARG_FLOAT8(2));
	PG_RETURN_POINTER(state);
}

/* What makes no sense for rows in no order, or without a query. */
static void
check_options(const RecurnetOptions *options)
{
	if (options->holidays != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("rn_fit cannot run the query of option \"holidays\""),
				 errhint("Use rn_train, or leave the option out.")));
	if (options->spec.rows.duplicates == RN_DUPLICATES_LAST)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("rn_fit sees its rows in no order, so that none is the last of a time"),
				 errhint("Set option \"duplicates\" to sum or avg, or choose the rows by DISTINCT ON in a subquery.")));
}

/* The rows of a group as a panel of one series. */
static void
make_rows(const RecurnetGroup *group, RecurnetFit *fit)
{
	RecurnetHost *host = fit->host;
	RecurnetRows *rows = &fit->rows;
	RnPanel    *panel = &rows->panel;

	recurnet_group_check_memory(group, group->n * sizeof(double));
	recurnet_reader_single(host, group->type, group->n, rn_inputs_columns(&fit->options.spec.inputs), rows);
	for (size_t i = 0; i < group->n; i++)
	{
		if (i % ROWS_PER_CHECK == 0)
			CHECK_FOR_INTERRUPTS();
		panel->value[i] = group->row[i].value;
		recurnet_host_check(host, rn_times_append(&host->core, &panel->series[0].time, i, group->row[i].time));
	}
	rows->bytes += rn_times_bytes(&panel->series[0].time) + group->capacity * sizeof(RecurnetGroupRow);
	if (group->type == TIMESTAMPTZOID)
		rows->time_zone = recurnet_zone_settle(host, panel, fit->options.time_zone, NULL,
												recurnet_fit_whole_days(&fit->options.spec.rows),
												&rows->wall_zone);
	else if (fit->options.time_zone != NULL)
		recurnet_zone_refuse(group->type);
}

/* Is it the rows that are no good? */
static bool
about_rows(RnCode code)
{
	return code == RN_INVALID_DATA || code == RN_TOO_FEW_ROWS || code == RN_DUPLICATE_TIME ||
		code == RN_IRREGULAR_TIME || code == RN_TIME_OVERFLOW || code == RN_DIVERGED;
}

/* A group, whose rows are in order, without a model: which one, and why. */
static void
warn_no_model(const RecurnetGroup *group, const RnError *error)
{
	ereport(WARNING,
			(errcode(ERRCODE_WARNING),
			 errmsg("a group of rn_fit has no model: %s", error->message),
			 errdetail_plural("%s%sIt has %zu row, of time %s.", "%s%sIt has %zu rows, from time %s on.", (unsigned long) group->n,
							  error->detail, error->detail[0] != '\0' ? " " : "",
							  group->n, recurnet_group_describe_time(group, group->row[0].time)),
			 errhint("%s%sSet option \"on_error\" to fail to make this an error.", error->hint,
					 error->hint[0] != '\0' ? " " : "")));
}

/* Train on the rows of the state; NULL where they are no good and may be. */
static bytea *
fit_state(State *state, RecurnetHost *host)
{
	RecurnetFit fit = {.host = host};
	bool		skip;
	RnCode		code;

	recurnet_options_parse(text_to_cstring(state->cell), state->options, &fit.options);
	check_options(&fit.options);
	recurnet_options_check_effect(&fit.options);
	skip = fit.options.spec.rows.on_error == RN_ON_ERROR_SKIP;
	fit.options.spec.rows.on_error = RN_ON_ERROR_FAIL;
	recurnet_progress_read(host, state->rows.n, 1);
	recurnet_progress_phase(host, RECURNET_PHASE_PREPARING);
	recurnet_group_sort(&state->rows);
	make_rows(&state->rows, &fit);
	code = recurnet_fit_settle(&fit);
	if (code == RN_OK)
		code = recurnet_fit_plan(&fit);
	if (code == RN_OK)
		code = recurnet_fit_train(&fit);
	if (skip && about_rows(code))
	{
		warn_no_model(&state->rows, &host->core.error);
		return NULL;
	}
	recurnet_host_check(host, code);
	return recurnet_fit_encode(&fit);
}

/*
 * rn_fit's end: (state) → rn_model; null for no rows
 */
PG_FUNCTION_INFO_V1(recurnet_fit_final);
Datum
recurnet_fit_final(PG_FUNCTION_ARGS)
{
	MemoryContext context;
	MemoryContext caller;
	RecurnetHost host;
	bytea	   *bytes;

	if (!AggCheckCallContext(fcinfo, NULL))
		elog(ERROR, "recurnet_fit_final called in non-aggregate context");
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	context = AllocSetContextCreate(CurrentMemoryContext, "recurnet fit", ALLOCSET_DEFAULT_SIZES);
	caller = MemoryContextSwitchTo(context);
	recurnet_host_init(&host, context);
	recurnet_progress_begin(&host, RECURNET_COMMAND_FIT, 0);
	bytes = fit_state((State *) PG_GETARG_POINTER(0), &host);
	MemoryContextSwitchTo(caller);
	if (bytes != NULL)
		bytes = copy_varlena(caller, bytes);
	MemoryContextDelete(context);
	if (bytes == NULL)
		PG_RETURN_NULL();
	PG_RETURN_BYTEA_P(bytes);
}
