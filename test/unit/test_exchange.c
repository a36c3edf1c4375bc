/*
 * test_exchange.c
 *		Models as files: round trips, networks of PyTorch, ONNX, and JSON.
 *
 * The models are those that the corpus of the fuzz target codec was made of.  What
 * other libraries make of the files is the business of test/exchange.
 */
#define _GNU_SOURCE				/* memmem */

#include "model_bytes.h"

#include <math.h>
#include <stdio.h>

#include "exchange/exchange.h"

static const char *const names[] = {"auto_days", "auto_months", "plain_rnn", "plain_lstm", "plain_gru", "panel_auto", "panel_covariates"};

#define MODELS (sizeof(names) / sizeof(names[0]))

static void
load_model(TestHost *test, const char *name, RnModel *model)
{
	char		path[512];
	unsigned char bytes[65536];
	FILE	   *file;
	size_t		n;

	snprintf(path, sizeof(path), "%s/fuzz/corpus/codec/%s", RN_TEST_DIR, name);
	file = fopen(path, "rb");
	assert_non_null(file);
	n = fread(bytes, 1, sizeof(bytes), file);
	fclose(file);
	assert_ok(*test, rn_model_decode(&test->host, bytes, n, model));
}

/* Give it what later versions have: dilations, residuals, a power, and levels that learnt. */
static void
renew_model(TestHost *test, RnModel *model)
{
	model->network.spec.residual = true;
	for (int l = 0; l < model->network.spec.layers; l++)
		model->network.spec.layer[l].dilation = l + 2;
	if (model->method != RN_METHOD_LOCAL)
		return;
	model->second_members = 0;
	model->second.typical_spread = 0;
	model->local.lambda = 0.25;
	model->learnt = true;
	assert_ok(*test, rn_model_create_smoothing(&test->host, model));
	for (size_t i = 0; i < (model->count + 1) * (size_t) model->members; i++)
		model->smoothing[i] = (rn_real) i / 8;
}

static RnCode
write_file(TestHost *test, const RnModel *model, bool json, RnText *text)
{
	RnPackage	package;
	RnCode		code = rn_exchange_pack(&test->host, model, "{\"name\": \"\\u00e4 \\ud83d\\ude00\"}", &package);

	if (code == RN_OK)
		code = json ? rn_package_write_json(&test->host, &package, text) : rn_package_write_safetensors(&test->host, &package, text);
	rn_package_free(&test->host, &package);
	return code;
}

static RnCode
read_file(TestHost *test, const RnText *text, RnModel *model)
{
	RnPackage	package = {0};
	RnCode		code = rn_package_read(&test->host, (const unsigned char *) text->at, text->length, &package);

	if (code == RN_OK)
		code = rn_exchange_unpack(&test->host, &package, model);
	rn_package_free(&test->host, &package);
	return code;
}

static void
test_round_trips(void **state)
{
	TestHost	test = test_host();

	(void) state;
	for (size_t i = 0; i < 4 * MODELS; i++)
	{
		RnModel		model;
		RnModel		copy;
		RnText		text = {0};
		size_t		size[2];
		unsigned char *bytes[2];

		load_model(&test, names[i / 4], &model);
		if (i % 4 >= 2)
			renew_model(&test, &model);
		bytes[0] = encode(&test, &model, &size[0]);
		assert_ok(test, write_file(&test, &model, i % 2 == 0, &text));
		assert_ok(test, read_file(&test, &text, &copy));
		bytes[1] = encode(&test, &copy, &size[1]);
		assert_int_equal(size[0], size[1]);
		assert_memory_equal(bytes[0], bytes[1], size[0]);
		rn_model_free(&test.host, &copy);
		assert_ok(test, rn_model_decode(&test.host, bytes[1], size[1], &copy));
		free(bytes[0]);
		free(bytes[1]);
		rn_text_free(&test.host, &text);
		rn_model_free(&test.host, &model);
		rn_model_free(&test.host, &copy);
	}
	assert_int_equal(test.live, 0);
}

