/*
 * explain.h
 *		What a forecast is made of: the contribution of trend, season, single rows and
 *		covariates.
 *
 * By occlusion (Zeiler & Fergus, "Visualizing and understanding convolutional
 * networks", ECCV 2014; for any model Covert, Lundberg & Lee, "Explaining by removing", JMLR 22,
 * 2021): a part is taken out of what the model looks at, and what the forecast loses
 * with it is its contribution.
 */
#ifndef RN_EXPLAIN_H
#define RN_EXPLAIN_H

#include "model/forecast.h"

/* Rows that can be told apart, at most. */
#define RN_MOST_RECENT 100

typedef enum RnPieceKind
{
	RN_PIECE_BASE,				/* the forecast where every row is the level of the newest, covariates their mean */
	RN_PIECE_TREND,				/* how the level got there */
	RN_PIECE_SEASON,
	RN_PIECE_EARLIER,			/* what else the rows are, but for */
	RN_PIECE_RECENT,				/* the newest, one by one */
	RN_PIECE_COVARIATE			/* by how much it differs from its mean, in rows and ahead */
} RnPieceKind;

extern const char *rn_piece_name(RnPieceKind kind);

typedef struct RnPiece
{
	RnPieceKind	kind;
	int			number;			/* of recent rows: 1 is the last; of covariates: from 0 */
} RnPiece;

/* Number of parts, the base being the first, if so many recent rows are told apart; and which they are. */
extern int	rn_explain_parts(const RnModel *model, int recent);
extern RnPiece rn_explain_part(const RnModel *model, int recent, int i);

/*
 * Contributions to the steps steps after an origin, in users' units, into
 * contribution [parts][steps].  Those of a step add up to its forecast, but for rounding: parts come
 * back one after the other, and what each adds is the mean over two
 * orders, that of the parts and its reverse, so that what two parts do together only
 * is shared between them.  2 * parts forecasts are made.
 */
extern RnCode rn_explain(RnHost *host, const RnModel *model, const RnOrigin *origin, int steps, int recent,
						 double *contribution);

/* Bytes it allocates at most. */
extern size_t rn_explain_bytes(const RnModel *model, size_t n, int steps);

#endif							/* RN_EXPLAIN_H */
