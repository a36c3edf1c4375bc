/*
 * options.c
 *		From jsonb to a training's specification, and what was used back to it.
 */
#include "postgres.h"

#include <math.h>

#include "common/int.h"
#include "compat.h"
#include "utils/builtins.h"
#include "utils/float.h"
#include "utils/json.h"
#include "utils/numeric.h"
#include "utils/timestamp.h"

#include "option_table.h"
#include "options.h"
#include "zone.h"

/* What other libraries call them: too far from ours for a spelling hint. */
static const struct
{
	const char *theirs;
	const char *ours;
}			other_names[] = {
	{"lr", "learning_rate"},
	{"layers", "units"},
	{"num_layers", "units"},
	{"hidden_size", "units"},
	{"neurons", "units"},
	{"dilation", "dilations"},
	{"dilation_rate", "dilations"},
	{"skip_connections", "residual"},
	{"lookback", "window"},
	{"look_back", "window"},
	{"sequence_length", "window"},
	{"steps", "horizon"},
	{"forecast_length", "horizon"},
	{"period", "season"},
	{"seasonality", "season"},
	{"seasonal_periods", "season"},
	{"early_stopping", "patience"},
	{"random_state", "seed"},
	{"num_epochs", "epochs"},
	{"batch", "batch_size"},
	{"freq", "frequency"},
	{"timezone", "time_zone"},
	{"n_members", "ensemble"},
	{"log", "transform"},
	{"boxcox", "transform"},
	{"box_cox", "transform"},
	{"boxcox_lambda", "lambda"},
	{"alpha", "smoothing"},
	{"es_rnn", "smoothing"},
	{"gradient_clip", "clipnorm"},
	{"scaling", "scaler"},
	{"normalization", "scaler"},
};

static const char *const cell_names[] = {"rnn", "simple_rnn", "lstm", "gru", "auto"};

static const char *
option_name_at(int i)
{
	return recurnet_option_table[i].name;
}

static const char *
cell_name_at(int i)
{
	return cell_names[i];
}

static const char *
json_type_text(const JsonbValue *value)
{
	switch (value->type)
	{
		case jbvNull:
			return "null";
		case jbvString:
			return "a string";
		case jbvNumeric:
			return "a number";
		case jbvBool:
			return "a boolean";
		default:
			return "an array or object";
	}
}

static void
wrong_type(const RecurnetOption *option, const JsonbValue *value)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("option \"%s\" must be of type %s, not %s",
					option->name, recurnet_option_type(option), json_type_text(value)),
			 value->type == jbvString ?
			 errhint("In JSON, numbers, true and false stand without quotes.") : 0));
}

static void
out_of_range(const RecurnetOption *option, const char *value)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("option \"%s\" is out of range: %s",
					option->name, value),
			 errdetail("Its range is: %s.", recurnet_option_range(option))));
}

/*
 * The number in value, checked against the option's type and range.  Beyond
 * what a double holds it reads as infinite, and is out of range like that.
 */
static double
checked_number(const RecurnetOption *option, const JsonbValue *value)
{
	double		number;
	bool		low;
	bool		high;

	if (value->type != jbvNumeric)
		wrong_type(option, value);
	number = DatumGetFloat8(DirectFunctionCall1(numeric_float8_no_overflow,
												NumericGetDatum(value->val.numeric)));
	if (option->type != OPTION_NUMBER && isfinite(number) && number != floor(number))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("option \"%s\" must be an integer, not %s",
						option->name, recurnet_number_text(number))));

	low = number < option->min ||
		(number == option->min && (option->ends == MIN_OUT || option->ends == ENDS_OUT));
	high = number > option->max ||
		(number == option->max && (option->ends == MAX_OUT || option->ends == ENDS_OUT));
	if (low || high || !isfinite(number))
		out_of_range(option, isfinite(number) ? recurnet_number_text(number)
					 : numeric_out_sci(value->val.numeric, 0));
	return number;
}

static char *
string_copy(const JsonbValue *value)
{
	return pnstrdup(value->val.string.val, value->val.string.len);
}

