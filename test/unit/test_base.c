/*
 * test_base.c
 *		The ground floor: error words, arenas, random numbers, products,
 *		elementwise kernels.
 */
#include "test_host.h"

#include <math.h>
#include <stdio.h>

#include "base/gemm.h"
#include "base/math.h"
#include "base/rng.h"

static void
test_errors(void **state)
{
	TestHost	test = test_host();

	(void) state;
	assert_int_equal(rn_fail(&test.host, RN_INVALID_DATA, "value %d", 7), RN_INVALID_DATA);
	assert_int_equal(rn_fail_detail(&test.host, "Detail %s.", "x"), RN_INVALID_DATA);
	assert_int_equal(rn_fail_hint(&test.host, "Hint."), RN_INVALID_DATA);
	assert_string_equal(test.host.error.message, "value 7");
	assert_string_equal(test.host.error.detail, "Detail x.");
	assert_string_equal(test.host.error.hint, "Hint.");
	rn_fail(&test.host, RN_CORRUPT, "other");
	assert_string_equal(test.host.error.detail, "");
	assert_string_equal(test.host.error.hint, "");
}

static void
test_memory(void **state)
{
	TestHost	test = test_host();
	RnArena		arena = {0};
	void	   *p;

	(void) state;
	assert_int_equal(rn_alloc(&test.host, SIZE_MAX / 2, 3, &p), RN_NO_MEMORY);
	assert_null(p);
	assert_int_equal(rn_alloc(&test.host, SIZE_MAX / 2, 1, &p), RN_NO_MEMORY);
	assert_ok(test, rn_alloc(&test.host, 0, 8, &p));
	assert_non_null(p);
	rn_free(&test.host, p);

	for (int pass = 0; pass < 2; pass++)
	{
		double	   *a = rn_arena_take(&arena, 3, sizeof(double));
		char	   *b = rn_arena_take(&arena, 65, 1);
		char	   *c = rn_arena_take(&arena, 1, 1);

		if (pass == 0)
		{
			assert_null(a);
			assert_null(c);
			assert_ok(test, rn_arena_allocate(&test.host, &arena));
			continue;
		}
		assert_int_equal((uintptr_t) a % 64, 0);
		assert_int_equal(b - (char *) a, 64);
		assert_int_equal(c - b, 128);
	}
	rn_arena_free(&test.host, &arena);
	rn_arena_take(&arena, SIZE_MAX / 4, 8);
	assert_int_equal(rn_arena_bytes(&arena), SIZE_MAX);
	assert_int_equal(rn_arena_allocate(&test.host, &arena), RN_NO_MEMORY);
	assert_int_equal(test.live, 0);
}

/* Known answers of philox4x32-10, from the Random123 distribution's kat_vectors. */
static void
test_philox(void **state)
{
	uint32_t	words[4];

	(void) state;
	rn_rng_words(0, 0, 0, words);
	assert_int_equal(words[0], 0x6627e8d5);
	assert_int_equal(words[1], 0xe169c58d);
	assert_int_equal(words[2], 0xbc57ac4c);
	assert_int_equal(words[3], 0x9b00dbd8);
	rn_rng_words(UINT64_MAX, UINT64_MAX, UINT64_MAX, words);
	assert_int_equal(words[0], 0x408f276d);
	assert_int_equal(words[1], 0x41c83b0e);
	assert_int_equal(words[2], 0xa20bc7c6);
	assert_int_equal(words[3], 0x6d5451fd);
}

