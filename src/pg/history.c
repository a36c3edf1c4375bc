/*
 * history.c
 *		The rows that a model looks back on.
 *
 * By default those stored with it.  Otherwise a query's, which must return
 * the same kind of time, in the same steps: a network that has learnt months
 * knows nothing of days.  A series that the model was trained on keeps the scale
 * that it had then; one that the model has never seen is scaled by its own rows.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "compat.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/memutils.h"

#include "guc.h"
#include "history.h"
#include "owner.h"
#include "panel_check.h"
#include "series_key.h"
#include "zone.h"

void
recurnet_history_check_type(Oid model_type, Oid type)
{
	if (recurnet_reader_kind(type) == recurnet_reader_kind(model_type) &&
		(type == TIMESTAMPTZOID) == (model_type == TIMESTAMPTZOID))
		return;
	ereport(ERROR,
			(errcode(ERRCODE_DATATYPE_MISMATCH),
			 errmsg("query returns times of type %s, but the model was trained on %s",
					format_type_be(type), format_type_be(model_type)),
			 errhint("Cast the time column in the query.")));
}

/* The step of the model in words. */
static const char *
step_text(const RnModel *model)
{
	char	   *text = palloc(RN_TIME_TEXT);

	rn_calendar_describe(&model->calendar, text, RN_TIME_TEXT);
	return text;
}

/* Rows in other steps than the model's: its words and the core's. */
static void
refuse_steps(const RecurnetHost *host, const RnModel *model)
{
	const RnError *error = &host->core.error;

	ereport(ERROR,
			(errcode(ERRCODE_DATA_EXCEPTION),
			 errmsg("query does not return the steps of %s that the model was trained on", step_text(model)),
			 errdetail("It has an %s.%s%s", error->message, error->detail[0] != '\0' ? " " : "", error->detail),
			 errhint("Give rows in the model's steps, or train a model with option \"missing\", which fills gaps.")));
}

/* ERROR for too few rows of a model's only series, in words that know the query. */
static void
check_enough(const RecurnetRows *rows, bool cut, size_t needed)
{
	size_t		n = rows->panel.rows;

	if (n >= needed)
		return;
	ereport(ERROR,
			(errcode(ERRCODE_CARDINALITY_VIOLATION),
			 errmsg("query returns %zu row%s%s, but the model needs at least %zu",
					n, n == 1 ? "" : "s", cut ? " up to the given time" : "", needed),
			 cut ? errhint("Give a later time, or a history with more rows before it.")
			 : errhint("Give a history with more rows.")));
}

/* A WARNING that names the first of the series left out. */
static void
warn_skipped(const RnPanel *panel)
{
	size_t		left = rn_panel_series(panel);
	size_t		s = 0;

	if (left == panel->count)
		return;
	while (panel->series[s].skipped == NULL)
		s++;
	ereport(left > 0 ? WARNING : ERROR,
			(errcode(ERRCODE_CARDINALITY_VIOLATION),
			 errmsg("%zu of %zu series of the query cannot be used", panel->count - left, panel->count),
			 errdetail("The first is %s: %s.", panel->series[s].key != NULL ? panel->series[s].key : "the only one",
					   panel->series[s].skipped),
			 errhint("Give more rows or mend them in the query, or train the model with option \"missing\", which fills gaps and nulls.")));
}

RnRowPolicy
recurnet_history_policy(RecurnetHost *host, const RnModel *model)
{
	RnRowPolicy policy = model->rows;
	int64		last = model->series[0].last_time;
	int64		start;

	policy.floors = policy.has_frequency &&
		rn_calendar_floor(&host->core, &model->calendar, last, &start) == RN_OK && start == last;
	return policy;
}