/* Whichever allocation fails, or poll stops: nothing is left, and the code says which. */
static void
test_failures(void **state)
{
	TestHost	test = test_host();
	RnModel		model;
	RnModel		copy;
	RnText		good[2] = {{0}};
	bool		done = false;

	(void) state;
	load_model(&test, "auto_months", &model);
	renew_model(&test, &model);
	for (int json = 0; json < 2; json++)
		assert_ok(test, write_file(&test, &model, json, &good[json]));
	for (int n = 0; !done; n++)
	{
		long		live = test.live;

		done = true;
		for (int i = 0; i < 5; i++)
		{
			RnText		text = {0};
			RnCode		code;

			test.allocations_left = n;
			code = i < 2 ? write_file(&test, &model, i == 1, &text)
				: i == 2 ? rn_exchange_onnx(&test.host, &model, NULL, &text) : read_file(&test, &good[i - 3], &copy);
			test.allocations_left = -1;
			assert_true(code == RN_OK || code == RN_NO_MEMORY);
			done &= code == RN_OK;
			if (code == RN_OK && i > 2)
				rn_model_free(&test.host, &copy);
			rn_text_free(&test.host, &text);
			assert_int_equal(test.live, live);
		}
	}
	test.polls_left = 1;
	assert_int_equal(read_file(&test, &good[0], &copy), RN_CANCELLED);
	for (int json = 0; json < 2; json++)
		rn_text_free(&test.host, &good[json]);
	rn_model_free(&test.host, &model);
	assert_int_equal(test.live, 0);
}

/* A change of a text, once, to another of the same length. */
static void
replace(RnText *text, const char *from, const char *to)
{
	char	   *at = memmem(text->at, text->length, from, strlen(from));

	assert_non_null(at);
	assert_int_equal(strlen(from), strlen(to));
	memcpy(at, to, strlen(to));
}

/* Changes of a file, and what they are called. */
static void
test_refused(void **state)
{
	static const struct
	{
		bool		json;
		const char *from;
		const char *to;
		RnCode		code;
		const char *words;
	}			changes[] = {
		{true, "\"format\": 1", "\"format\": 9", RN_UNSUPPORTED, "format 9"},
		{true, "\"recurnet\"", "\"recurnut\"", RN_CORRUPT, "no model"},
		{true, "\"cell\": \"gru\"", "\"cell\": \"gnu\"", RN_CORRUPT, "\"cell\""},
		{true, "\"method\": \"windows\"", "\"method\": \"widows!\"", RN_CORRUPT, "\"method\""},
		{true, "\"networks\": 1", "\"networks\": 0", RN_CORRUPT, "\"networks\""},
		{true, "\"units\": 2", "\"units\": 3", RN_CORRUPT, "weight_ih_l0"},
		{true, "\"units\": 2", "\"units\": 0", RN_CORRUPT, "0 units"},
		{true, "\"layers\": [{", "\"layer!\": [{", RN_CORRUPT, "\"layers\""},
		{true, "\"tail\": {\"dtype\": \"F64\"", "\"tail\": {\"dtype\": \"I64\"", RN_CORRUPT, "tail"},
		{true, "\"tail\": {\"dtype\": \"F64\"", "\"tail\": {\"dtype\": \"F99\"", RN_UNSUPPORTED, "F99"},
		{true, "\"series.rows\": {\"dtype\": \"I64\", \"shape\": [1]", "\"series.rows\": {\"dtype\": \"I64\", \"shape\": [2]", RN_CORRUPT, "as its shape"},
		{true, "\"skip\": false", "\"skip\": 12345", RN_CORRUPT, "\"skip\""},
		{true, "\"tail\": {\"dtype\": \"F64\", \"shape\": [", "\"tail\": {\"dtype\": \"F64\", \"shapo\": [", RN_CORRUPT, "no shape"},
		{true, "\"wall_zone\": \"Europe/Berlin\"", "\"wall_zone\": 123456789012345", RN_CORRUPT, "\"wall_zone\""},
		{true, "}}\n", "}} ", RN_OK, ""},
		{true, "}}\n", "}}}", RN_CORRUPT, "behind the end"},
		{true, "\"dilation\": 1", "\"dilation\": x", RN_CORRUPT, ""},
		{true, "\"dilation\": 1", "\"dilation\":-1", RN_CORRUPT, "dilation of -1"},
		{true, "\"residual\": false", "\"residual\": 12345", RN_CORRUPT, "\"residual\""},
		{true, "\"learnt_levels\": false", "\"learnt_levels\": true ", RN_CORRUPT, "smoothing"},
		{false, "networks.0.head.weight", "networks.0.heap.weight", RN_CORRUPT, "head.weight"},
		{false, "\"data_offsets\":[0,", "\"data_offsets\":[9,", RN_CORRUPT, "does not lie"},
		{false, "\"__metadata__\"", "\"_-metadata__\"", RN_CORRUPT, "_-metadata__"},
	};
	TestHost	test = test_host();

	(void) state;
	for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++)
	{
		RnModel		model;
		RnModel		copy;
		RnText		text = {0};
		RnCode		code;

		load_model(&test, "plain_gru", &model);
		assert_ok(test, write_file(&test, &model, changes[i].json, &text));
		replace(&text, changes[i].from, changes[i].to);
		code = read_file(&test, &text, &copy);
		if (code != changes[i].code || (code != RN_OK && strstr(test.host.error.message, changes[i].words) == NULL))
			fail_msg("%s: %d %s", changes[i].to, code, test.host.error.message);
		if (code == RN_OK)
			rn_model_free(&test.host, &copy);
		rn_text_free(&test.host, &text);
		rn_model_free(&test.host, &model);
	}
	assert_int_equal(test.live, 0);
}

