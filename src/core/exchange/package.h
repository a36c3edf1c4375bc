/*
 * package.h
 *		Named tensors and a description: what files of every format but ONNX come to.
 *
 * As safetensors (https://github.com/huggingface/safetensors): 8 bytes, the length
 * of a header, little-endian; the header, a JSON object of {"dtype", "shape",
 * "data_offsets"} by name and the texts of "__metadata__"; the numbers, little-endian.
 *
 * As JSON: {"recurnet": the description, "tensors": {name: {"dtype", "shape", "data"}}},
 * data being all numbers in one array, the last index running fastest.
 */
#ifndef RN_PACKAGE_H
#define RN_PACKAGE_H

#include "exchange/json.h"

typedef enum RnNumberKind
{
	RN_F64,
	RN_I64,
	RN_F32,
	RN_I32,
	RN_U8
} RnNumberKind;

#define RN_NUMBER_KINDS 5
#define RN_TENSOR_AXES 4
#define RN_MAX_TENSORS 65536

typedef struct RnTensor
{
	const char *name;
	RnNumberKind kind;
	int			axes;
	size_t		shape[RN_TENSOR_AXES];
	size_t		count;			/* numbers */
	const void *data;			/* [count], as the machine has them, aligned */
} RnTensor;

typedef struct RnPackage
{
	RnPool		pool;			/* all memory of what follows, but for what is pointed to */
	const char *description;	/* to be written: JSON */
	const RnJson *read;			/* the description of a file that was read; NULL: it has none */
	const RnJson *metadata;		/* of safetensors that were read: an object, or NULL */
	RnTensor   *tensor;			/* [tensors] */
	size_t		tensors;
	size_t		capacity;
} RnPackage;

extern void rn_package_free(RnHost *host, RnPackage *package);

/* Add a tensor of axes axes, whose data stays the caller's. */
extern RnCode rn_package_add(RnHost *host, RnPackage *package, const char *name, RnNumberKind kind,
							 int axes, const size_t *shape, const void *data);

/* The tensor of that name, or NULL. */
extern const RnTensor *rn_package_find(const RnPackage *package, const char *name);

/* Number i of a tensor of float32 or float64. */
static inline double
rn_tensor_real(const RnTensor *tensor, size_t i)
{
	return tensor->kind == RN_F64 ? ((const double *) tensor->data)[i] : (double) ((const float *) tensor->data)[i];
}

extern const char *rn_number_name(RnNumberKind kind);
extern size_t rn_number_size(RnNumberKind kind);

/* Write either way, into text. */
extern RnCode rn_package_write_safetensors(RnHost *host, const RnPackage *package, RnText *text);
extern RnCode rn_package_write_json(RnHost *host, const RnPackage *package, RnText *text);

/*
 * Read either of them: which, the bytes say.  package->pool.limit is the caller's.
 * RN_CORRUPT, RN_UNSUPPORTED for what is neither; the package is to be freed in any case.
 */
extern RnCode rn_package_read(RnHost *host, const unsigned char *bytes, size_t size, RnPackage *package);

/* safetensors.c, for rn_package_read. */
extern RnCode rn_package_read_safetensors(RnHost *host, const unsigned char *bytes, size_t size, RnPackage *package);

/* package.c, for the two readers: a tensor with room for its numbers, from its JSON. */
extern RnCode rn_package_declare(RnHost *host, RnPackage *package, const RnJson *name, const RnJson *tensor,
								 RnTensor **declared);

#endif							/* RN_PACKAGE_H */
