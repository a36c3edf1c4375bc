/*
 * option_text.c
 *		Options in words and in JSON, and rn_options().
 */
#include "postgres.h"

#include <math.h>

#include "common/shortest_dec.h"
#include "compat.h"
#include "funcapi.h"
#include "utils/builtins.h"

#include "option_table.h"

/* Unlike float8out, this does not look at extra_float_digits. */
char *
recurnet_number_text(double number)
{
	char	   *text = palloc(DOUBLE_SHORTEST_DECIMAL_LEN);

	double_to_shortest_decimal_buf(number, text);
	return text;
}

/* The range of an option in words, or NULL where its type says it all. */
char *
recurnet_option_range(const RecurnetOption *option)
{
	bool		min_out = option->ends == MIN_OUT || option->ends == ENDS_OUT;
	bool		max_out = option->ends == MAX_OUT || option->ends == ENDS_OUT;
	const char *min = recurnet_number_text(option->min);

	switch (option->type)
	{
		case OPTION_CHOICE:
		case OPTION_FEATURES:
			return recurnet_hint_list(option->choice, option->choices);
		case OPTION_BOOL:
		case OPTION_ZONE:
		case OPTION_QUERY:
		case OPTION_FREQUENCY:
			return NULL;
		case OPTION_LAYERS:
			return psprintf("1 to %.0f, at most %d layers", option->max, RN_MAX_LAYERS);
		default:
			break;
	}
	if (isinf(option->max))
		return psprintf("%s %s", min_out ? "above" : "at least", min);
	if (!min_out && !max_out)
		return option->type == OPTION_NUMBER
			? psprintf("%s to %s", min, recurnet_number_text(option->max))
			: psprintf("%.0f to %.0f", option->min, option->max);
	return psprintf("%s %s and %s %s",
					min_out ? "above" : "at least", min,
					max_out ? "below" : "at most", recurnet_number_text(option->max));
}

const char *
recurnet_option_type(const RecurnetOption *option)
{
	switch (option->type)
	{
		case OPTION_INT:
		case OPTION_BIGINT:
			return "integer";
		case OPTION_NUMBER:
			return "number";
		case OPTION_BOOL:
			return "boolean";
		case OPTION_CHOICE:
		case OPTION_ZONE:
		case OPTION_QUERY:
			return "string";
		case OPTION_FREQUENCY:
			return "interval, or integer";
		case OPTION_FEATURES:
			return "array of strings";
		case OPTION_LAYERS:
		case OPTION_SEASON:
			return "integer or array of integers";
	}
	return "";
}

/* Has the recipe still to choose it? */
static bool
is_open(const RecurnetOption *option, const RnTrainSpec *spec)
{
	const char *source = (const char *) spec + option->offset;

	switch (option->open)
	{
		case OPEN_ZERO:
			if (option->type == OPTION_LAYERS)
				source = (const char *) recurnet_option_layers(option, unconstify(RnTrainSpec *, spec));
			return *(const int *) source == 0;
		case OPEN_MINUS_ONE:
			return *(const int *) source == -1;
		case OPEN_NAN:
			return isnan(*(const double *) source);
		case OPEN_INFINITE:
			return isinf(*(const double *) source);
		case OPEN_FREQUENCY:
			return !spec->rows.has_frequency;
		case OPEN_FLAG:
			return *recurnet_option_flag(option, unconstify(RnTrainSpec *, spec));
		case NEVER_OPEN:
			break;
	}
	return false;
}

/* One number per layer: the number of a single layer, or an array. */
static char *
layers_json(const int *number, int layers)
{
	StringInfoData text;

	if (layers == 1)
		return psprintf("%d", number[0]);
	initStringInfo(&text);
	for (int i = 0; i < layers; i++)
		appendStringInfo(&text, "%c%d", i == 0 ? '[' : ',', number[i]);
	appendStringInfoChar(&text, ']');
	return text.data;
}

static char *
season_json(const RnTrainSpec *spec)
{
	if (spec->outer < 0)
		return psprintf("%d", spec->season);
	return spec->outer > 0 ? psprintf("[%d,%d]", spec->season, spec->outer) : psprintf("[%d]", spec->season);
}

static char *
frequency_json(const RnCalendar *frequency)
{
	char		text[RN_TIME_TEXT];

	rn_calendar_describe(frequency, text, sizeof(text));
	return frequency->kind == RN_TIME_INTEGER ? pstrdup(text) : psprintf("\"%s\"", text);
}

static char *
features_json(unsigned features)
{
	StringInfoData text;

	initStringInfo(&text);
	for (int i = 0; i < RN_FEATURES; i++)
		if (features & 1u << i)
			appendStringInfo(&text, "%s\"%s\"", text.len > 0 ? ", " : "", rn_feature_name(i));
	return psprintf("[%s]", text.data);
}

/* The value of an option in spec as JSON; NULL while it is open. */
char *
recurnet_option_json(const RecurnetOption *option, const RnTrainSpec *spec)
{
	const char *source = (const char *) spec + option->offset;

	if (is_open(option, spec))
		return NULL;
	switch (option->type)
	{
		case OPTION_INT:
			return psprintf("%d", *(const int *) source);
		case OPTION_BIGINT:
			return psprintf(INT64_FORMAT, (int64) *(const int64_t *) source);
		case OPTION_NUMBER:
			return recurnet_number_text(*(const double *) source);
		case OPTION_BOOL:
			return pstrdup(*(const bool *) source ? "true" : "false");
		case OPTION_CHOICE:
			return psprintf("\"%s\"", option->choice(*(const int *) source));
		case OPTION_LAYERS:
			return layers_json((const int *) source, *recurnet_option_layers(option, unconstify(RnTrainSpec *, spec)));
		case OPTION_SEASON:
			return season_json(spec);
		case OPTION_FREQUENCY:
			return frequency_json(&spec->rows.frequency);
		case OPTION_FEATURES:
			return features_json(*(const unsigned *) source);
		case OPTION_ZONE:
		case OPTION_QUERY:
			break;
	}
	return NULL;
}

/*
 * rn_options() → (name, type, default_value, range, description)
 */
PG_FUNCTION_INFO_V1(recurnet_options);
Datum
recurnet_options(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	RnTrainSpec defaults;

	InitMaterializedSRF(fcinfo, 0);
	rn_recipe_defaults(&defaults);
	for (int i = 0; i < recurnet_option_count; i++)
	{
		const RecurnetOption *option = &recurnet_option_table[i];
		char	   *value = recurnet_option_json(option, &defaults);
		char	   *range = recurnet_option_range(option);
		Datum		values[5];
		bool		nulls[5] = {false};

		values[0] = CStringGetTextDatum(option->name);
		values[1] = CStringGetTextDatum(recurnet_option_type(option));
		nulls[2] = value == NULL;
		values[2] = value != NULL ? CStringGetTextDatum(value) : (Datum) 0;
		nulls[3] = range == NULL;
		values[3] = range != NULL ? CStringGetTextDatum(range) : (Datum) 0;
		values[4] = CStringGetTextDatum(option->doc);
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}
	return (Datum) 0;
}