/* Put rows into the model's steps; returns the policy for filling them. */
static RnRowPolicy
settle(RecurnetHost *host, const RnModel *model, RecurnetRows *rows, size_t needed)
{
	RnPanel    *panel = &rows->panel;
	RnRowPolicy policy = recurnet_history_policy(host, model);
	RnCalendar	calendar = model->calendar;
	RnCode		code;

	policy.on_error = model->keys != NULL ? RN_ON_ERROR_SKIP : RN_ON_ERROR_FAIL;
	calendar.anchor_day = model->keys != NULL ? 0 : model->series[0].anchor_day;
	panel->at_least = needed;
	code = rn_panel_settle(&host->core, panel, &policy, &calendar);
	if (code == RN_IRREGULAR_TIME)
		refuse_steps(host, model);
	recurnet_panel_check(host, panel, code);
	recurnet_guc_check_memory(rows->bytes + panel->bytes, "filling the gaps of the rows", "read fewer rows");
	rows->bytes += panel->bytes;
	return policy;
}

void
recurnet_history_settle(RecurnetHost *host, const RnModel *model, RecurnetRows *rows, size_t needed)
{
	RnPanel    *panel = &rows->panel;
	RnRowPolicy policy = settle(host, model, rows, needed);

	recurnet_panel_check(host, panel, rn_panel_fill(&host->core, panel, &policy));
	warn_skipped(panel);
	recurnet_host_check(host, rn_inputs_fill_calendar(&host->core, &model->inputs, panel,
													  model->holiday, model->holidays));
}

/* The rows of a query that recurnet_history_read and recurnet_history_spread put into steps. */
static void
read_query(RecurnetHost *host, const RecurnetSubject *subject, const char *query,
		   bool source, const int64 *cut, size_t needed, RecurnetRows *rows)
{
	const RnModel *model = subject->model;
	RecurnetSource from = {
		.query = query,
		.wanted = {
			.time = source ? subject->version->time_column : NULL,
			.target = source ? subject->version->target_column : NULL,
			.usual_time = subject->version != NULL ? subject->version->time_column : NULL,
			.usual_target = subject->version != NULL ? subject->version->target_column : NULL,
			.series = subject->series,
			.covariates = subject->covariates,
			.stored = source
		},
		.inputs = model->inputs,
		.allow_null = model->rows.missing != RN_MISSING_ERROR || model->keys != NULL,
		.cut = cut,
		.time_zone = subject->time_zone,
		.zone_fixed = true
	};
	RecurnetOwnerScope owner;

	if (source)
		recurnet_owner_open(&owner, subject->version);
	recurnet_reader_read(host, &from, rows);
	if (source)
		recurnet_owner_close(&owner);
	recurnet_history_check_type(subject->time_type, rows->time_type);
	if (model->keys == NULL && !model->rows.has_frequency && model->rows.missing == RN_MISSING_ERROR)
		check_enough(rows, cut != NULL, needed);
	if (rows->panel.count == 0)
		check_enough(rows, cut != NULL, needed > 0 ? needed : 1);
}

void
recurnet_history_read(RecurnetHost *host, const RecurnetSubject *subject, const char *query,
					  bool source, const int64 *cut, size_t needed, RecurnetRows *rows)
{
	read_query(host, subject, query, source, cut, needed, rows);
	recurnet_history_settle(host, subject->model, rows, needed);
}

RnRowPolicy
recurnet_history_spread(RecurnetHost *host, const RecurnetSubject *subject, const char *query, bool source,
						RecurnetRows *rows)
{
	RnRowPolicy policy;

	read_query(host, subject, query, source, NULL, 1, rows);
	policy = settle(host, subject->model, rows, 1);
	if (policy.missing != RN_MISSING_ERROR)
		recurnet_panel_check(host, &rows->panel, rn_panel_spread(&host->core, &rows->panel));
	warn_skipped(&rows->panel);
	return policy;
}

/*
 * as_of or as_of_t as the time column counts, or NULL where neither is given.
 */