static int
checked_choice(const RecurnetOption *option, const JsonbValue *value)
{
	char	   *given;
	const char *hint;

	if (value->type != jbvString)
		wrong_type(option, value);
	given = string_copy(value);
	for (int i = 0; i < option->choices; i++)
		if (strcmp(given, option->choice(i)) == 0)
			return i;

	hint = recurnet_hint_nearest(given, option->choice, option->choices);
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("unrecognized value for option \"%s\": \"%s\"", option->name, recurnet_hint_given(given)),
			 errdetail("Valid values are: %s.", recurnet_hint_list(option->choice, option->choices)),
			 hint != NULL ? errhint("%s", hint) : 0));
}

/*
 * units, dilations: one integer, or an array of them, one per layer.
 */
static void
set_layers(const RecurnetOption *option, const JsonbValue *value, RnTrainSpec *spec)
{
	int		   *number = (int *) ((char *) spec + option->offset);
	JsonbContainer *array;
	int			layers;

	if (value->type == jbvNumeric)
	{
		*recurnet_option_layers(option, spec) = 1;
		number[0] = (int) checked_number(option, value);
		return;
	}
	if (value->type != jbvBinary || !JsonContainerIsArray(value->val.binary.data))
		wrong_type(option, value);

	array = value->val.binary.data;
	layers = JsonContainerSize(array);
	if (layers < 1 || layers > RN_MAX_LAYERS)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("option \"%s\" has %d layers", option->name, layers),
				 errdetail("A network has 1 to %d recurrent layers.", RN_MAX_LAYERS)));
	for (int i = 0; i < layers; i++)
		number[i] = (int) checked_number(option, getIthJsonbValueFromContainer(array, i));
	*recurnet_option_layers(option, spec) = layers;
}

/*
 * season: one integer, which leaves a longer one open; or an array of it alone,
 * or with a longer one.
 */
static void
set_season(const RecurnetOption *option, const JsonbValue *value, RnTrainSpec *spec)
{
	JsonbContainer *array;
	uint32		n;

	if (value->type == jbvNumeric)
	{
		spec->season = (int) checked_number(option, value);
		return;
	}
	if (value->type != jbvBinary || !JsonContainerIsArray(value->val.binary.data))
		wrong_type(option, value);
	array = value->val.binary.data;
	n = JsonContainerSize(array);
	if (n != 1 && n != 2)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("option \"%s\" has %u seasons", option->name, n),
				 errdetail("A series has one season, or two.")));
	spec->season = (int) checked_number(option, getIthJsonbValueFromContainer(array, 0));
	spec->outer = n == 2 ? (int) checked_number(option, getIthJsonbValueFromContainer(array, 1)) : 0;
	if (n == 2 && spec->outer > 1 && spec->season > spec->outer)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("option \"%s\": the longer season, %d, stands first", option->name, spec->season),
				 errhint("Write the shorter one first: [%d, %d].", spec->outer, spec->season)));
	if (n == 2 && (spec->season < 2 || spec->outer <= spec->season || spec->outer % spec->season != 0))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("option \"%s\": %d is no multiple of %d", option->name, spec->outer, spec->season),
				 errdetail("The longer of two seasons is some of the shorter, as a week is seven days.")));
}

#define FREQUENCY_HINT "For example \"1 month\", \"1 day\", \"15 minutes\", \"1 business day\"."

static void
bad_frequency(const char *given)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("option \"frequency\" cannot be \"%s\"", given),
			 errdetail("It is a number of months or years, a length of time, business days, or an integer for integer times."),
			 errhint(FREQUENCY_HINT)));
}

/* "business day" or "3 business days": how many; 0: it is something else. */
static int
business_days(const char *text)
{
	char	   *unit;
	long		n = strtol(text, &unit, 10);

	if (unit == text)
		n = 1;
	unit += strspn(unit, " ");
	if (pg_strcasecmp(unit, "business day") != 0 && pg_strcasecmp(unit, "business days") != 0)
		return 0;
	if (n < 1 || n > 100000)
		bad_frequency(text);
	return (int) n;
}

