/*
 * value.c
 *		The type rn_model: a model's stored bytes, whole and checked.
 *
 * As text a model looks like a bytea in hex, whatever bytea_output says, so
 * that a dump reads back.  Whoever hands in bytes, as text, in binary or by a
 * cast, has them decoded once: what is an rn_model is a model.
 */
#include "postgres.h"

#include "compat.h"
#include "libpq/pqformat.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "model/codec.h"

#include "guc.h"
#include "series_key.h"
#include "subject.h"
#include "value.h"
#include "words.h"
#include "zone.h"

/* foreign: the bytes come from outside, and may be no model at all. */
static RnModel *
decode(RecurnetHost *host, const bytea *bytes, bool foreign)
{
	RnModel    *model = MemoryContextAllocZero(host->context, sizeof(RnModel));
	RnCode		code;

	recurnet_guc_check_memory(2 * VARSIZE_ANY_EXHDR(bytes), "the model", "train a smaller network");
	code = rn_model_decode(&host->core, (const unsigned char *) VARDATA_ANY(bytes),
						   VARSIZE_ANY_EXHDR(bytes), model);
	if (code == RN_CORRUPT && foreign)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("invalid bytes for type rn_model"),
				 errdetail("As they stand, %s.", host->core.error.message)));
	recurnet_host_check(host, code);
	recurnet_words_load(host, model);
	model->inputs.clock = recurnet_zone_clock(model->wall_zone);
	return model;
}

RnModel *
recurnet_value_decode(RecurnetHost *host, const bytea *bytes)
{
	return decode(host, bytes, false);
}

/* Have the keys the same columns? */
static bool
same_names(const RecurnetNames *a, const RecurnetNames *b)
{
	if (a->n != b->n)
		return false;
	for (int i = 0; i < a->n; i++)
		if (strcmp(a->name[i], b->name[i]) != 0)
			return false;
	return true;
}

/* ERROR unless the names in a model mean something here. */
static void
check_names(const RnModel *model)
{
	RecurnetSubject subject = recurnet_subject(model, NULL);
	MemoryContext scratch = AllocSetContextCreate(CurrentMemoryContext, "recurnet keys",
												  ALLOCSET_DEFAULT_SIZES);
	MemoryContext caller = MemoryContextSwitchTo(scratch);

	if (subject.time_zone != NULL)
		recurnet_zone_find(subject.time_zone);
	for (size_t s = 1; s < model->count; s++)
	{
		RecurnetNames names = recurnet_key_names(model->series[s].key);

		CHECK_FOR_INTERRUPTS();
		if (!same_names(&names, &subject.series))
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
					 errmsg("invalid bytes for type rn_model"),
					 errdetail("Its keys have different columns.")));
		MemoryContextReset(scratch);
	}
	MemoryContextSwitchTo(caller);
	MemoryContextDelete(scratch);
}

/* Bytes from outside are wrong where stored ones would be corrupt. */
static void
blame_input(void *unused)
{
	if (geterrcode() == ERRCODE_DATA_CORRUPTED)
		errcode(ERRCODE_INVALID_BINARY_REPRESENTATION);
	errcontext("bytes for type rn_model");
}

RnModel *
recurnet_value_decode_foreign(RecurnetHost *host, const bytea *bytes)
{
	ErrorContextCallback blame = {.callback = blame_input,.previous = error_context_stack};
	RnModel    *model;

	error_context_stack = &blame;
	model = decode(host, bytes, true);
	check_names(model);
	error_context_stack = blame.previous;
	return model;
}

/* ERROR unless the bytes are a model. */
static bytea *
checked(bytea *bytes)
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "recurnet model",
												  ALLOCSET_DEFAULT_SIZES);
	MemoryContext caller = MemoryContextSwitchTo(context);
	RecurnetHost host;

	if (VARSIZE_ANY_EXHDR(bytes) > RN_CODEC_MAX_BYTES)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("a model of %zu bytes is larger than the %zu MB that one may have",
						(size_t) VARSIZE_ANY_EXHDR(bytes), RN_CODEC_MAX_BYTES / (1024 * 1024))));
	recurnet_host_init(&host, context);
	recurnet_value_decode_foreign(&host, bytes);
	MemoryContextSwitchTo(caller);
	MemoryContextDelete(context);
	return bytes;
}

PG_FUNCTION_INFO_V1(recurnet_model_in);
Datum
recurnet_model_in(PG_FUNCTION_ARGS)
{
	PG_RETURN_BYTEA_P(checked(DatumGetByteaP(DirectFunctionCall1(byteain, PG_GETARG_DATUM(0)))));
}

PG_FUNCTION_INFO_V1(recurnet_model_out);
Datum
recurnet_model_out(PG_FUNCTION_ARGS)
{
	bytea	   *bytes = PG_GETARG_BYTEA_PP(0);
	size_t		size = VARSIZE_ANY_EXHDR(bytes);
	char	   *text = palloc(2 + 2 * size + 1);

	text[0] = '\\';
	text[1] = 'x';
	hex_encode(VARDATA_ANY(bytes), size, text + 2);
	text[2 + 2 * size] = '\0';
	PG_RETURN_CSTRING(text);
}

PG_FUNCTION_INFO_V1(recurnet_model_recv);
Datum
recurnet_model_recv(PG_FUNCTION_ARGS)
{
	StringInfo	message = (StringInfo) PG_GETARG_POINTER(0);
	int			size = message->len - message->cursor;
	bytea	   *bytes = palloc(VARHDRSZ + size);

	SET_VARSIZE(bytes, VARHDRSZ + size);
	pq_copymsgbytes(message, VARDATA(bytes), size);
	PG_RETURN_BYTEA_P(checked(bytes));
}

PG_FUNCTION_INFO_V1(recurnet_model_send);
Datum
recurnet_model_send(PG_FUNCTION_ARGS)
{
	PG_RETURN_BYTEA_P(PG_GETARG_BYTEA_P_COPY(0));
}

PG_FUNCTION_INFO_V1(recurnet_model_from_bytea);
Datum
recurnet_model_from_bytea(PG_FUNCTION_ARGS)
{
	PG_RETURN_BYTEA_P(checked(PG_GETARG_BYTEA_P(0)));
}