static const int64 *
find_cut(const RecurnetSubject *subject, const RecurnetOriginSpec *spec, int64 *cut)
{
	bool		integer = recurnet_reader_kind(subject->time_type) == RN_TIME_INTEGER;

	if (spec->as_of == NULL && spec->as_of_t == NULL)
		return NULL;
	if ((integer && spec->as_of != NULL) || (!integer && spec->as_of_t != NULL))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s does not fit a model whose times are of type %s",
						integer ? "as_of" : "as_of_t", format_type_be(subject->time_type)),
				 errhint("Use %s.", integer ? "as_of_t" : "as_of")));
	if (integer)
		*cut = *spec->as_of_t;
	else if (TIMESTAMP_NOT_FINITE(*spec->as_of) || subject->time_type == TIMESTAMPTZOID)
		*cut = *spec->as_of;
	else
		*cut = recurnet_zone_civil(*spec->as_of, session_timezone);
	return cut;
}

/* ---- which series ---- */

static int
compare_keys(const void *a, const void *b)
{
	return strcmp((*(const RnModelSeries *const *) a)->key, (*(const RnModelSeries *const *) b)->key);
}

static int
compare_key_arg(const void *a, const void *b, void *arg)
{
	return compare_keys(a, b);
}

/* The model's series in the order of their keys, made once for as long as it lives. */
static const RnModelSeries **
series_by_key(const RnModel *model)
{
	size_t		size = model->count * sizeof(RnModelSeries *);
	const RnModelSeries **scratch;
	const RnModelSeries **by_key;

	if (model->by_key != NULL)
		return model->by_key;
	scratch = MemoryContextAllocHuge(CurrentMemoryContext, size);
	for (size_t s = 0; s < model->count; s++)
		scratch[s] = &model->series[s];
	qsort_interruptible(scratch, model->count, sizeof(RnModelSeries *), compare_key_arg, NULL);
	by_key = memcpy(MemoryContextAllocHuge(GetMemoryChunkContext(model->series), size), scratch, size);
	pfree(scratch);
	((RnModel *) model)->by_key = by_key;	/* remembers, changes nothing */
	return by_key;
}

int64
recurnet_history_find(const RnModel *model, const char *key)
{
	RnModelSeries wanted = {.key = key};
	const RnModelSeries *at = &wanted;
	const RnModelSeries **found;

	if (model->keys == NULL)
		return 0;
	if (key == NULL)
		return -1;
	found = bsearch(&at, series_by_key(model), model->count, sizeof(RnModelSeries *), compare_keys);
	return found != NULL ? *found - model->series : -1;
}

/* May two objects be keys of one model?  A null may stand for any value. */
static bool
same_form(const Jsonb *a, const Jsonb *b)
{
	JsonbIterator *of_a = JsonbIteratorInit((JsonbContainer *) &a->root);
	JsonbIterator *of_b = JsonbIteratorInit((JsonbContainer *) &b->root);
	JsonbValue	x;
	JsonbValue	y;

	if (JB_ROOT_COUNT(a) != JB_ROOT_COUNT(b))
		return false;
	JsonbIteratorNext(&of_a, &x, true);
	JsonbIteratorNext(&of_b, &y, true);
	while (JsonbIteratorNext(&of_a, &x, true) == WJB_KEY)
	{
		JsonbIteratorNext(&of_b, &y, true);
		if (x.val.string.len != y.val.string.len || memcmp(x.val.string.val, y.val.string.val, x.val.string.len) != 0)
			return false;
		JsonbIteratorNext(&of_a, &x, true);
		JsonbIteratorNext(&of_b, &y, true);
		if (x.type != y.type && x.type != jbvNull && y.type != jbvNull)
			return false;
	}
	return true;
}

/* ERROR unless the key has the form of one of the model's. */
static void
check_given(const RnModel *model, const Jsonb *key, const char *text)
{
	bool		fits = false;

	if (!JB_ROOT_IS_OBJECT(key))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("series must be a JSON object"),
				 errhint("For example: '%s'.", model->series[0].key)));
	for (size_t s = 0; s < model->count && !fits; s++)
	{
		CHECK_FOR_INTERRUPTS();
		fits = same_form(key, DatumGetJsonbP(recurnet_key_datum(model->series[s].key)));
	}
	if (!fits)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("series is no key of the model: %s", text),
				 errdetail("Keys look like %s.", model->series[0].key),
				 errhint("Give all columns of the key by name, with values of their types.")));
}

