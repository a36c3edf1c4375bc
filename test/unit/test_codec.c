/*
 * test_codec.c
 *		Models as bytes, and bytes that are none.
 */
#include "monthly.h"

#include <stdio.h>

static void
small_model(TestHost *test, RnModel *model)
{
	static Data data;
	RnTrainSpec spec = quick_spec(RN_RECIPE_AUTO);
	RnTrainReport report;

	make_data(&data, test, false);
	spec.cell = RN_CELL_LSTM;
	spec.cell_open = false;
	spec.layers = 2;
	spec.units[0] = spec.units[1] = 3;
	spec.dilations = 2;
	spec.dilation[0] = 1;
	spec.dilation[1] = 5;
	spec.residual = true;
	spec.dropout = 0.1;
	spec.epochs = 2;
	assert_ok(*test, train(test, &spec, &data, NULL, model, &report));
	rn_train_report_free(&test->host, &report);
}

/* What could not be read is not stored. */
static void
test_encodes_only_numbers(void **state)
{
	TestHost	test = test_host();
	RnModel		model;
	size_t		size;
	unsigned char *bytes;

	(void) state;
	small_model(&test, &model);
	bytes = malloc(size = rn_model_encoded_size(&model));
	model.residual[1] = INFINITY;
	assert_int_equal(rn_model_encode(&test.host, &model, bytes, size), RN_DIVERGED);
	model.residual[1] = 1;
	model.network.weights[3] = NAN;
	assert_int_equal(rn_model_encode(&test.host, &model, bytes, size), RN_DIVERGED);
	free(bytes);
	rn_model_free(&test.host, &model);
	assert_int_equal(test.live, 0);
}

static void
test_round_trip(void **state)
{
	TestHost	test = test_host();
	RnModel		model;
	RnModel		copy;
	size_t		size;
	size_t		again_size;
	unsigned char *bytes;
	unsigned char *again;
	double		a[30];
	double		b[30];

	(void) state;
	small_model(&test, &model);
	bytes = encode(&test, &model, &size);
	assert_ok(test, rn_model_decode(&test.host, bytes, size, &copy));
	again = encode(&test, &copy, &again_size);
	assert_int_equal(size, again_size);
	assert_memory_equal(bytes, again, size);
	assert_ok(test, forecast_tail(&test, &model, 30, a));
	assert_ok(test, forecast_tail(&test, &copy, 30, b));
	assert_memory_equal(a, b, sizeof(a));
	assert_true(copy.network.spec.layer[1].dropout == 0.1);
	assert_true(copy.network.spec.residual && copy.network.spec.layer[0].dilation == 1 && copy.network.spec.layer[1].dilation == 5);
	assert_int_equal(copy.series[0].anchor_day, 31);
	free(again);
	free(bytes);
	rn_model_free(&test.host, &copy);
	rn_model_free(&test.host, &model);
	assert_int_equal(test.live, 0);
}

/* Refused, or a model whose forecast is finite or an error: nothing else. */
static void
decode_hostile(const unsigned char *bytes, size_t size, int *accepted)
{
	TestHost	test = test_host();
	RnModel		model;
	double		forecast[3];
	RnCode		code;

	unsigned char *exact = malloc(size > 0 ? size : 1);	/* for the address sanitizer */

	memcpy(exact, bytes, size);
	code = rn_model_decode(&test.host, exact, size, &model);
	assert_true(test.largest <= size);	/* no more than the bytes justify */
	if (code == RN_OK)
	{
		(*accepted)++;
		code = forecast_tail(&test, &model, 3, forecast);
		if (code == RN_OK)
			for (int k = 0; k < 3; k++)
				assert_true(isfinite(forecast[k]));
		else
			assert_int_equal(code, RN_DIVERGED);
		rn_model_free(&test.host, &model);
	}
	else
		assert_true(code == RN_CORRUPT || code == RN_UNSUPPORTED);
	free(exact);
	assert_int_equal(test.live, 0);
}

