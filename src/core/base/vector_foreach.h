/*
 * vector_foreach.h
 *		Includes RN_KERNELS once for every vector level (see vector.h).
 */
#include "base/vector.h"

#define RN_LEVEL baseline
#include "base/vector_level.h"
#include RN_KERNELS
#include "base/vector_level_end.h"

#if defined(RN_LEVELS_X86) && !defined(RN_REAL_DOUBLE)

#define RN_LEVEL v3
#define RN_LEVEL_IS_V3
#include "base/vector_level.h"
#include RN_KERNELS
#include "base/vector_level_end.h"
#undef RN_LEVEL_IS_V3

#define RN_LEVEL v4
#define RN_LEVEL_IS_V4
#include "base/vector_level.h"
#include RN_KERNELS
#include "base/vector_level_end.h"
#undef RN_LEVEL_IS_V4

#endif

#undef RN_KERNELS
