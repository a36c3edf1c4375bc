/*
 * targets.c (fuzz targets `options` and `value`)
 *		Bytes through the glue, in a backend: each is refused with an error, not one
 *		of the kind that says of itself that it should not be, or is taken in
 *		and comes out again as it was.
 *
 * server.sh builds this into a recurnet.so of its own.  The function
 * recurnet_fuzz runs libFuzzer in the backend that calls it, and does not
 * come back: libFuzzer ends the process, with its exit code.
 */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/pg_type.h"
#include "compat.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/memutils.h"
#include "utils/resowner.h"

#include "options.h"
#include "seal.h"

extern int	LLVMFuzzerRunDriver(int *argc, char ***argv, int (*target) (const uint8_t *data, size_t size));
extern size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);
extern size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed);

extern Datum recurnet_model_in(PG_FUNCTION_ARGS);
extern Datum recurnet_model_out(PG_FUNCTION_ARGS);
extern Datum recurnet_model_recv(PG_FUNCTION_ARGS);
extern Datum recurnet_model_send(PG_FUNCTION_ARGS);
extern Datum recurnet_model_from_bytea(PG_FUNCTION_ARGS);

/* That must hold; says what does not. */
#define PROMISE(condition) \
	do { \
		if (!(condition)) \
		{ \
			fprintf(stderr, "%s:%d: broken promise: %s\n", __FILE__, __LINE__, #condition); \
			abort(); \
		} \
	} while (0)

typedef void (*Target) (const char *data, size_t size);

static Target target;
static bool models;				/* inputs are models, sealed after a change */

size_t
LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed)
{
	size = LLVMFuzzerMutate(data, size, max_size);
	if (models && size > 1 && seed % 4 != 0)
		fuzz_seal(data + 1, size - 1);
	return size;
}

/* Bytes of a varlena of their very own size, so that nobody reads behind them unseen. */
static bytea *
exact_bytea(const char *data, size_t size)
{
	bytea	   *bytes = malloc(VARHDRSZ + size);

	SET_VARSIZE(bytes, VARHDRSZ + size);
	memcpy(VARDATA(bytes), data, size);
	return bytes;
}

static bytea *
received(const char *data, size_t size)
{
	StringInfoData message = {.data = (char *) data,.len = size,.maxlen = size};

	return DatumGetByteaP(DirectFunctionCall1(recurnet_model_recv, PointerGetDatum(&message)));
}

/* What is to be freed even if it is refused. */
static bytea *
cast_from(bytea *bytes)
{
	bytea	   *model = NULL;

	PG_TRY();
	{
		model = DatumGetByteaPCopy(DirectFunctionCall1(recurnet_model_from_bytea, PointerGetDatum(bytes)));
	}
	PG_FINALLY();
	{
		free(bytes);
	}
	PG_END_TRY();
	return model;
}

static bytea *
read_text(char *text)
{
	return DatumGetByteaP(DirectFunctionCall1(recurnet_model_in, CStringGetDatum(text)));
}

static char *
hex_text(const char *data, size_t size)
{
	char	   *text = palloc0(2 + 2 * size + 1);

	memcpy(text, "\\x", 2);
	hex_encode(data, size, text + 2);
	return text;
}

/* A byte that says which way in, and the bytes of a model, or text. */
static void
try_value(const char *data, size_t size)
{
	bytea	   *model;
	bytea	   *again;

	if (size == 0)
		return;
	switch (*data++ & 3)
	{
		case 0:
			model = received(data, --size);
			break;
		case 1:
			model = cast_from(exact_bytea(data, --size));
			break;
		case 2:
			model = read_text(hex_text(data, --size));
			break;
		default:
			model = read_text(pnstrdup(data, --size));
	}
	again = read_text(DatumGetCString(DirectFunctionCall1(recurnet_model_out, PointerGetDatum(model))));
	PROMISE(VARSIZE(again) == VARSIZE(model) && memcmp(again, model, VARSIZE(model)) == 0);
	again = DatumGetByteaP(DirectFunctionCall1(recurnet_model_send, PointerGetDatum(model)));
	PROMISE(VARSIZE(again) == VARSIZE(model) && memcmp(again, model, VARSIZE(model)) == 0);
}

static char *
json_text(const Jsonb *json)
{
	return DatumGetCString(DirectFunctionCall1(jsonb_out, PointerGetDatum(json)));
}

/* A cell, a line feed, and JSON.  What was used can be asked for again, and is used again. */
static void
try_options(const char *data, size_t size)
{
	char	   *cell = pnstrdup(data, size);
	char	   *end = strchr(cell, '\n');
	RecurnetOptions options;
	RecurnetOptions again;
	Jsonb	   *used;

	if (end == NULL)
		return;
	*end = '\0';
	recurnet_options_parse(cell, DatumGetJsonbP(DirectFunctionCall1(jsonb_in, CStringGetDatum(end + 1))), &options);
	recurnet_options_check_effect(&options);
	used = recurnet_options_effective(&options.spec, options.holidays);
	PG_TRY();
	{
		recurnet_options_parse(recurnet_options_cell(&options.spec), used, &again);
		PROMISE(strcmp(json_text(recurnet_options_effective(&again.spec, again.holidays)), json_text(used)) == 0);
	}
	PG_CATCH();
	{
		EmitErrorReport();
		PROMISE(!"what was used is refused");
	}
	PG_END_TRY();
}

/* One input, in a transaction below ours, which takes back all that it leaves. */
static int
try(const uint8_t *data, size_t size)
{
	MemoryContext caller = CurrentMemoryContext;
	ResourceOwner owner = CurrentResourceOwner;

	BeginInternalSubTransaction(NULL);
	PG_TRY();
	{
		target((const char *) data, size);
	}
	PG_CATCH();
	{
		ErrorData  *error;

		MemoryContextSwitchTo(caller);
		error = CopyErrorData();
		FlushErrorState();
		if (ERRCODE_TO_CATEGORY(error->sqlerrcode) == ERRCODE_INTERNAL_ERROR)
			fprintf(stderr, "an error inside: %s\n", error->message);
		PROMISE(ERRCODE_TO_CATEGORY(error->sqlerrcode) != ERRCODE_INTERNAL_ERROR);
		PROMISE(error->message != NULL && error->message[0] != '\0');
		FreeErrorData(error);
	}
	PG_END_TRY();
	RollbackAndReleaseCurrentSubTransaction();
	MemoryContextSwitchTo(caller);
	CurrentResourceOwner = owner;
	return 0;
}

/*
 * recurnet_fuzz(target, arguments of libFuzzer)
 */
PG_FUNCTION_INFO_V1(recurnet_fuzz);
Datum
recurnet_fuzz(PG_FUNCTION_ARGS)
{
	char	   *name = text_to_cstring(PG_GETARG_TEXT_PP(0));
	ArrayType  *given = PG_GETARG_ARRAYTYPE_P(1);
	Datum	   *values;
	int			n;
	int			argc;
	char	  **argv;

	models = strcmp(name, "value") == 0;
	target = models ? try_value : try_options;
	deconstruct_array(given, TEXTOID, -1, false, TYPALIGN_INT, &values, NULL, &n);
	argv = palloc0((n + 2) * sizeof(char *));
	argv[0] = name;
	for (argc = 1; argc <= n; argc++)
		argv[argc] = TextDatumGetCString(values[argc - 1]);
	LLVMFuzzerRunDriver(&argc, &argv, try);
	PG_RETURN_VOID();
}