int64
recurnet_history_find_given(const RnModel *model, const Jsonb *key)
{
	char	   *text = JsonbToCString(NULL, (JsonbContainer *) &key->root, VARSIZE(key));
	int64		found = JB_ROOT_IS_OBJECT(key) ? recurnet_history_find(model, text) : -1;

	if (found < 0)
	{
		check_given(model, key, text);
		found = recurnet_history_find(model, recurnet_key_plain(key));
	}
	return found;
}

/* Does the key contain one of n objects? */
static bool
is_wanted(const char *key, Datum *only, int n, MemoryContext scratch)
{
	MemoryContext caller;
	bool		wanted = false;
	Datum		datum;

	if (key == NULL)
		return false;
	caller = MemoryContextSwitchTo(scratch);
	datum = recurnet_key_datum(key);
	for (int i = 0; i < n && !wanted; i++)
	{
		CHECK_FOR_INTERRUPTS();
		wanted = DatumGetBool(DirectFunctionCall2(jsonb_contains, datum, only[i]));
	}
	MemoryContextSwitchTo(caller);
	MemoryContextReset(scratch);
	return wanted;
}

/* The objects of only, an object or an array of them. */
static Datum *
wanted_objects(const Jsonb *only, int *n)
{
	Datum	   *objects;

	*n = JB_ROOT_IS_OBJECT(only) ? 1 : JB_ROOT_COUNT(only);
	objects = palloc(Max(*n, 1) * sizeof(Datum));
	if (JB_ROOT_IS_OBJECT(only))
		objects[0] = JsonbPGetDatum(only);
	for (int i = 0; JB_ROOT_IS_ARRAY(only) && i < *n; i++)
		objects[i] = JsonbPGetDatum(JsonbValueToJsonb(getIthJsonbValueFromContainer((JsonbContainer *) &only->root, i)));
	return objects;
}

/* ERROR unless only is an object or an array of objects, and the model has keys. */
static void
check_only(const RecurnetSubject *subject, const Jsonb *only)
{
	bool		fits = only == NULL || JB_ROOT_IS_OBJECT(only) ||
		(JB_ROOT_IS_ARRAY(only) && !JB_ROOT_IS_SCALAR(only));

	for (uint32 i = 0; fits && only != NULL && JB_ROOT_IS_ARRAY(only) && i < JB_ROOT_COUNT(only); i++)
	{
		JsonbValue *element = getIthJsonbValueFromContainer((JsonbContainer *) &only->root, i);

		fits = element->type == jbvBinary && JsonContainerIsObject(element->val.binary.data);
	}
	if (!fits)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("for_series must be a JSON object or an array of objects"),
				 errhint("For example: '{\"store\": 7}'.")));
	if (only != NULL && subject->series.n == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the model has one series without a key"),
				 errhint("Leave out for_series.")));
}

/* Whoever judges the model by its forecasts from there should know. */
static void
notice_hindsight(const RecurnetSubject *subject, int64 last_time)
{
	const RnModel *model = subject->model;
	int64		to = model->series[0].last_time;
	char		origin[RN_TIME_TEXT];
	char		trained[RN_TIME_TEXT];

	for (size_t s = 1; s < model->count; s++)
		to = Max(to, model->series[s].last_time);
	if (subject->version != NULL)
		to = subject->version->to;
	if (last_time >= to)
		return;
	rn_time_describe(model->calendar.kind, last_time, origin, sizeof(origin));
	rn_time_describe(model->calendar.kind, to, trained, sizeof(trained));
	ereport(NOTICE,
			(errmsg("forecast starts at %s, but the model's weights have seen rows up to %s",
					origin, trained)));
}

/* Time of the last row of a settled series. */
static int64
last_time_of(RecurnetHost *host, const RnPanel *panel, const RnSeries *series)
{
	int64		time;

	recurnet_host_check(host, rn_panel_time(&host->core, panel, series, series->n - 1, &time));
	return time;
}

/*
 * Series that end before as_of, so that it cuts nothing off and their forecasts
 * start earlier than was asked.
 */