static void
test_distributions(void **state)
{
	enum
	{
		N = 200000
	};
	static rn_real mask[N + 3];
	RnPermutation permutation;
	bool		seen[1000] = {false};
	int			near = 0;
	double		sum = 0;
	double		square = 0;
	double		uniform = 0;
	size_t		dropped = 0;

	(void) state;
	for (int i = 0; i < N; i++)
	{
		double		z = rn_rng_normal(5, 1, (uint64_t) i);
		double		u = rn_rng_uniform(5, 2, (uint64_t) i);

		sum += z;
		square += z * z;
		uniform += u;
		assert_true(u >= 0 && u < 1);
	}
	assert_true(fabs(sum / N) < 0.01);
	assert_true(fabs(square / N - 1) < 0.02);
	assert_true(fabs(uniform / N - 0.5) < 0.005);

	mask[N] = 42;
	rn_rng_mask(5, 3, 0, 0.2, mask, N);
	assert_true(mask[N] == 42);
	for (int i = 0; i < N; i++)
	{
		assert_true(mask[i] == 0 || fabs((double) mask[i] - 1.25) < 1e-6);
		dropped += mask[i] == 0;
	}
	assert_true(fabs((double) dropped / N - 0.2) < 0.005);

	permutation = rn_rng_permutation(5, 4, 1000);
	for (uint32_t i = 0; i < 1000; i++)
	{
		uint32_t	at = rn_rng_permuted(&permutation, i);

		assert_true(at < 1000 && !seen[at]);
		seen[at] = true;
		near += abs((int) at - (int) i) < 100;
	}
	assert_true(near > 100 && near < 280);	/* 190 are to be expected */
}

/* Of every size a permutation, and of small ones every permutation alike. */
static void
test_permutations(void **state)
{
	int			count[6] = {0};

	(void) state;
	for (uint32_t n = 1; n < 300; n++)
	{
		bool		seen[300] = {false};
		RnPermutation permutation = rn_rng_permutation(n, 1, n);

		for (uint32_t i = 0; i < n; i++)
		{
			uint32_t	at = rn_rng_permuted(&permutation, i);

			assert_true(at < n && !seen[at]);
			seen[at] = true;
		}
	}
	for (uint64_t seed = 0; seed < 6000; seed++)
	{
		RnPermutation permutation = rn_rng_permutation(seed, 1, 3);
		uint32_t	first = rn_rng_permuted(&permutation, 0);
		uint32_t	second = rn_rng_permuted(&permutation, 1);

		count[first * 2 + (second > 3 - first - second)]++;
	}
	for (int i = 0; i < 6; i++)
		assert_true(count[i] > 800 && count[i] < 1200);
	for (uint64_t n = UINT64_C(1) << 32; n > UINT64_C(0xfffffffe); n--)
	{
		RnPermutation permutation = rn_rng_permutation(1, 1, n);

		assert_true(rn_rng_permuted(&permutation, 0) != rn_rng_permuted(&permutation, 0xfffffffe));
	}
}

/* Against the sum as it is defined, at sizes around the slices'. */
static void
check_gemm(RnTranspose op_a, RnTranspose op_b, size_t M, size_t N, size_t K, rn_real beta)
{
	TestHost	test = test_host();
	size_t		lda = (op_a == RN_AS_IS ? K : M) + 3;
	size_t		ldb = (op_b == RN_AS_IS ? N : K) + 1;
	size_t		ldc = N + 2;
	rn_real    *a = malloc((op_a == RN_AS_IS ? M : K) * lda * sizeof(rn_real) + 8);
	rn_real    *b = malloc((op_b == RN_AS_IS ? K : N) * ldb * sizeof(rn_real) + 8);
	rn_real    *c = malloc(M * ldc * sizeof(rn_real));
	double		worst = 0;

	for (size_t i = 0; i < (op_a == RN_AS_IS ? M : K) * lda; i++)
		a[i] = (rn_real) rn_rng_normal(1, 1, i);
	for (size_t i = 0; i < (op_b == RN_AS_IS ? K : N) * ldb; i++)
		b[i] = (rn_real) rn_rng_normal(1, 2, i);
	for (size_t i = 0; i < M * ldc; i++)
		c[i] = 1;
	assert_ok(test, rn_gemm(&test.host, op_a, op_b, M, N, K, a, lda, b, ldb, beta, c, ldc));
	for (size_t m = 0; m < M; m++)
	{
		for (size_t n = 0; n < N; n++)
		{
			double		sum = (double) beta;

			for (size_t k = 0; k < K; k++)
				sum += (double) (op_a == RN_AS_IS ? a[m * lda + k] : a[k * lda + m]) *
					(double) (op_b == RN_AS_IS ? b[k * ldb + n] : b[n * ldb + k]);
			worst = fmax(worst, fabs(sum - (double) c[m * ldc + n]));
		}
		assert_true(c[m * ldc + N] == 1);	/* between the rows */
	}
	assert_true(worst < 1e-5 * sqrt((double) K + 1) * 10);
	free(a);
	free(b);
	free(c);
}

