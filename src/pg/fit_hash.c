/*
 * fit_hash.c
 *		What a training depends on, as one number: who trains on the same again
 *		gets the same weights.
 */
#include "postgres.h"

#include "common/cryptohash.h"
#include "common/sha2.h"
#include "miscadmin.h"

#include "fit.h"

#define SLICE ((size_t) 1 << 20)

static void
add(pg_cryptohash_ctx *context, const void *bytes, size_t size)
{
	for (size_t at = 0; at < size; at += SLICE)
	{
		CHECK_FOR_INTERRUPTS();
		if (pg_cryptohash_update(context, (const uint8 *) bytes + at, Min(SLICE, size - at)) < 0)
			elog(ERROR, "could not compute a hash: %s", pg_cryptohash_error(context));
	}
}

/* Its end included, so that what follows is not taken for a part of it. */
static void
add_text(pg_cryptohash_ctx *context, const char *text)
{
	add(context, text != NULL ? text : "", text != NULL ? strlen(text) + 1 : 1);
}

/* given of each row's columns: those of the calendar are not filled in yet. */
static void
add_series(pg_cryptohash_ctx *context, const RnPanel *panel, const RnSeries *series, size_t given)
{
	size_t		C = (size_t) panel->columns;
	int64		head[2] = {(int64) series->n, series->start};

	add_text(context, series->key);
	add(context, head, sizeof(head));
	add(context, panel->value + series->first, series->n * sizeof(double));
	if (panel->missing != NULL)
		add(context, panel->missing + series->first, series->n);
	for (size_t t = 0; t < series->n && given > 0; t++)
		add(context, panel->covariate + (series->first + t) * C, given * sizeof(float));
}

static void
add_all(pg_cryptohash_ctx *context, const RecurnetFit *fit, const char *query)
{
	const RnPanel *panel = &fit->rows.panel;
	const RnCalendar *calendar = &panel->calendar;
	int64		step[4] = {calendar->kind, calendar->months, calendar->business_days, calendar->step};
	Jsonb	   *options = recurnet_options_effective(&fit->plan.spec, fit->options.holidays);

	add_text(context, query);
	add_text(context, recurnet_options_cell(&fit->plan.spec));
	add(context, options, VARSIZE(options));
	add(context, step, sizeof(step));
	if (fit->holidays > 0)
		add(context, fit->holiday, fit->holidays * sizeof(int32));
	for (size_t s = 0; s < panel->count; s++)
		if (panel->series[s].n > 0)
			add_series(context, panel, &panel->series[s], (size_t) fit->plan.spec.inputs.given);
}

bytea *
recurnet_fit_hash(const RecurnetFit *fit, const char *query)
{
	bytea	   *hash = palloc(VARHDRSZ + PG_SHA256_DIGEST_LENGTH);
	pg_cryptohash_ctx *context = pg_cryptohash_create(PG_SHA256);

	if (context == NULL || pg_cryptohash_init(context) < 0)
		elog(ERROR, "could not begin to compute a hash");
	add_all(context, fit, query);
	SET_VARSIZE(hash, VARHDRSZ + PG_SHA256_DIGEST_LENGTH);
	if (pg_cryptohash_final(context, (uint8 *) VARDATA(hash), PG_SHA256_DIGEST_LENGTH) < 0)
		elog(ERROR, "could not compute a hash: %s", pg_cryptohash_error(context));
	pg_cryptohash_free(context);
	return hash;
}