static void
notice_early_ends(RecurnetHost *host, const RnPanel *panel, int64 as_of)
{
	size_t		early = 0;

	for (size_t s = 0; s < panel->count; s++)
	{
		const RnSeries *series = &panel->series[s];
		int64		next;

		if (series->n > 0 && series->cut == 0 && rn_panel_time(&host->core, panel, series, series->n, &next) == RN_OK)
			early += next <= as_of;
	}
	if (early > 0 && panel->count == 1)
		ereport(NOTICE, (errmsg("the rows end before as_of, and the forecast starts where they do")));
	else if (early > 0)
		ereport(NOTICE, (errmsg("%zu of %zu series end before as_of, and their forecasts start where they do",
								early, rn_panel_series(panel))));
}

/* The rows that origins are taken from, where they are not the model's own. */
static RecurnetRows *
read_rows(RecurnetHost *host, const RecurnetSubject *subject, const RecurnetOriginSpec *spec)
{
	int64		time;
	const int64 *cut = find_cut(subject, spec, &time);
	bool		source = spec->history == NULL || strcmp(spec->history, "source") == 0;
	RecurnetRows *rows;
	int64		newest = PG_INT64_MIN;

	if (cut == NULL && spec->history == NULL)
		return NULL;
	if (source && subject->version == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a model that is a value has no query of its own"),
				 errhint("Give the rows: history => 'SELECT ...'.")));
	rows = palloc(sizeof(RecurnetRows));
	recurnet_history_read(host, subject, source ? subject->version->query : spec->history, source,
						  cut, rn_model_least_rows(subject->model), rows);
	for (size_t s = 0; cut != NULL && s < rows->panel.count; s++)
		if (rows->panel.series[s].n > 0)
			newest = Max(newest, last_time_of(host, &rows->panel, &rows->panel.series[s]));
	if (cut != NULL && subject->time_type == TIMESTAMPTZOID && !TIMESTAMP_NOT_FINITE(time))
		time = recurnet_zone_civil(time, recurnet_zone_find(subject->time_zone));
	if (cut != NULL)
	{
		if (spec->as_of_t != NULL || !TIMESTAMP_NOT_FINITE(time))
			notice_early_ends(host, &rows->panel, time);
		notice_hindsight(subject, newest);
	}
	return rows;
}

RecurnetOrigins *
recurnet_history_origins(RecurnetHost *host, const RecurnetSubject *subject,
						 const RecurnetOriginSpec *spec, const Jsonb *only)
{
	RecurnetOrigins *origins = palloc0(sizeof(RecurnetOrigins));
	MemoryContext scratch = AllocSetContextCreate(CurrentMemoryContext, "recurnet keys",
												  ALLOCSET_SMALL_SIZES);
	Datum	   *wanted = NULL;
	int			n = 0;
	size_t		all;

	check_only(subject, only);
	if (only != NULL)
		wanted = wanted_objects(only, &n);
	origins->subject = subject;
	origins->rows = read_rows(host, subject, spec);
	all = origins->rows != NULL ? origins->rows->panel.count : subject->model->count;
	origins->series = MemoryContextAllocHuge(CurrentMemoryContext, all * sizeof(size_t));
	origins->of_model = MemoryContextAllocHuge(CurrentMemoryContext, all * sizeof(int64));
	for (size_t s = 0; s < all; s++)
	{
		const RnSeries *series = origins->rows != NULL ? &origins->rows->panel.series[s] : NULL;
		const char *key = series != NULL ? series->key : subject->model->series[s].key;

		CHECK_FOR_INTERRUPTS();
		if ((series != NULL && series->n == 0) || (only != NULL && !is_wanted(key, wanted, n, scratch)))
			continue;
		origins->series[origins->count] = s;
		origins->of_model[origins->count] = series != NULL
			? recurnet_history_find(subject->model, key) : (int64) s;
		origins->count++;
	}
	MemoryContextDelete(scratch);
	if (origins->count == 0)
		ereport(ERROR,
				(errcode(ERRCODE_NO_DATA_FOUND),
				 errmsg("no series has a key that for_series asks for"),
				 /* lint: a history without any series was refused when it was read */
				 errdetail("Keys look like %s.", origins->rows != NULL ? origins->rows->panel.series[0].key
						   : subject->model->series[0].key),
				 subject->version != NULL ? errhint("A series that was left out of the training is in rn_series_log.") : 0));
	return origins;
}

