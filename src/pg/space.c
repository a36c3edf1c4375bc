/*
 * space.c
 *		The trials of rn_tune.
 */
#include "postgres.h"

#include "compat.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/json.h"

#include "base/rng.h"

#include "options.h"
#include "space.h"

#define USUAL_SPACE "{\"cell\": [\"gru\", \"lstm\"], \"units\": [32, 128]}"

/* One option of a space. */
typedef struct Axis
{
	char	   *name;
	int			n;
	char	  **value;			/* [n] as JSON */
} Axis;

typedef struct Space
{
	int			axes;
	Axis	   *axis;
	uint64		points;			/* combinations */
} Space;

/* Options that say which rows there are, or what is forecast of them. */
static const char *const same_for_all[] = {
	"horizon", "missing", "duplicates", "on_error", "frequency", "time_zone",
	"calendar_features", "holidays", "train_rows", "lower_bound", "upper_bound"
};

/* So there are no more axes than options, however long the JSON is. */
static void
check_name(const char *name)
{
	if (strcmp(name, "cell") != 0)
		recurnet_options_find(name);
	for (int i = 0; i < (int) lengthof(same_for_all); i++)
		if (strcmp(name, same_for_all[i]) == 0)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("option \"%s\" must be the same in all trials", name),
					 errhint("Set it in the argument \"options\".")));
}

/* A value as JSON text. */
static char *
value_text(JsonbValue *value)
{
	Jsonb	   *json = JsonbValueToJsonb(value);

	return JsonbToCString(NULL, &json->root, VARSIZE(json));
}

/* The values of an option: those of an array, or a single one. */
static void
read_values(JsonbValue *value, Axis *axis)
{
	JsonbContainer *list;
	uint32		n;

	if (value->type != jbvBinary || !JsonContainerIsArray(value->val.binary.data))
	{
		axis->n = 1;
		axis->value = palloc(sizeof(char *));
		axis->value[0] = value_text(value);
		return;
	}
	list = value->val.binary.data;
	n = JsonContainerSize(list);
	if (n == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("option \"%s\" has no value to try", axis->name),
				 errhint("List the values to try, or leave the option out.")));
	axis->n = (int) n;
	axis->value = palloc(n * sizeof(char *));
	for (uint32 i = 0; i < n; i++)
	{
		CHECK_FOR_INTERRUPTS();
		axis->value[i] = value_text(getIthJsonbValueFromContainer(list, i));
	}
}

static Space
read_space(const Jsonb *json)
{
	Space		space = {.points = 1};
	JsonbIterator *iterator;
	JsonbValue	value;

	if (!JB_ROOT_IS_OBJECT(json))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("space must be a JSON object"),
				 errhint("For example: '%s'.", USUAL_SPACE)));
	space.axis = palloc0(JB_ROOT_COUNT(json) * sizeof(Axis));
	iterator = JsonbIteratorInit((JsonbContainer *) &json->root);
	JsonbIteratorNext(&iterator, &value, true);
	while (JsonbIteratorNext(&iterator, &value, true) == WJB_KEY)
	{
		Axis	   *axis = &space.axis[space.axes++];

		axis->name = pnstrdup(value.val.string.val, value.val.string.len);
		check_name(axis->name);
		JsonbIteratorNext(&iterator, &value, true);
		read_values(&value, axis);
		space.points *= (uint64) axis->n;
		if (space.points > PG_UINT32_MAX)
			ereport(ERROR,
					(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
					 errmsg("space has more than %u combinations", PG_UINT32_MAX),
					 errhint("List fewer values.")));
	}
	return space;
}

/* A value of the option cell: a JSON string. */
static char *
cell_text(const char *json)
{
	Jsonb	   *value = DatumGetJsonbP(DirectFunctionCall1(jsonb_in, CStringGetDatum(json)));
	JsonbValue	scalar;

	if (!JsonbExtractScalar(&value->root, &scalar) || scalar.type != jbvString)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("cell %s of the space is not a string", json),
				 errhint("For example: '%s'.", USUAL_SPACE)));
	return pnstrdup(scalar.val.string.val, scalar.val.string.len);
}

/* Combination number point: the last option changes fastest. */
static RecurnetTrial
trial_of(const Space *space, uint64 point, Jsonb *options)
{
	RecurnetTrial trial = {.cell = "auto"};
	StringInfoData text;
	Datum		own;

	initStringInfo(&text);
	for (int i = space->axes - 1; i >= 0; i--)
	{
		const Axis *axis = &space->axis[i];
		const char *value = axis->value[point % (uint64) axis->n];

		point /= (uint64) axis->n;
		if (strcmp(axis->name, "cell") == 0)
		{
			trial.cell = cell_text(value);
			continue;
		}
		appendStringInfoString(&text, text.len > 0 ? ", " : "{");
		escape_json(&text, axis->name);
		appendStringInfo(&text, ": %s", value);
	}
	appendStringInfoString(&text, text.len > 0 ? "}" : "{}");
	own = DirectFunctionCall1(jsonb_in, CStringGetDatum(text.data));
	trial.options = DatumGetJsonbP(DirectFunctionCall2(jsonb_concat, JsonbPGetDatum(options), own));
	return trial;
}

static Jsonb *
json_of(const char *text)
{
	return DatumGetJsonbP(DirectFunctionCall1(jsonb_in, CStringGetDatum(text)));
}

int
recurnet_space_trials(const Jsonb *space, const Jsonb *options, int most, RecurnetTrial **trials)
{
	Space		all = read_space(space != NULL ? space : json_of(USUAL_SPACE));
	Jsonb	   *shared = options != NULL ? (Jsonb *) options : json_of("{}");
	RnPermutation order = rn_rng_permutation(0, rn_rng_stream(RN_RANDOM_TRIALS, 0), all.points);
	int			n = (int) Min((uint64) most, all.axes > 0 ? all.points + 1 : 1);

	if (!JB_ROOT_IS_OBJECT(shared))
		shared = json_of("{}"); /* options.c says what it should be, of the first trial */
	*trials = palloc((size_t) n * sizeof(RecurnetTrial));
	(*trials)[0] = (RecurnetTrial) {.cell = "auto",.options = (Jsonb *) (options != NULL ? options : shared)};
	for (int i = 1; i < n; i++)
		(*trials)[i] = trial_of(&all, rn_rng_permuted(&order, (uint32_t) i - 1), shared);
	return n;
}