static void
test_hostile_bytes(void **state)
{
	TestHost	test = test_host();
	RnModel		model;
	size_t		size;
	unsigned char *bytes;
	unsigned char *mutant;
	int			accepted = 0;

	(void) state;
	small_model(&test, &model);
	bytes = encode(&test, &model, &size);
	mutant = malloc(size);
	for (size_t n = 0; n < size; n += 1 + n / 50)	/* cut short */
		decode_hostile(bytes, n, &accepted);
	for (size_t at = 0; at < size; at += 1 + at / 300)	/* a byte, checksum stale */
	{
		memcpy(mutant, bytes, size);
		mutant[at] ^= 0x41;
		decode_hostile(mutant, size, &accepted);
	}
	assert_int_equal(accepted, 0);

	for (uint64_t n = 0; n < 20000; n++)	/* sealed again: the checks behind */
	{
		uint32_t	words[4];

		rn_rng_words(9, 9, n, words);
		memcpy(mutant, bytes, size);
		mutant[16 + words[0] % (words[1] % 2 ? 220 : size - 16)] = (unsigned char) words[2];
		if (words[1] % 3 == 0)
			mutant[16 + words[3] % 232] = (unsigned char) (words[2] >> 8);
		reseal(mutant, size);
		decode_hostile(mutant, size, &accepted);
	}
	printf("  %d of 20000 resealed mutants are valid models\n", accepted);
	assert_true(accepted > 0 && accepted < 20000);
	free(mutant);
	free(bytes);
	rn_model_free(&test.host, &model);
}

/* Take n bytes out at a place. */
static size_t
take_out(unsigned char *bytes, size_t size, size_t at, size_t n)
{
	memmove(bytes + at, bytes + at + n, size - at - n);
	return size - n;
}

/* A model in bytes as version 2 had it, without what version 3 added; returns its size. */
static size_t
as_version_2(unsigned char *bytes, size_t size, int layers)
{
	size_t		at = 24 + 12 + 32 * (size_t) layers + 8;

	size = take_out(bytes, size, at, 4 + 4 * (size_t) layers);	/* residual, dilations */
	at += 12 + 16 + 16 + 4;		/* inputs without covariates, method, shares, logarithms */
	size = take_out(bytes, size, at, 8);	/* lambda */
	size = take_out(bytes, size, at + 28, 4);	/* learnt */
	bytes[8] = 2;
	for (int i = 0; i < 8; i++)
		bytes[16 + i] = (unsigned char) ((uint64_t) size >> (8 * i));
	reseal(bytes, size);
	return size;
}

/* Stored by 0.1.0, it forecasts as ever, and is stored as if it were new. */
static void
check_version_2(const RnTrainSpec *spec, const RnModel *model)
{
	TestHost	test = test_host();
	RnModel		old;
	size_t		size;
	size_t		again_size;
	unsigned char *bytes = encode(&test, model, &size);
	unsigned char *early = encode(&test, model, &size);
	size_t		early_size = as_version_2(early, size, spec->layers);
	unsigned char *again;
	double		a[30];
	double		b[30];

	assert_ok(test, rn_model_decode(&test.host, early, early_size, &old));
	assert_ok(test, forecast_tail(&test, model, 30, a));
	assert_ok(test, forecast_tail(&test, &old, 30, b));
	assert_memory_equal(a, b, sizeof(a));
	again = encode(&test, &old, &again_size);
	assert_int_equal(again_size, size);
	assert_memory_equal(again, bytes, size);
	rn_model_free(&test.host, &old);
	for (int version = 1; version <= 4; version++)
		if (version != 2)
		{
			early[8] = (unsigned char) version;
			assert_int_equal(rn_model_decode(&test.host, early, early_size, &old), version == 3 ? RN_CORRUPT : RN_UNSUPPORTED);
		}
	free(again);
	free(early);
	free(bytes);
	assert_int_equal(test.live, 0);
}

/* By either method, with logarithms and without. */
static void
test_version_2(void **state)
{
	static Data data;
	TestHost	test = test_host();

	(void) state;
	make_data(&data, &test, false);
	for (int i = 0; i < 3; i++)
	{
		RnTrainSpec spec = quick_auto(i == 0 ? RN_METHOD_WINDOWS : RN_METHOD_LOCAL);
		RnTrainReport report;
		RnModel		model;

		spec.layers = i == 2 ? 1 : 2;
		spec.units[1] = 8;
		spec.members = i == 0 ? 1 : 2;
		spec.epochs = 2;
		spec.transform = i == 2 ? RN_RECIPE_TRANSFORM_NONE : RN_RECIPE_TRANSFORM_AUTO;
		assert_ok(test, train(&test, &spec, &data, NULL, &model, &report));
		check_version_2(&spec, &model);
		rn_train_report_free(&test.host, &report);
		rn_model_free(&test.host, &model);
	}
	assert_int_equal(test.live, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_encodes_only_numbers),
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_version_2),
		cmocka_unit_test(test_hostile_bytes)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