static void
test_gemm(void **state)
{
	TestHost	test = test_host();

	(void) state;
	assert_ok(test, rn_gemm_prepare(&test.host));
	for (int a = 0; a < 2; a++)
		for (int b = 0; b < 2; b++)
			for (int beta = 0; beta < 2; beta++)
			{
				check_gemm((RnTranspose) a, (RnTranspose) b, 1, 1, 1, (rn_real) beta);
				check_gemm((RnTranspose) a, (RnTranspose) b, 7, 5, 0, (rn_real) beta);
				check_gemm((RnTranspose) a, (RnTranspose) b, 33, 17, 9, (rn_real) beta);
				/* several slices of rows, and of depth */
				check_gemm((RnTranspose) a, (RnTranspose) b, 200, 900, 700, (rn_real) beta);
				check_gemm((RnTranspose) a, (RnTranspose) b, 70, 1100, 1500, (rn_real) beta);
			}
	assert_int_equal(test.live, 0);
}

/* Pages of address space that this process has. */
static long
pages(void)
{
	FILE	   *file = fopen("/proc/self/statm", "r");
	long		size;

	assert_non_null(file);
	assert_int_equal(fscanf(file, "%ld", &size), 1);
	fclose(file);
	return size;
}

/* OpenBLAS takes no memory itself, which it would wait for for ever: the first of all products here. */
static void
test_gemm_buffer(void **state)
{
	TestHost	test = test_host();
	static rn_real a[256 * 256];
	static rn_real c[256 * 256];
	long		before = pages();
	long		prepared;

	(void) state;
	assert_ok(test, rn_gemm_prepare(&test.host));
	prepared = pages();
	assert_true(prepared > before);
	for (int i = 0; i < 3; i++)
		assert_ok(test, rn_gemm(&test.host, RN_AS_IS, RN_AS_IS, 256, 256, 256, a, 256, a, 256, 0, c, 256));
	assert_ok(test, rn_gemm_prepare(&test.host));
	assert_int_equal(pages(), prepared);
}

/* A large product asks often, and stops when told. */
static void
test_gemm_stops(void **state)
{
	TestHost	test = test_host();
	static rn_real a[512 * 512];
	static rn_real b[512 * 2048];
	static rn_real c[512 * 2048];

	(void) state;
	assert_ok(test, rn_gemm(&test.host, RN_AS_IS, RN_AS_IS, 512, 2048, 512, a, 512, b, 2048, 0, c, 2048));
	assert_true(test.polls >= 8);
	test.polls = 0;
	test.polls_left = 3;
	assert_int_equal(rn_gemm(&test.host, RN_AS_IS, RN_AS_IS, 512, 2048, 512, a, 512, b, 2048, 0, c, 2048),
					 RN_CANCELLED);
	assert_int_equal(test.polls, 3);
}

static double
ulps(double got, double want)
{
	float		rounded = fabsf((float) want);

	return fabs(got - want) / (double) (nextafterf(rounded, INFINITY) - rounded);
}

/* The bound that base/math.h states. */
static void
test_activations(void **state)
{
	double		sigmoid = 0;
	double		tangent = 0;
	rn_real		x[3] = {-1000, 0, 1000};

	(void) state;
	for (double at = -80; at < 80; at += 0.0007)
	{
		rn_real		s = (rn_real) at;
		rn_real		t = (rn_real) at;

		rn_math_sigmoid(&s, 1);
		rn_math_tanh(&t, 1);
		sigmoid = fmax(sigmoid, ulps((double) s, 1 / (1 + exp(-(double) (rn_real) at))));
		tangent = fmax(tangent, ulps((double) t, tanh((double) (rn_real) at)));
	}
	printf("  %s: sigmoid at most %.2f ulp off, tanh %.2f\n", rn_math_path(), sigmoid, tangent);
	assert_true(sigmoid <= 3);
	assert_true(tangent <= 3);

	rn_math_sigmoid(x, 3);
	assert_true(x[0] >= 0 && x[0] < 1e-30f && x[1] == 0.5f && x[2] == 1);
	x[0] = -1000, x[1] = 0, x[2] = 1000;
	rn_math_tanh(x, 3);
	assert_true(x[0] == -1 && x[1] == 0 && x[2] == 1);
	x[0] = -2, x[1] = 0, x[2] = 3;
	rn_math_relu(x, 3);
	assert_true(x[0] == 0 && x[1] == 0 && x[2] == 3);
	x[0] = x[1] = NAN;
	rn_math_sigmoid(x, 1);
	rn_math_tanh(x + 1, 1);
	assert_true(isnan(x[0]) && isnan(x[1]));	/* divergence must show */
}

