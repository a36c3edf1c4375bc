/*
 * box_cox.h
 *		Powers of values, in which their changes do not grow with their level.
 *
 * Of exponent lambda from 0 to 1 the number of a value y is
 *
 *		ln y				for lambda = 0, of y > 0,
 *		sign(y) |y|^lambda / lambda	otherwise:
 *
 * Box & Cox, "An analysis of transformations", J. Royal Statistical Society B 26,
 * 1964, less their constant -1/lambda; for y <= 0 as in Bickel & Doksum, "An analysis
 * of transformations revisited", J. American Statistical Association 76, 1981.  It
 * rises with y, and has an inverse.  1 leaves values as they are.
 */
#ifndef RN_BOX_COX_H
#define RN_BOX_COX_H

#include "base/real.h"

/* Exponents are 0, or from here to 1: the numbers of smaller ones are all alike. */
#define RN_LEAST_LAMBDA 0.01

/* A value as a number, and back; NaN or an infinity is what has none. */
extern double rn_box_cox(double lambda, double value);
extern double rn_box_cox_invert(double lambda, double number);

/* The value whose number is so much larger than that of value; with lambda 0, 0 stays 0. */
extern double rn_box_cox_move(double lambda, double value, double by);

/* By how much a number changes for each 1 of a change of value. */
extern double rn_box_cox_slope(double lambda, double value);

/*
 * The profile likelihood of value [n], all positive: the logarithm of how large
 * the changes from season to season seem with lambda, so less is better.  0 for all
 * lambdas if there are too few rows.  season is in steps, 1 for none.
 */
extern double rn_box_cox_cost(double lambda, const double *value, size_t n, int season);

#endif							/* RN_BOX_COX_H */
