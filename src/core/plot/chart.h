/*
 * chart.h
 *		Lines over time, or over a count, as a picture that needs nothing else: SVG.
 *
 * One panel, or many small ones side by side (facets), each with its own scale
 * of numbers, all with the same of time.  Colours are those of Okabe & Ito ("Color
 * universal design", 2008), which colour-blind people tell apart, on light and dark ground.
 */
#ifndef RN_CHART_H
#define RN_CHART_H

#include "plot/drawing.h"
#include "series/calendar.h"

#define RN_CHART_LEAST_SIZE	200
#define RN_CHART_MOST_SIZE	4000
#define RN_CHART_FACETS		60
#define RN_CHART_CURVES		4

/* What a line is drawn with. */
typedef enum RnInk
{
	RN_INK_ACTUAL,				/* as text */
	RN_INK_PREDICTED,			/* vermilion; orange on dark ground */
	RN_INK_FORECAST,			/* blue */
	RN_INK_ASIDE,				/* grey */
	RN_INK_BAND					/* an area, pale blue */
} RnInk;

#define RN_INKS 5

typedef enum RnTheme
{
	RN_THEME_AUTO,				/* light or dark, as its reader's screen is */
	RN_THEME_LIGHT,
	RN_THEME_DARK
} RnTheme;

#define RN_THEMES 3

extern const char *rn_theme_name(RnTheme theme);

/* A line: x ascending. */
typedef struct RnCurve
{
	RnInk		ink;
	size_t		n;
	const int64_t *x;
	const double *y;			/* NaN: a gap */
	const char *end;			/* what stands behind its last point; NULL: nothing */
	size_t		dots;			/* so many of its last points are marked, and say their numbers, if they are few */
} RnCurve;

/* The area between two lines: n 0: none. */
typedef struct RnBand
{
	size_t		n;
	const int64_t *x;
	const double *lower;
	const double *upper;
} RnBand;

typedef struct RnFacet
{
	const char *title;			/* NULL: none */
	RnBand		band;
	int			curves;
	RnCurve		curve[RN_CHART_CURVES];	/* the last is on top */
	bool		ruled;			/* a vertical line at */
	int64_t		rule;
} RnFacet;

typedef struct RnChart
{
	const char *title;
	const char *subtitle;		/* NULL: none */
	const char *legend[RN_INKS];	/* what inks stand for; NULL: not said */
	const char *across;			/* what x counts, in words; NULL: said by itself */
	RnTheme		theme;
	int			width;			/* in pixels */
	int			height;			/* 0: as fits the width and the facets; else it is at least rn_chart_least_height */
	RnCalendar	calendar;		/* of x */
	bool		from_zero;		/* y begins there */
	bool		logarithmic;	/* y, which must be above 0 */
	size_t		facets;			/* at most RN_CHART_FACETS */
	const RnFacet *facet;		/* [facets] */
} RnChart;

/*
 * The least height that its facets have room in, in pixels; of one facet, no more than RN_CHART_LEAST_SIZE.  Below the height
 * that the legend needs, too, a chart is drawn without it.
 */
extern int	rn_chart_least_height(const RnChart *chart);

/*
 * Draw it, all of it or, after an error, no use; rn_drawing_free is due either
 * way.  As large as its width, however many points it has: of those in a
 * column of pixels only the first, the last, the lowest and the highest show
 * (Jugel et al., "M4: a visualization-oriented time series data aggregation", PVLDB 7, 2014).
 */
extern RnCode rn_chart_draw(RnHost *host, const RnChart *chart, RnDrawing *drawing);

#endif							/* RN_CHART_H */
