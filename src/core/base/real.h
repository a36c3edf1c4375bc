/*
 * real.h
 *		The number type of networks.
 *
 * rn_real is float in the extension and double in the gradient tests, which
 * compile these same sources with -DRN_REAL_DOUBLE, so that what is checked
 * against finite differences is the code that ships and not a second copy.
 * Series themselves (values as users know them) are always double.
 */
#ifndef RN_REAL_H
#define RN_REAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef RN_REAL_DOUBLE
typedef double rn_real;
#else
typedef float rn_real;
#endif

#endif							/* RN_REAL_H */