/* Says which option an interval that is none was given to. */
static void
blame_frequency(void *text)
{
	errhint(FREQUENCY_HINT);
	errcontext("option \"frequency\"");
}

/* Text as PostgreSQL reads intervals. */
static Interval *
parse_interval(const char *text)
{
	ErrorContextCallback context = {.callback = blame_frequency,.previous = error_context_stack};
	Interval   *interval;

	error_context_stack = &context;
	interval = DatumGetIntervalP(DirectFunctionCall3(interval_in, CStringGetDatum(text),
													 ObjectIdGetDatum(InvalidOid), Int32GetDatum(-1)));
	error_context_stack = context.previous;
	return interval;
}

/* An interval that is some months or some time, not both. */
static void
set_interval(const char *text, RnCalendar *frequency)
{
	Interval   *interval;
	int64		usecs;

	*frequency = (RnCalendar) {.kind = RN_TIME_CIVIL};
	frequency->business_days = business_days(text);
	if (frequency->business_days > 0)
		return;
	interval = parse_interval(text);
	if (pg_mul_s64_overflow(interval->day, USECS_PER_DAY, &usecs) ||
		pg_add_s64_overflow(usecs, interval->time, &usecs) ||
		(interval->month != 0) == (usecs != 0) || interval->month < 0 || usecs < 0)
		bad_frequency(text);
	frequency->months = interval->month;
	frequency->step = usecs;
}

/* frequency: an interval as text, or an integer. */
static void
set_frequency(const RecurnetOption *option, const JsonbValue *value, RnRowPolicy *rows)
{
	if (value->type == jbvNumeric)
	{
		char	   *text = DatumGetCString(DirectFunctionCall1(numeric_out, NumericGetDatum(value->val.numeric)));
		double		number = DatumGetFloat8(DirectFunctionCall1(numeric_float8_no_overflow,
																NumericGetDatum(value->val.numeric)));

		if (!(number >= 1 && number <= 9007199254740991.0) || number != floor(number))
			bad_frequency(text);
		rows->frequency = (RnCalendar) {.kind = RN_TIME_INTEGER,.step = (int64) number};
	}
	else if (value->type == jbvString)
		set_interval(string_copy(value), &rows->frequency);
	else
		wrong_type(option, value);
	rows->has_frequency = true;
}

/* calendar_features: an array of names, or one. */
static unsigned
checked_features(const RecurnetOption *option, const JsonbValue *value)
{
	unsigned	features = 0;
	JsonbContainer *array;

	if (value->type == jbvString)
		return 1u << checked_choice(option, value);
	if (value->type != jbvBinary || !JsonContainerIsArray(value->val.binary.data))
		wrong_type(option, value);
	array = value->val.binary.data;
	for (uint32 i = 0; i < JsonContainerSize(array); i++)
		features |= 1u << checked_choice(option, getIthJsonbValueFromContainer(array, i));
	return features;
}

static char *
checked_string(const RecurnetOption *option, const JsonbValue *value)
{
	if (value->type != jbvString)
		wrong_type(option, value);
	return string_copy(value);
}

/* Set one option from its value. */
static void
set_option(const RecurnetOption *option, const JsonbValue *value, RecurnetOptions *options)
{
	char	   *target = (char *) &options->spec + option->offset;

	switch (option->type)
	{
		case OPTION_INT:
			*(int *) target = (int) checked_number(option, value);
			break;
		case OPTION_BIGINT:
			*(int64_t *) target = (int64_t) checked_number(option, value);
			break;
		case OPTION_NUMBER:
			*(double *) target = checked_number(option, value);
			break;
		case OPTION_BOOL:
			if (value->type != jbvBool)
				wrong_type(option, value);
			*(bool *) target = value->val.boolean;
			break;
		case OPTION_CHOICE:
			*(int *) target = checked_choice(option, value);
			break;
		case OPTION_LAYERS:
			set_layers(option, value, &options->spec);
			break;
		case OPTION_SEASON:
			set_season(option, value, &options->spec);
			break;
		case OPTION_ZONE:
			options->time_zone = checked_string(option, value);
			recurnet_zone_find(options->time_zone);
			break;
		case OPTION_QUERY:
			options->holidays = checked_string(option, value);
			break;
		case OPTION_FREQUENCY:
			set_frequency(option, value, &options->spec.rows);
			break;
		case OPTION_FEATURES:
			*(unsigned *) target = checked_features(option, value);
			break;
	}
	if (option->open == OPEN_FLAG)
		*recurnet_option_flag(option, &options->spec) = false;
}