RnView
recurnet_history_view(RecurnetHost *host, const RecurnetSubject *subject, const RnPanel *panel,
					  const RnSeries *series, int64 of_model)
{
	const RnModel *model = subject->model;
	RnView		view = {series->first, series->first, series->first + series->n};

	if (of_model >= 0)
	{
		view.transform = rn_model_transform(model, &model->series[of_model]);
		view.base_season = model->series[of_model].base_season;
		view.faster = rn_model_faster(model, of_model);
		return view;
	}
	recurnet_host_check(host, rn_transform_fit(&host->core, model->scaler, panel->value + series->first,
											   series->n, &view.transform));
	view.base_season = rn_model_base_season(model, series->n, false);
	view.faster = rn_model_faster(model, model->count);
	return view;
}

/* How many of the newest rows of a settled series are after a time. */
static size_t
rows_after(RecurnetHost *host, const RnPanel *panel, const RnSeries *series, int64 time)
{
	size_t		low = 0;		/* rows before it are not, */
	size_t		high = series->n;	/* this one and those behind it are */

	if (last_time_of(host, panel, series) <= time)
		return 0;
	while (low < high)
	{
		size_t		middle = low + (high - low) / 2;
		int64		at;

		recurnet_host_check(host, rn_panel_time(&host->core, panel, series, middle, &at));
		if (at > time)
			high = middle;
		else
			low = middle + 1;
	}
	return series->n - low;
}

RnNews
recurnet_history_news(RecurnetHost *host, const RecurnetSubject *subject, const RnPanel *panel,
					  const RnSeries *series, int64 of_model)
{
	RnNews		news = {{panel->value, panel->missing, panel->covariate}};

	news.fresh = of_model < 0 ? series->n
		: rows_after(host, panel, series, subject->model->series[of_model].last_time);
	news.view = (RnView) {series->first, series->first, series->first + series->n};
	if (news.fresh > 0)
		news.view = recurnet_history_view(host, subject, panel, series, of_model);
	return news;
}

RnNews
recurnet_history_origin_news(RecurnetHost *host, const RecurnetOrigins *origins, size_t i)
{
	const RnPanel *panel;

	if (origins->rows == NULL)
		return (RnNews) {0};
	panel = &origins->rows->panel;
	return recurnet_history_news(host, origins->subject, panel, &panel->series[origins->series[i]], origins->of_model[i]);
}

RnOrigin
recurnet_history_end(RecurnetHost *host, const RecurnetSubject *subject, const RnPanel *panel,
					 const RnSeries *series, int64 of_model)
{
	RnView		view = recurnet_history_view(host, subject, panel, series, of_model);
	size_t		n = rn_model_kept_rows(subject->model, series->n);
	size_t		row = series->first + series->n - n;

	return (RnOrigin) {
		.value = panel->value + row,
		.n = n,
		.missing = panel->missing != NULL ? panel->missing + row : NULL,
		.covariate = panel->columns > 0 ? panel->covariate + row * panel->columns : NULL,
		.stride = panel->columns,
		.last_time = last_time_of(host, panel, series),
		.calendar = rn_panel_calendar(panel, series),
		.transform = view.transform,
		.base_season = view.base_season,
		.faster = view.faster
	};
}

RnOrigin
recurnet_history_origin(RecurnetHost *host, const RecurnetOrigins *origins, size_t i, const char **key)
{
	size_t		s = origins->series[i];
	const RnPanel *panel;

	if (origins->rows == NULL)
	{
		*key = origins->subject->model->series[s].key;
		return rn_forecast_tail(origins->subject->model, s);
	}
	panel = &origins->rows->panel;
	*key = panel->series[s].key;
	return recurnet_history_end(host, origins->subject, panel, &panel->series[s], origins->of_model[i]);
}
