/*
 * sql_sparkline.c
 *		rn_sparkline: an aggregate that draws numbers as characters, for a terminal.
 */
#include "postgres.h"

#include "fmgr.h"
#include "utils/builtins.h"
#include "utils/float.h"
#include "utils/memutils.h"

#include "plot/spark.h"

#include "argument.h"
#include "guc.h"
#include "picture.h"

#define FIRST_NUMBERS	64
#define MOST_CHARACTERS 10000000

/* A group so far. */
typedef struct State
{
	int			width;			/* characters, at most */
	size_t		n;
	size_t		capacity;
	double	   *number;			/* NaN: null */
} State;

static State *
begin_state(FunctionCallInfo fcinfo, MemoryContext context)
{
	State	   *state = MemoryContextAllocZero(context, sizeof(State));

	state->width = MOST_CHARACTERS;
	if (PG_NARGS() > 2)
		state->width = recurnet_argument_int(fcinfo, 2, "width", MOST_CHARACTERS, 1, MOST_CHARACTERS);
	state->capacity = FIRST_NUMBERS;
	state->number = MemoryContextAlloc(context, state->capacity * sizeof(double));
	return state;
}

/*
 * The transition: (state, value [, width])
 */
PG_FUNCTION_INFO_V1(recurnet_sparkline_transition);
Datum
recurnet_sparkline_transition(PG_FUNCTION_ARGS)
{
	MemoryContext context;
	State	   *state;

	if (!AggCheckCallContext(fcinfo, &context))
		elog(ERROR, "recurnet_sparkline_transition called in non-aggregate context");
	state = PG_ARGISNULL(0) ? begin_state(fcinfo, context) : (State *) PG_GETARG_POINTER(0);
	if (state->n == state->capacity)
	{
		recurnet_guc_check_memory(2 * state->capacity * sizeof(double), "drawing a sparkline", "aggregate fewer rows");
		state->capacity *= 2;
		state->number = repalloc_huge(state->number, state->capacity * sizeof(double));
	}
	state->number[state->n++] = PG_ARGISNULL(1) ? get_float8_nan() : PG_GETARG_FLOAT8(1);
	PG_RETURN_POINTER(state);
}

/* As a window function, it is asked again when there are more rows: the state stays as it is. */
PG_FUNCTION_INFO_V1(recurnet_sparkline_final);
Datum
recurnet_sparkline_final(PG_FUNCTION_ARGS)
{
	const State *state = PG_ARGISNULL(0) ? NULL : (const State *) PG_GETARG_POINTER(0);
	const double *number;
	size_t		width;
	char	   *text;

	if (state == NULL)
		PG_RETURN_NULL();
	number = state->number;
	width = Min(state->n, (size_t) state->width);
	if (width < state->n)
	{
		double	   *squeezed = palloc(width * sizeof(double));

		rn_spark_squeeze(state->number, state->n, squeezed, width);
		number = squeezed;
	}
	text = palloc(width * RN_SPARK_BYTES + 1);
	rn_spark(number, width, !recurnet_picture_blocks(), text);
	PG_RETURN_TEXT_P(cstring_to_text(text));
}
