/*
 * sql_explain.c
 *		rn_explain: what forecasts are made of.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/memutils.h"

#include "model/explain.h"

#include "argument.h"
#include "guc.h"
#include "output.h"
#include "series_key.h"
#include "use.h"

#define COLUMNS			7		/* series, step, ts, t, part, item, contribution */
#define USUAL_RECENT	3

typedef struct Explanation
{
	RecurnetUse use;
	RecurnetOutput output;
	ReturnSetInfo *result;
	int			recent;
	int			parts;
	NullableDatum *part;		/* [parts] columns part */
	NullableDatum *item;		/* and item */
	double	   *contribution;	/* [parts][steps] */
} Explanation;

static NullableDatum
text_datum(const char *text)
{
	return (NullableDatum) {text != NULL ? CStringGetTextDatum(text) : (Datum) 0, text == NULL};
}

/* Which one a part is, of those of its kind; NULL: there is one only. */
static const char *
item_of(const Explanation *explanation, RnPiece part)
{
	if (part.kind == RN_PIECE_RECENT)
		return psprintf("%d", part.number);
	if (part.kind == RN_PIECE_COVARIATE)
		return explanation->use.subject.covariates.name[part.number];
	return NULL;
}

/* The words of all parts, once: a part of a forecast may have millions of rows. */
static void
find_words(Explanation *explanation)
{
	explanation->part = palloc(explanation->parts * sizeof(NullableDatum));
	explanation->item = palloc(explanation->parts * sizeof(NullableDatum));
	for (int i = 0; i < explanation->parts; i++)
	{
		RnPiece		part = rn_explain_part(explanation->use.model, explanation->recent, i);

		explanation->part[i] = text_datum(rn_piece_name(part.kind));
		explanation->item[i] = text_datum(item_of(explanation, part));
	}
}

/* Column i of a row. */
static void
put(Datum *values, bool *nulls, int i, NullableDatum datum)
{
	values[i] = datum.value;
	nulls[i] = datum.isnull;
}

/* All rows of one step, whose first column is there. */
static void
put_step(Explanation *explanation, const RecurnetAhead *ahead, int step, Datum *values, bool *nulls)
{
	NullableDatum ts;
	NullableDatum t;
	int64		time;

	recurnet_host_check(&explanation->use.host, rn_calendar_add(&explanation->use.host.core, &ahead->origin->calendar,
																ahead->origin->last_time, step, &time));
	recurnet_output_time(&explanation->output, time, &ts, &t);
	values[1] = Int32GetDatum(step);
	put(values, nulls, 2, ts);
	put(values, nulls, 3, t);
	for (int i = 0; i < explanation->parts; i++)
	{
		put(values, nulls, 4, explanation->part[i]);
		put(values, nulls, 5, explanation->item[i]);
		values[6] = Float8GetDatum(explanation->contribution[(size_t) i * ahead->steps + step - 1]);
		tuplestore_putvalues(explanation->result->setResult, explanation->result->setDesc, values, nulls);
	}
}

static void
put_series(void *listener, const RecurnetAhead *ahead)
{
	Explanation *explanation = listener;
	Datum		values[COLUMNS] = {0};
	bool		nulls[COLUMNS] = {false};

	recurnet_host_check(&explanation->use.host, rn_explain(&explanation->use.host.core, explanation->use.model, ahead->origin,
														   ahead->steps, explanation->recent, explanation->contribution));
	nulls[0] = ahead->key == NULL;
	values[0] = ahead->key != NULL ? recurnet_key_datum(ahead->key) : (Datum) 0;
	for (int step = 1; step <= ahead->steps; step++)
	{
		CHECK_FOR_INTERRUPTS();
		put_step(explanation, ahead, step, values, nulls);
	}
}

/*
 * Arguments: model, horizon; as_of, as_of_t, history, future, for_series;
 * recent.
 */
static Datum
explain(FunctionCallInfo fcinfo, RecurnetFinder find)
{
	Explanation explanation = {.result = (ReturnSetInfo *) fcinfo->resultinfo};
	RecurnetAheadSpec spec;
	const RnModel *model;
	size_t		bytes;

	InitMaterializedSRF(fcinfo, 0);
	recurnet_use_open(&explanation.use, fcinfo, find, 0, RECURNET_DEFAULT_LEVEL);
	model = explanation.use.model;
	explanation.use.adaptive = false;	/* intervals are not asked for */
	explanation.recent = recurnet_argument_int(fcinfo, 7, "recent", USUAL_RECENT, 0, RN_MOST_RECENT);
	explanation.parts = rn_explain_parts(model, explanation.recent);
	explanation.output = recurnet_output(&explanation.use.subject, TIMESTAMPTZOID);
	spec = recurnet_use_ahead(&explanation.use, fcinfo, 1, 2);
	find_words(&explanation);
	bytes = (size_t) explanation.parts * spec.steps * sizeof(double);
	recurnet_guc_check_memory(bytes + rn_explain_bytes(model, rn_model_most_rows(model), spec.steps), "explaining a forecast", "ask for fewer steps");
	explanation.contribution = MemoryContextAllocHuge(CurrentMemoryContext, bytes);
	recurnet_use_forecast(&explanation.use, &spec, put_series, &explanation);
	recurnet_use_close(&explanation.use);
	return (Datum) 0;
}

PG_FUNCTION_INFO_V1(recurnet_explain_id);
Datum
recurnet_explain_id(PG_FUNCTION_ARGS)
{
	return explain(fcinfo, recurnet_find_by_id);
}

PG_FUNCTION_INFO_V1(recurnet_explain_name);
Datum
recurnet_explain_name(PG_FUNCTION_ARGS)
{
	return explain(fcinfo, recurnet_find_by_name);
}

/* No rows where rn_fit gave a group no model. */
PG_FUNCTION_INFO_V1(recurnet_explain_value);
Datum
recurnet_explain_value(PG_FUNCTION_ARGS)
{
	if (PG_ARGISNULL(0))
	{
		InitMaterializedSRF(fcinfo, 0);
		return (Datum) 0;
	}
	return explain(fcinfo, recurnet_find_value);
}