static void
test_onnx(void **state)
{
	TestHost	test = test_host();

	(void) state;
	for (size_t i = 0; i < MODELS; i++)
	{
		RnModel		model;
		RnText		text = {0};

		load_model(&test, names[i], &model);
		renew_model(&test, &model);
		for (int l = 0; l < model.network.spec.layers; l++)
			model.network.spec.layer[l].activation = (RnActivation) (i % RN_ACTIVATIONS);
		model.relative = model.method == RN_METHOD_WINDOWS;
		assert_ok(test, rn_exchange_onnx(&test.host, &model, NULL, &text));
		assert_non_null(memmem(text.at, text.length, model.method == RN_METHOD_LOCAL ? "median" : "forecast", 6));
		rn_text_free(&test.host, &text);
		rn_model_free(&test.host, &model);
	}
	assert_int_equal(test.live, 0);
}

/* ---- PyTorch ---- */

static void
add(TestHost *test, RnPackage *package, const char *name, size_t rows, size_t columns, const float *data)
{
	assert_ok(*test, rn_package_add(&test->host, package, name, RN_F32, columns > 0 ? 2 : 1, (size_t[]) {rows, columns}, data));
}

/*
 * One step from h = 0 of a GRU with one unit and one input:
 * h = (1 - z) tanh(n x + b_n + r b'_n), all by hand.
 */
