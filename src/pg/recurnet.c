/*
 * recurnet.c
 *		The module itself: magic, initialisation, version.
 */
#include "postgres.h"

#include "compat.h"
#include "fmgr.h"
#include "funcapi.h"
#include "utils/builtins.h"

#include "base/gemm.h"
#include "base/math.h"

#include "catalog.h"
#include "guc.h"

#define RECURNET_VERSION "0.2.0"
#define VERSION_COLUMNS 4

RECURNET_MODULE_MAGIC(RECURNET_VERSION);

extern PGDLLEXPORT void _PG_init(void);

void
_PG_init(void)
{
	recurnet_guc_init();
}

/*
 * rn_version() → (library, extension, products, kernels)
 */
PG_FUNCTION_INFO_V1(recurnet_version);
Datum
recurnet_version(PG_FUNCTION_ARGS)
{
	TupleDesc	desc;
	char	   *extension = recurnet_catalog_extension_version();
	Datum		values[VERSION_COLUMNS];
	bool		nulls[VERSION_COLUMNS] = {false};

	if (get_call_result_type(fcinfo, NULL, &desc) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");
	nulls[1] = extension == NULL;
	values[0] = CStringGetTextDatum(RECURNET_VERSION);
	values[1] = extension != NULL ? CStringGetTextDatum(extension) : (Datum) 0;
	values[2] = CStringGetTextDatum(rn_gemm_library());
	values[3] = CStringGetTextDatum(rn_math_path());
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(desc), values, nulls)));
}