const RecurnetOption *
recurnet_options_find(const char *name)
{
	const RecurnetOption *option = recurnet_option_find(name);
	const char *near;

	if (option != NULL)
		return option;
	near = recurnet_hint_nearest(name, option_name_at, recurnet_option_count);
	for (int i = 0; i < (int) lengthof(other_names); i++)
		if (pg_strcasecmp(name, other_names[i].theirs) == 0)
			near = psprintf("Did you mean \"%s\"?", other_names[i].ours);
	if (pg_strcasecmp(name, "cell") == 0)
		near = "The cell is an argument of its own, in rn_tune a part of the space.";
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("unrecognized option \"%s\"", recurnet_hint_given(name)),
			 errhint("%s%srn_options() lists the options.", near ? near : "", near ? " " : "")));
	return NULL;				/* keep the compiler quiet */
}

/*
 * The optimizer goes before all else, as it decides what others default to.
 */
static void
set_optimizer(const Jsonb *given, RecurnetOptions *options)
{
	const RecurnetOption *option = recurnet_option_find("optimizer");
	JsonbValue	key;
	JsonbValue *value;

	key.type = jbvString;
	key.val.string.val = (char *) option->name;
	key.val.string.len = strlen(option->name);
	value = findJsonbValueFromContainer((JsonbContainer *) &given->root, JB_FOBJECT, &key);
	if (value == NULL)
		return;
	rn_optim_defaults((RnOptimKind) checked_choice(option, value), &options->spec.optim);
	options->spec.optim.learning_rate = get_float8_nan();
}

static void
set_cell(const char *cell, RnTrainSpec *spec)
{
	const char *hint;

	spec->cell_open = pg_strcasecmp(cell, "auto") == 0;
	if (spec->cell_open)
		return;
	if (pg_strcasecmp(cell, "simple_rnn") == 0)
		cell = "rnn";
	for (int i = 0; i < RN_CELL_KINDS; i++)
		if (pg_strcasecmp(cell, rn_cell((RnCellKind) i)->name) == 0)
		{
			spec->cell = (RnCellKind) i;
			return;
		}

	hint = recurnet_hint_nearest(cell, cell_name_at, lengthof(cell_names));
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("unrecognized cell \"%s\"", recurnet_hint_given(cell)),
			 errdetail("Valid cells are: %s.", recurnet_hint_list(cell_name_at, lengthof(cell_names))),
			 hint != NULL ? errhint("%s", hint) : 0));
}

/* What options say of layers, together. */
static void
check_layers(const RnTrainSpec *spec)
{
	int			layers = Max(spec->layers, spec->dilations);
	bool		adds = spec->layers == 0 && layers > 1;

	if (spec->layers > 0 && spec->dilations > 0 && spec->layers != spec->dilations)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("options \"dilations\" and \"units\" have different numbers of layers: %d, %d",
						spec->dilations, spec->layers),
				 errhint("Give one number for each layer in both: {\"units\": [64, 64], \"dilations\": [1, 2]}.")));
	for (int l = 1; l < spec->layers; l++)
		adds |= spec->units[l] == spec->units[l - 1];
	if (spec->residual && !adds)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("option \"residual\" has no effect here"),
				 errdetail("No layer stands on one with as many units."),
				 errhint("Leave it out, or give several layers: {\"units\": [64, 64], \"residual\": true}.")));
}