static void
test_torch_gru(void **state)
{
	static const float ih[] = {0.3f, -0.4f, 0.7f};	/* r z n */
	static const float hh[] = {0.1f, 0.2f, 0.3f};
	static const float bias_ih[] = {0.05f, -0.1f, 0.2f};
	static const float bias_hh[] = {-0.2f, 0.15f, 0.4f};
	static const float head[] = {2.0f};
	static const float head_bias[] = {-0.5f};
	TestHost	test = test_host();
	RnPackage	package = {0};
	RnModel		model;
	RnTape	   *tape;
	double		x = 0.6;
	double		r = 1 / (1 + exp(-(0.3 * x + 0.05 - 0.2)));
	double		z = 1 / (1 + exp(-(-0.4 * x - 0.1 + 0.15)));
	double		n = tanh(0.7 * x + 0.2 + r * 0.4);

	(void) state;
	add(&test, &package, "gru.weight_ih_l0", 3, 1, ih);
	add(&test, &package, "gru.weight_hh_l0", 3, 1, hh);
	add(&test, &package, "gru.bias_ih_l0", 3, 0, bias_ih);
	add(&test, &package, "gru.bias_hh_l0", 3, 0, bias_hh);
	add(&test, &package, "out.weight", 1, 1, head);
	add(&test, &package, "out.bias", 1, 0, head_bias);
	assert_ok(test, rn_exchange_torch(&test.host, &package, RN_ACTIVATION_TANH, &model));
	assert_int_equal(model.network.spec.layer[0].kind, RN_CELL_GRU);
	assert_ok(test, rn_tape_create(&test.host, &model.network.spec, 1, 1, false, &tape));
	rn_tape_input(tape)[0] = (rn_real) x;
	assert_ok(test, rn_network_forward(&test.host, &model.network, tape, 1, 0, 0));
	assert_true(fabs((double) rn_tape_output(tape)[0] - (2 * (1 - z) * n - 0.5)) < 1e-6);
	rn_tape_free(&test.host, tape);
	rn_model_free(&test.host, &model);
	rn_package_free(&test.host, &package);
	assert_int_equal(test.live, 0);
}

/* Both biases of an LSTM count, layers of a list stack, and what is not known is refused. */
static void
test_torch_stacks(void **state)
{
	static float numbers[64];
	TestHost	test = test_host();
	RnPackage	package = {0};
	RnModel		model;

	(void) state;
	for (int i = 0; i < 64; i++)
		numbers[i] = (float) i / 8;
	add(&test, &package, "layers.0.weight_ih_l0", 8, 1, numbers);
	add(&test, &package, "layers.0.weight_hh_l0", 8, 2, numbers);
	add(&test, &package, "layers.0.bias_ih_l0", 8, 0, numbers);
	add(&test, &package, "layers.0.bias_hh_l0", 8, 0, numbers + 8);
	add(&test, &package, "layers.1.weight_ih_l0", 3, 2, numbers);
	add(&test, &package, "layers.1.weight_hh_l0", 3, 3, numbers);
	add(&test, &package, "head.weight", 4, 3, numbers);
	assert_ok(test, rn_exchange_torch(&test.host, &package, RN_ACTIVATION_RELU, &model));
	assert_int_equal(model.network.spec.layers, 2);
	assert_int_equal(model.network.spec.layer[0].kind, RN_CELL_LSTM);
	assert_int_equal(model.network.spec.layer[1].kind, RN_CELL_SIMPLE);
	assert_int_equal(model.network.spec.layer[1].activation, RN_ACTIVATION_RELU);
	assert_int_equal(model.network.spec.outputs, 4);
	assert_true(model.network.weights[rn_network_variable(&model.network.spec, 2).offset] == 1);	/* 0 + 8/8 */
	rn_model_free(&test.host, &model);
	add(&test, &package, "norm.scale", 4, 0, numbers);
	assert_int_equal(rn_exchange_torch(&test.host, &package, RN_ACTIVATION_TANH, &model), RN_UNSUPPORTED);
	add(&test, &package, "more.weight", 4, 4, numbers);
	assert_int_equal(rn_exchange_torch(&test.host, &package, RN_ACTIVATION_TANH, &model), RN_UNSUPPORTED);
	add(&test, &package, "layers.1.weight_hr_l0", 4, 4, numbers);
	assert_int_equal(rn_exchange_torch(&test.host, &package, RN_ACTIVATION_TANH, &model), RN_UNSUPPORTED);
	rn_package_free(&test.host, &package);
	package = (RnPackage) {0};
	for (int l = 1; l < 3; l++)	/* layers 1 and 2 */
	{
		add(&test, &package, l == 1 ? "layers.1.weight_ih_l0" : "layers.2.weight_ih_l0", 3, 2, numbers);
		add(&test, &package, l == 1 ? "layers.1.weight_hh_l0" : "layers.2.weight_hh_l0", 3, 3, numbers);
	}
	add(&test, &package, "head.weight", 4, 3, numbers);
	assert_int_equal(rn_exchange_torch(&test.host, &package, RN_ACTIVATION_TANH, &model), RN_UNSUPPORTED);
	add(&test, &package, "layers.0.weight_ih_l0", 3, 1, numbers);
	add(&test, &package, "layers.0.weight_hh_l0", 3, 3, numbers);
	assert_int_equal(rn_exchange_torch(&test.host, &package, RN_ACTIVATION_TANH, &model), RN_UNSUPPORTED);	/* 3 outputs, 2 inputs */
	rn_package_free(&test.host, &package);
	assert_int_equal(test.live, 0);
}