/* One element is the same whether it runs in a vector or in the rest. */
static void
test_position_does_not_matter(void **state)
{
	rn_real		long_one[67];

	(void) state;
	for (int i = 0; i < 67; i++)
		long_one[i] = (rn_real) (0.11 * i - 3);
	rn_math_tanh(long_one, 67);
	for (int i = 0; i < 67; i++)
	{
		rn_real		alone = (rn_real) (0.11 * i - 3);

		rn_math_tanh(&alone, 1);
		assert_memory_equal(&alone, &long_one[i], sizeof(rn_real));
	}
}

/* Sums of products too deep for one pass of the kernels, by any start: as they are by definition. */
static void
test_gemm_sum_deep(void **state)
{
	static const size_t depth[2] = {1300, 7};	/* deep, and not */
	enum {M = 37, N = 29};
	TestHost	test = test_host();
	rn_real		bias[N];
	rn_real		c[M * N];
	double		expected[M * N];

	(void) state;
	for (int start = RN_START_ZERO; start <= RN_START_BIAS; start++)
	{
		rn_real    *a[2];
		rn_real    *packed[2];
		RnTerm		term[2];

		for (size_t j = 0; j < N; j++)
			bias[j] = (rn_real) j;
		for (size_t i = 0; i < M * N; i++)
		{
			c[i] = (rn_real) (i % 5);
			expected[i] = start == RN_START_BIAS ? (double) (i % N) : start == RN_START_C ? (double) (i % 5) : 0;
		}
		for (int t = 0; t < 2; t++)
		{
			size_t		K = depth[t];
			rn_real    *b = malloc(K * N * sizeof(rn_real));

			a[t] = malloc(M * K * sizeof(rn_real));
			packed[t] = malloc(rn_gemm_packed_size(K, N) * sizeof(rn_real));
			for (size_t i = 0; i < M * K; i++)
				a[t][i] = (rn_real) rn_rng_normal(5, (uint64_t) t, i);
			for (size_t i = 0; i < K * N; i++)
				b[i] = (rn_real) rn_rng_normal(6, (uint64_t) t, i);
			assert_ok(test, rn_gemm_pack(&test.host, RN_AS_IS, K, N, b, N, packed[t]));
			for (size_t m = 0; m < M; m++)
				for (size_t n = 0; n < N; n++)
					for (size_t k = 0; k < K; k++)
						expected[m * N + n] += (double) a[t][m * K + k] * (double) b[k * N + n];
			term[t] = (RnTerm) {K, a[t], K, packed[t]};
			free(b);
		}
		assert_ok(test, rn_gemm_sum(&test.host, M, N, term, 2, (RnStart) start, bias, c, N));
		for (size_t i = 0; i < M * N; i++)
			assert_true(fabs((double) c[i] - expected[i]) < 1e-3);
		for (int t = 0; t < 2; t++)
		{
			free(a[t]);
			free(packed[t]);
		}
	}
	assert_int_equal(test.live, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_gemm_buffer),
		cmocka_unit_test(test_errors),
		cmocka_unit_test(test_memory),
		cmocka_unit_test(test_philox),
		cmocka_unit_test(test_distributions),
		cmocka_unit_test(test_permutations),
		cmocka_unit_test(test_gemm_sum_deep),
		cmocka_unit_test(test_gemm),
		cmocka_unit_test(test_gemm_stops),
		cmocka_unit_test(test_activations),
		cmocka_unit_test(test_position_does_not_matter)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
