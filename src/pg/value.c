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
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "model/codec.h"

#include "guc.h"
#include "series_key.h"
#include "subject.h"
#include "value.h"

RnModel *
recurnet_value_decode(RecurnetHost *host, const bytea *bytes)
{
	RnModel    *model = MemoryContextAllocZero(host->context, sizeof(RnModel));

	recurnet_guc_check_memory(2 * VARSIZE_ANY_EXHDR(bytes), "the model", "train a smaller network");
	recurnet_host_check(host, rn_model_decode(&host->core, (const unsigned char *) VARDATA_ANY(bytes),
											  VARSIZE_ANY_EXHDR(bytes), model));
	return model;
}

/* ERROR unless texts of the model, each ended by 0, are texts in the database's encoding. */
static void
check_texts(const char *text, size_t size)
{
	for (size_t at = 0; at < size; at += strlen(text + at) + 1)
		pg_verifymbstr(text + at, strlen(text + at), false);
}

/* ERROR unless the names in a model mean something here. */
static void
check_names(const RnModel *model)
{
	check_texts(model->covariate_names, model->covariate_names_size);
	check_texts(model->keys, model->keys_size);
	for (size_t s = 0; s < model->count && model->keys != NULL; s++)
	{
		CHECK_FOR_INTERRUPTS();
		recurnet_key_names(model->series[s].key);
	}
	recurnet_subject(model, NULL);
}

/* ERROR unless the bytes are a model. */
static bytea *
checked(bytea *bytes)
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "recurnet model",
												  ALLOCSET_DEFAULT_SIZES);
	MemoryContext caller;
	RecurnetHost host;
	RnModel		model;
	RnCode		code;

	if (VARSIZE_ANY_EXHDR(bytes) > RN_CODEC_MAX_BYTES)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("a model of %zu bytes is larger than the %zu MB that one may have",
						(size_t) VARSIZE_ANY_EXHDR(bytes), RN_CODEC_MAX_BYTES / (1024 * 1024))));
	recurnet_host_init(&host, context);
	code = rn_model_decode(&host.core, (const unsigned char *) VARDATA_ANY(bytes),
						   VARSIZE_ANY_EXHDR(bytes), &model);
	if (code == RN_CORRUPT)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("invalid bytes for type rn_model"),
				 errdetail("As they stand, %s.", host.core.error.message)));
	recurnet_host_check(&host, code);
	caller = MemoryContextSwitchTo(context);
	check_names(&model);
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