/* Networks that are none, or not whole: an LSTM of two units with its head but for one tensor, which is another. */
static void
test_torch_refused(void **state)
{
	static const struct
	{
		const char *name;
		size_t		rows;
		size_t		columns;
	}			whole[] = {
		{"r.weight_ih_l0", 8, 1}, {"r.weight_hh_l0", 8, 2}, {"r.bias_ih_l0", 8, 0}, {"h.weight", 3, 2}, {"h.bias", 3, 0},
	};
	static const struct
	{
		int			which;		/* of those above */
		const char *name;
		size_t		rows;
		size_t		columns;
		const char *words;
	}			cases[] = {
		{0, "r.weight", 8, 1, "neither a model"},
		{0, "r.weight_ih_l0", 10, 1, "not the weights of a layer"},
		{0, "r.weight_ih_l0_reverse", 8, 1, "two directions"},
		{1, "r.weight_hr_l0", 8, 2, "projection"},
		{2, "r.bias_ih_l0", 7, 0, "does not fit the others"},
		{3, "h.kernel", 3, 2, "no nn.Linear"},
		{3, "h.weight", 3, 4, "does not fit the last"},
		{4, "h.bias", 2, 0, "does not fit the last"},
		{4, "b.bias", 3, 0, "the file has 5 tensors"},
	};
	static const float numbers[64];
	TestHost	test = test_host();

	(void) state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
	{
		RnPackage	package = {0};
		RnModel		model;

		for (int k = 0; k < 5; k++)
			if (k == cases[i].which)
				add(&test, &package, cases[i].name, cases[i].rows, cases[i].columns, numbers);
			else
				add(&test, &package, whole[k].name, whole[k].rows, whole[k].columns, numbers);
		assert_int_equal(rn_exchange_torch(&test.host, &package, RN_ACTIVATION_TANH, &model), RN_UNSUPPORTED);
		if (strstr(test.host.error.message, cases[i].words) == NULL)
			fail_msg("%s: %s", cases[i].name, test.host.error.message);
		rn_package_free(&test.host, &package);
		assert_int_equal(test.live, 0);
	}
}

/* Bytes that are no file of any kind. */
static void
test_no_files(void **state)
{
	static const char huge[8] = "\xff\xff\xff\xff\xff\xff\xff\x7f";
	TestHost	test = test_host();
	RnModel		model;

	(void) state;
	assert_int_equal(read_file(&test, &(RnText) {.at = (char *) "",.length = 0}, &model), RN_CORRUPT);
	assert_int_equal(read_file(&test, &(RnText) {.at = (char *) "what is this", 12}, &model), RN_CORRUPT);
	assert_int_equal(read_file(&test, &(RnText) {.at = (char *) huge,.length = sizeof(huge)}, &model), RN_CORRUPT);
	assert_int_equal(test.live, 0);
}