/* What options say of each other. */
static void
check_together(RecurnetOptions *options)
{
	RnTrainSpec *spec = &options->spec;

	check_layers(spec);
	if (spec->lower_bound > spec->upper_bound)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("option \"lower_bound\" is above \"upper_bound\": %s, %s",
						recurnet_number_text(spec->lower_bound), recurnet_number_text(spec->upper_bound))));
	if ((spec->inputs.features & RN_FEATURE_HOLIDAY) && options->holidays == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("calendar feature \"holiday\" needs option \"holidays\""),
				 errhint("Give a query that returns dates: {\"holidays\": \"SELECT day FROM holiday\"}.")));
	if (options->holidays != NULL)
		spec->inputs.features |= RN_FEATURE_HOLIDAY;
}

void
recurnet_options_parse(const char *cell, const Jsonb *given, RecurnetOptions *options)
{
	JsonbIterator *iterator;
	JsonbValue	value;

	memset(options, 0, sizeof(*options));
	rn_recipe_defaults(&options->spec);
	set_cell(cell, &options->spec);
	if (given == NULL)
		return;
	if (!JB_ROOT_IS_OBJECT(given))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("options must be a JSON object"),
				 errhint("For example: '{\"units\": 64, \"epochs\": 50}'.")));

	set_optimizer(given, options);
	iterator = JsonbIteratorInit((JsonbContainer *) &given->root);
	JsonbIteratorNext(&iterator, &value, true);
	while (JsonbIteratorNext(&iterator, &value, true) == WJB_KEY)
	{
		char	   *name = string_copy(&value);
		const RecurnetOption *option = recurnet_options_find(name);

		JsonbIteratorNext(&iterator, &value, true);
		set_option(option, &value, options);
		options->given |= UINT64CONST(1) << (option - recurnet_option_table);
	}
	check_together(options);
}

uint64
recurnet_options_without_effect(const RecurnetOptions *options)
{
	uint64		without = 0;

	for (int i = 0; i < recurnet_option_count; i++)
		if (options->given & UINT64CONST(1) << i && !recurnet_option_has_effect(&recurnet_option_table[i], &options->spec))
			without |= UINT64CONST(1) << i;
	return without;
}

void
recurnet_options_check_effect(const RecurnetOptions *options)
{
	const RnTrainSpec *spec = &options->spec;
	bool		local = rn_recipe_method(spec) == RN_METHOD_LOCAL;

	for (int i = 0; i < recurnet_option_count; i++)
	{
		const RecurnetOption *option = &recurnet_option_table[i];

		/* more networks than one are the core's to refuse */
		if (!(options->given & UINT64CONST(1) << i) || recurnet_option_has_effect(option, spec) ||
			option->offset == offsetof(RnTrainSpec, members))
			continue;
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("option \"%s\" has no effect here", option->name),
				 local ? errdetail("It is for recipe plain, and for covariates, calendar features and masked values.")
				 : errdetail("It is for recipe auto, without covariates, calendar features and masked values."),
				 local ? errhint("Leave it out, or add \"recipe\": \"plain\".") : errhint("Leave it out.")));
	}
}

Jsonb *
recurnet_options_effective(const RnTrainSpec *spec, const char *holidays)
{
	StringInfoData text;

	initStringInfo(&text);
	appendStringInfoChar(&text, '{');
	for (int i = 0; i < recurnet_option_count; i++)
	{
		const RecurnetOption *option = &recurnet_option_table[i];
		char	   *value = recurnet_option_has_effect(option, spec) ? recurnet_option_json(option, spec) : NULL;

		if (value != NULL)
			appendStringInfo(&text, "%s\"%s\": %s", text.len > 1 ? ", " : "", option->name, value);
	}
	if (holidays != NULL)
	{
		appendStringInfoString(&text, ", \"holidays\": ");
		escape_json(&text, holidays);
	}
	appendStringInfoChar(&text, '}');
	return DatumGetJsonbP(DirectFunctionCall1(jsonb_in, CStringGetDatum(text.data)));
}

const char *
recurnet_options_cell(const RnTrainSpec *spec)
{
	return rn_cell(spec->cell)->name;
}
