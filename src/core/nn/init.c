/*
 * init.c
 *		Initial weights, as Keras draws them.
 *
 * Glorot & Bengio, "Understanding the difficulty of training deep feedforward
 * neural networks", AISTATS 2010 (uniform in +-sqrt(6 / (rows + columns)));
 * Saxe, McClelland, Ganguli, "Exact solutions to the nonlinear dynamics of
 * learning in deep linear neural networks", ICLR 2014 (orthogonal);
 * Jozefowicz, Zaremba, Sutskever, "An empirical exploration of recurrent
 * network architectures", ICML 2015 (forget bias 1).
 */
#include "nn/network.h"

#include <math.h>
#include <string.h>

#include "base/gemm.h"
#include "base/rng.h"

/* Rows that are made orthogonal to all before them in one product. */
#define BLOCK_ROWS ((size_t) 32)

static RnCode
glorot_uniform(RnHost *host, rn_real *w, size_t rows, size_t columns, uint64_t seed, uint64_t stream)
{
	double		limit = sqrt(6.0 / (double) (rows + columns));

	for (size_t r = 0; r < rows; r++)
	{
		RN_TRY(rn_poll(host));
		for (size_t i = r * columns; i < (r + 1) * columns; i++)
			w[i] = (rn_real) (limit * (2 * rn_rng_uniform(seed, stream, i) - 1));
	}
	return RN_OK;
}

/*
 * Subtract from block [count][columns] its projection on the rows of basis
 * [done][columns]; scratch [count][done] and [count][columns].
 */
static RnCode
project_out(RnHost *host, rn_real *block, size_t count, const rn_real *basis, size_t done,
			size_t columns, rn_real *coefficient, rn_real *projection)
{
	RN_TRY(rn_gemm(host, RN_AS_IS, RN_TRANSPOSED, count, done, columns, block, columns,
				   basis, columns, 0, coefficient, done));
	RN_TRY(rn_gemm(host, RN_AS_IS, RN_AS_IS, count, columns, done, coefficient, done,
				   basis, columns, 0, projection, columns));
	for (size_t i = 0; i < count * columns; i++)
		block[i] -= projection[i];
	return RN_OK;
}

static double
dot(const rn_real *x, const rn_real *y, size_t n)
{
	double		sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += (double) x[i] * (double) y[i];
	return sum;
}

/* Modified Gram-Schmidt among the rows of block, twice over. */
static RnCode
orthonormalise(RnHost *host, rn_real *block, size_t count, size_t columns)
{
	for (size_t r = 0; r < count; r++)
	{
		rn_real    *row = block + r * columns;
		double		norm;

		RN_TRY(rn_poll(host));
		for (size_t q = 0; q < 2 * r; q++)
		{
			const rn_real *other = block + (q % r) * columns;
			rn_real		along = (rn_real) dot(row, other, columns);

			for (size_t i = 0; i < columns; i++)
				row[i] -= along * other[i];
		}
		norm = sqrt(dot(row, row, columns));
		for (size_t i = 0; i < columns; i++)
			row[i] = (rn_real) (row[i] / norm);
	}
	return RN_OK;
}

/*
 * w [rows][columns], rows <= columns, with orthonormal rows, uniformly
 * distributed: normal deviates through Gram-Schmidt, whose triangular factor
 * has a positive diagonal, as Keras's has after its change of signs.  In
 * blocks, each projected twice against all before it ("twice is enough":
 * Giraud, Langou, Rozloznik, 2005), so that most of the work is products.
 */
static RnCode
orthogonal(RnHost *host, rn_real *w, size_t rows, size_t columns, uint64_t seed, uint64_t stream)
{
	rn_real    *scratch;
	RnCode		code = RN_OK;

	RN_TRY(rn_alloc(host, BLOCK_ROWS * (rows + columns), sizeof(rn_real), (void **) &scratch));
	for (size_t first = 0; first < rows && code == RN_OK; first += BLOCK_ROWS)
	{
		size_t		count = rows - first < BLOCK_ROWS ? rows - first : BLOCK_ROWS;
		rn_real    *block = w + first * columns;

		for (size_t i = 0; i < count * columns; i++)
			block[i] = (rn_real) rn_rng_normal(seed, stream, first * columns + i);
		for (int pass = 0; pass < 2 && first > 0 && code == RN_OK; pass++)
			code = project_out(host, block, count, w, first, columns,
							   scratch, scratch + BLOCK_ROWS * rows);
		if (code == RN_OK)
			code = orthonormalise(host, block, count, columns);
	}
	rn_free(host, scratch);
	return code;
}

RnCode
rn_network_init(RnHost *host, RnNetwork *network, uint64_t seed)
{
	const RnNetworkSpec *spec = &network->spec;

	RN_TRY(rn_gemm_prepare(host));
	for (int i = 0; i < rn_network_variables(spec); i++)
	{
		RnVariable	variable = rn_network_variable(spec, i);
		rn_real    *w = network->weights + variable.offset;
		uint64_t	stream = rn_rng_stream(RN_RANDOM_INIT, (uint64_t) i);

		if (strcmp(variable.name, "kernel") == 0 || strcmp(variable.name, "skip_kernel") == 0)
			RN_TRY(glorot_uniform(host, w, variable.rows, variable.columns, seed, stream));
		else if (strcmp(variable.name, "recurrent_kernel") == 0)
			RN_TRY(orthogonal(host, w, variable.rows, variable.columns, seed, stream));
		else
		{
			memset(w, 0, variable.rows * variable.columns * sizeof(rn_real));
			if (variable.layer < spec->layers && spec->layer[variable.layer].kind == RN_CELL_LSTM)
				for (size_t j = variable.columns / 4; j < variable.columns / 2; j++)
					w[j] = 1;
		}
	}
	return RN_OK;
}

void
rn_network_clear_head(RnNetwork *network)
{
	size_t		offset = rn_network_variable(&network->spec, 3 * network->spec.layers).offset;

	memset(network->weights + offset, 0, (network->size - offset) * sizeof(rn_real));
}