/* ---- JSON ---- */

static void
test_json(void **state)
{
	static const struct
	{
		const char *from;
		const char *to;			/* written again; NULL: refused */
	}			cases[] = {
		{" {\"a\" : [1,2.5e3 , -0] , \"b\": {} } ", "{\"a\": [1,2.5e3 , -0], \"b\": {}}"},
		{"[null,true,false,\"x\",[],[{}]]", "[null, true, false, \"x\", [], [{}]]"},
		{"\"\\u00e4\\n\\\"\\\\\\/\\ud83d\\ude00\"", "\"\u00e4\\u000a\\\"\\\\/\U0001F600\""},
		{"", NULL}, {"{", NULL}, {"[1,]", NULL}, {"[1 2]", NULL}, {"{\"a\"}", NULL}, {"{a:1}", NULL}, {"{\"a\":1,}", NULL},
		{"01", NULL}, {"-", NULL}, {"1.", NULL}, {"1e", NULL}, {"+1", NULL}, {".5", NULL}, {"nul", NULL}, {"NaN", NULL},
		{"\"a", NULL}, {"\"\\x\"", NULL}, {"\"\\u12\"", NULL}, {"\"\\u0000\"", NULL}, {"\"\\udc00\"", NULL},
		{"\"\\ud800\"", NULL}, {"\"\\ud800\\u0041\"", NULL}, {"\"\n\"", NULL}, {"1 1", NULL}, {"\"\\\"", NULL},
		{"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\"\"]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]", NULL},
	};
	TestHost	test = test_host();

	(void) state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
	{
		RnPool		pool = {0};
		RnText		text = {0};
		const RnJson *value;
		RnCode		code = rn_json_read(&test.host, &pool, cases[i].from, strlen(cases[i].from), &value);

		assert_int_equal(code, cases[i].to != NULL ? RN_OK : RN_CORRUPT);
		if (code == RN_OK)
		{
			assert_ok(test, rn_json_put(&test.host, &text, value));
			assert_string_equal(text.at, cases[i].to);
		}
		rn_text_free(&test.host, &text);
		rn_pool_free(&test.host, &pool);
	}
	assert_int_equal(test.live, 0);
}

static void
test_json_numbers(void **state)
{
	static const char document[] = "{\"a\": 9223372036854775807, \"b\": 9223372036854775808, \"c\": 1.5, \"d\": 1e999, \"e\": [1, -2 ,3]}";
	TestHost	test = test_host();
	RnPool		pool = {.limit = 4096};
	const RnJson *value;
	const char *at;
	int64_t		integer;
	double		number;
	void	   *pointer;

	(void) state;
	assert_ok(test, rn_json_read(&test.host, &pool, document, strlen(document), &value));
	assert_true(rn_json_int64(rn_json_member(value, "a"), &integer) && integer == INT64_MAX);
	assert_false(rn_json_int64(rn_json_member(value, "b"), &integer));
	assert_false(rn_json_int64(rn_json_member(value, "c"), &integer));
	assert_true(rn_json_double(rn_json_member(value, "c"), &number) && number == 1.5);
	assert_false(rn_json_double(rn_json_member(value, "d"), &number));
	assert_null(rn_json_member(value, "f"));
	assert_null(rn_json_member(NULL, "f"));
	assert_int_equal(rn_json_member(value, "e")->kind, RN_JSON_NUMBERS);
	assert_int_equal(rn_json_member(value, "e")->count, 3);
	at = rn_json_member(value, "e")->text;
	assert_true(rn_json_next_double(&at) == 1 && rn_json_next_int64(&at, &integer) && integer == -2);
	assert_int_equal(rn_pool_take(&test.host, &pool, 5000, 1, &pointer), RN_NO_MEMORY);
	assert_int_equal(rn_pool_take(&test.host, &pool, SIZE_MAX, 2, &pointer), RN_NO_MEMORY);
	rn_pool_free(&test.host, &pool);
	assert_int_equal(test.live, 0);
}

/* However long a document is and whatever it is of, who reads it can be stopped, at every step. */
static void
test_json_stops(void **state)
{
	const size_t size = (size_t) 1 << 22;
	static const struct
	{
		const char *before;
		const char *often;
		const char *after;
	}			cases[] = {
		{"\"", "a", "\""}, {"[", "1,", "1]"}, {"[", "[1,1,1,\"\"],", "0]"}, {"[", "[\"\",1,1,1],", "0]"},
		{"[", "[[1,1],true],", "0]"}, {"[", "{\"a\":[1,{}]},", "0]"}, {" ", " ", "0"}, {"[1 ", " ", ",null]"}, {"[1,", "1,", "null]"}
	};
	char	   *document = malloc(size);

	(void) state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
	{
		TestHost	test = test_host();
		RnPool		pool = {0};
		const RnJson *value;
		size_t		n = strlen(cases[i].before);
		long		reading;

		memcpy(document, cases[i].before, n);
		for (; n + 64 < size; n += strlen(cases[i].often))
			memcpy(document + n, cases[i].often, strlen(cases[i].often));
		memcpy(document + n, cases[i].after, strlen(cases[i].after));
		n += strlen(cases[i].after);
		assert_ok(test, rn_json_read(&test.host, &pool, document, n, &value));
		/* either pass, by 256 kB; clearing and copying, by 2 MB, polls as well */
		reading = test.polls - (long) ((pool.used + n) >> 21);
		if (reading < 24)
			fail_msg("%ld polls of %s%s", reading, cases[i].before, cases[i].often);
		rn_pool_free(&test.host, &pool);
		for (long polls = test.polls; polls > 0; polls--)
		{
			test.polls_left = polls;
			assert_int_equal(rn_json_read(&test.host, &pool, document, n, &value), RN_CANCELLED);
			rn_pool_free(&test.host, &pool);
			assert_int_equal(test.live, 0);
			if (polls > 8)
				polls -= polls / 8;
		}
	}
	free(document);
}

/* A number of absurd length, and gigabytes that are cleared and copied. */
static void
test_long_stops(void **state)
{
	const size_t size = (size_t) 1 << 23;
	TestHost	test = test_host();
	RnPool		pool = {0};
	RnText		text = {0};
	const RnJson *value;
	void	   *pointer;
	char	   *digits = malloc(size);

	(void) state;
	memset(digits, '1', size);
	assert_int_equal(rn_json_read(&test.host, &pool, digits, size, &value), RN_CORRUPT);
	assert_ok(test, rn_json_read(&test.host, &pool, digits, 4095, &value));
	test.polls_left = 2;
	assert_int_equal(rn_pool_take(&test.host, &pool, size, 1, &pointer), RN_CANCELLED);
	assert_null(pointer);
	test.polls_left = 2;
	assert_int_equal(rn_text_bytes(&test.host, &text, digits, size), RN_CANCELLED);
	test.polls_left = -1;
	assert_ok(test, rn_text_bytes(&test.host, &text, digits, size));
	assert_true(text.length == size && memcmp(text.at, digits, size) == 0);
	test.polls_left = 2;
	assert_int_equal(rn_text_bytes(&test.host, &text, digits, size), RN_CANCELLED);
	assert_true(text.length == size);
	rn_pool_free(&test.host, &pool);
	rn_text_free(&test.host, &text);
	assert_int_equal(test.live, 0);
	free(digits);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trips),
		cmocka_unit_test(test_failures),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_onnx),
		cmocka_unit_test(test_torch_gru),
		cmocka_unit_test(test_torch_stacks),
		cmocka_unit_test(test_torch_refused),
		cmocka_unit_test(test_no_files),
		cmocka_unit_test(test_json),
		cmocka_unit_test(test_json_numbers),
		cmocka_unit_test(test_json_stops),
		cmocka_unit_test(test_long_stops),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
