/*
 * chart.c
 *		Lines over time, or over a count, as a picture.
 */
#include "plot/chart.h"

#include <math.h>
#include <stdio.h>

#include "plot/style.h"
#include "plot/ticks.h"

/* All in pixels. */
#define PADDING			16
#define TITLE_SIZE		18
#define TEXT_SIZE		13
#define LABEL_SIZE		11
#define BOLD			1.18	/* times as wide as others */
#define TICK_WIDTH		58		/* between ticks of x, at least */
#define TWO_TICKS		94		/* which two have room in */
#define TICK_HEIGHT		34		/* of y */
#define FEET			32		/* labels of x, in two lines */
#define FACET_HEIGHT	172
#define FACET_WIDTH		240		/* at least */
#define LEAST_HEIGHT	116		/* two labels of y have room, whatever the numbers */
#define MOST_MARGIN		0.42	/* share of a facet's width, on either side */
#define FACET_GAP		18
#define SWATCH			18

#define AIR				0.04	/* share of the numbers' range above and below them */
#define MOST_DOTS		60
#define POINTS_PER_POLL 65536

/* A facet being drawn. */
typedef struct Frame
{
	RnDrawing  *drawing;
	const RnChart *chart;
	const RnFacet *facet;
	double		left;			/* where its lines are, in pixels */
	double		right;
	double		top;
	double		bottom;
	double		labels;			/* room for labels of y, */
	double		beside;			/* and for words behind lines */
	double		x_low;
	double		x_high;
	double		y_low;
	double		y_high;
} Frame;

/* ---- ranges ---- */

static void
widen(double *low, double *high, double number)
{
	if (!isfinite(number))
		return;
	*low = fmin(*low, number);
	*high = fmax(*high, number);
}

/* The first and last x of all facets; false: there is none. */
static bool
find_x(const RnChart *chart, int64_t *low, int64_t *high)
{
	*low = INT64_MAX;
	*high = INT64_MIN;
	for (size_t f = 0; f < chart->facets; f++)
		for (int c = 0; c < chart->facet[f].curves; c++)
		{
			const RnCurve *curve = &chart->facet[f].curve[c];

			if (curve->n == 0)
				continue;
			*low = curve->x[0] < *low ? curve->x[0] : *low;
			*high = curve->x[curve->n - 1] > *high ? curve->x[curve->n - 1] : *high;
		}
	return *low <= *high;
}

/* The least and largest y of a facet. */
static RnCode
find_y(RnHost *host, const RnChart *chart, const RnFacet *facet, double *low, double *high)
{
	*low = INFINITY;
	*high = -INFINITY;
	for (int c = 0; c < facet->curves; c++)
		for (size_t i = 0; i < facet->curve[c].n; i++)
		{
			if (i % POINTS_PER_POLL == 0)
				RN_TRY(rn_poll(host));
			widen(low, high, facet->curve[c].y[i]);
		}
	for (size_t i = 0; i < facet->band.n; i++)
	{
		widen(low, high, facet->band.lower[i]);
		widen(low, high, facet->band.upper[i]);
	}
	if (*low > *high)
		*low = *high = 0;
	if (chart->from_zero)
		widen(low, high, 0);
	return RN_OK;
}

/* ---- from numbers to pixels ---- */

static double
x_pixel(const Frame *frame, double x)
{
	double		range = frame->x_high - frame->x_low;

	return range > 0 ? frame->left + (x - frame->x_low) / range * (frame->right - frame->left)
		: (frame->left + frame->right) / 2;
}

static double
y_pixel(const Frame *frame, double y)
{
	double		part = frame->chart->logarithmic
		? log(y / frame->y_low) / log(frame->y_high / frame->y_low)
		: (y - frame->y_low) / (frame->y_high - frame->y_low);

	return frame->bottom - part * (frame->bottom - frame->top);
}

static void
draw_point(const Frame *frame, char before, int64_t x, double y)
{
	rn_draw_at(frame->drawing, before, x_pixel(frame, (double) x));
	rn_draw_at(frame->drawing, ' ', y_pixel(frame, y));
}

/* ---- lines ---- */

/* The points of a line in one column of pixels, by their numbers. */
typedef struct Column
{
	long		pixel;
	size_t		n;
	size_t		first;
	size_t		last;
	size_t		lowest;
	size_t		highest;
} Column;

/* Draw those that show, in their order; run: points drawn since the last gap. */
static void
draw_column(const Frame *frame, const RnCurve *curve, Column *column, size_t *run)
{
	size_t		inner = column->lowest < column->highest ? column->lowest : column->highest;
	size_t		point[] = {column->first, inner, column->lowest + column->highest - inner, column->last};

	for (int i = 0; i < 4 && column->n > 0; i++)
	{
		if (i > 0 && point[i] == point[i - 1])
			continue;
		draw_point(frame, *run == 0 ? 'M' : 'L', curve->x[point[i]], curve->y[point[i]]);
		++*run;
	}
	column->n = 0;
}

static void
add_to_column(Column *column, const double *y, size_t i)
{
	if (column->n++ == 0)
		column->first = column->lowest = column->highest = i;
	column->last = i;
	if (y[i] < y[column->lowest])
		column->lowest = i;
	if (y[i] > y[column->highest])
		column->highest = i;
}

/* A gap, or the end: a point that is alone becomes a dot, by its round end. */
static void
end_run(const Frame *frame, size_t *run)
{
	if (*run == 1)
		rn_draw(frame->drawing, "h0");
	*run = 0;
}

static RnCode
draw_curve(RnHost *host, const Frame *frame, const RnCurve *curve)
{
	Column		column = {0};
	size_t		run = 0;

	rn_draw(frame->drawing, "<path class=\"%s\" d=\"", rn_ink_class(curve->ink));
	for (size_t i = 0; i < curve->n; i++)
	{
		long		pixel = isnan(curve->y[i]) ? column.pixel : lround(x_pixel(frame, (double) curve->x[i]));

		if (i % POINTS_PER_POLL == 0)
			RN_TRY(rn_poll(host));
		if (isnan(curve->y[i]) || pixel != column.pixel)
			draw_column(frame, curve, &column, &run);
		if (isnan(curve->y[i]))
		{
			end_run(frame, &run);
			continue;
		}
		column.pixel = pixel;
		add_to_column(&column, curve->y, i);
	}
	draw_column(frame, curve, &column, &run);
	end_run(frame, &run);
	rn_draw(frame->drawing, "\"/>\n");
	return RN_OK;
}

/* The last points of a line as dots that say their numbers. */
static void
draw_dots(const Frame *frame, const RnCurve *curve)
{
	RnNumberStyle style = rn_number_style(fmax(fabs(frame->y_low), fabs(frame->y_high)),
										  (frame->y_high - frame->y_low) / 1000);

	if (curve->dots > MOST_DOTS)
		return;
	for (size_t i = curve->n - curve->dots; i < curve->n; i++)
	{
		char		time[RN_TIME_TEXT];
		char		number[RN_TICK_TEXT];

		if (isnan(curve->y[i]))
			continue;
		rn_time_describe(frame->chart->calendar.kind, curve->x[i], time, sizeof(time));
		rn_number_text(&style, curve->y[i], number, sizeof(number));
		rn_draw(frame->drawing, "<circle class=\"%s\" r=\"1.8\" cx=\"", rn_ink_dot_class(curve->ink));
		rn_draw_at(frame->drawing, '\0', x_pixel(frame, (double) curve->x[i]));
		rn_draw(frame->drawing, "\" cy=\"");
		rn_draw_at(frame->drawing, '\0', y_pixel(frame, curve->y[i]));
		rn_draw(frame->drawing, "\"><title>%s: ", time);
		rn_draw_words(frame->drawing, number, INFINITY);
		rn_draw(frame->drawing, "</title></circle>\n");
	}
}

/*
 * One side of the band, forth (step 1) or back (-1): of every column of pixels the
 * outermost point.  Forecasts are too short to poll for.
 */
static void
draw_side(const Frame *frame, const RnBand *band, const double *side, bool back)
{
	char		before = back ? 'L' : 'M';

	for (size_t k = 0; k < band->n;)
	{
		size_t		i = back ? band->n - 1 - k : k;
		int64_t		x = band->x[i];
		double		y = side[i];
		long		pixel = lround(x_pixel(frame, (double) x));

		for (; k < band->n; k++)
		{
			i = back ? band->n - 1 - k : k;
			if (lround(x_pixel(frame, (double) band->x[i])) != pixel)
				break;
			y = back ? fmin(y, side[i]) : fmax(y, side[i]);
		}
		draw_point(frame, before, x, y);
		before = 'L';
	}
}

static void
draw_band(const Frame *frame)
{
	const RnBand *band = &frame->facet->band;

	if (band->n == 0)
		return;
	rn_draw(frame->drawing, "<path class=\"%s\" d=\"", rn_ink_class(RN_INK_BAND));
	draw_side(frame, band, band->upper, false);
	draw_side(frame, band, band->lower, true);
	rn_draw(frame->drawing, "Z\"/>\n");
}

/* ---- words beside lines ---- */

static double
widest_end(const RnFacet *facet)
{
	double		width = 0;

	for (int c = 0; c < facet->curves; c++)
		if (facet->curve[c].end != NULL)
			width = fmax(width, rn_text_width(facet->curve[c].end) * TEXT_SIZE * BOLD);
	return width;
}

/* What stands behind the last points, none on another. */
static void
draw_ends(const Frame *frame)
{
	const RnFacet *facet = frame->facet;
	const RnCurve *order[RN_CHART_CURVES];
	double		y[RN_CHART_CURVES];
	int			n = 0;
	double		over;

	for (int c = 0; c < facet->curves; c++)
	{
		const RnCurve *curve = &facet->curve[c];
		double		at;
		int			i = n;

		if (curve->end == NULL || curve->n == 0 || isnan(curve->y[curve->n - 1]))
			continue;
		at = y_pixel(frame, curve->y[curve->n - 1]);
		for (; i > 0 && y[i - 1] > at; i--)
		{
			y[i] = y[i - 1];
			order[i] = order[i - 1];
		}
		y[i] = at;
		order[i] = curve;
		n++;
	}
	for (int i = 1; i < n; i++)
		y[i] = fmax(y[i], y[i - 1] + TEXT_SIZE + 2);
	over = n > 0 ? y[n - 1] - frame->bottom : 0;
	for (int i = n - 1; i >= 0 && over > 0; i--)
		y[i] = fmin(y[i], frame->bottom - (n - 1 - i) * (TEXT_SIZE + 2));
	for (int i = 0; i < n; i++)
	{
		rn_draw(frame->drawing, "<text class=\"%s\"", rn_ink_text_class(order[i]->ink));
		rn_draw(frame->drawing, " x=\"");
		rn_draw_at(frame->drawing, '\0', x_pixel(frame, (double) order[i]->x[order[i]->n - 1]) + 7);
		rn_draw(frame->drawing, "\" y=\"");
		rn_draw_at(frame->drawing, '\0', y[i] + 4.5);
		rn_draw(frame->drawing, "\">");
		rn_draw_words(frame->drawing, order[i]->end, frame->beside / TEXT_SIZE / BOLD);
		rn_draw(frame->drawing, "</text>\n");
	}
}

/* ---- axes ---- */

static void
draw_text(RnDrawing *drawing, const char *class, double x, double y, const char *words, double width)
{
	rn_draw(drawing, "<text class=\"%s\" x=\"", class);
	rn_draw_at(drawing, '\0', x);
	rn_draw(drawing, "\" y=\"");
	rn_draw_at(drawing, '\0', y);
	rn_draw(drawing, "\">");
	rn_draw_words(drawing, words, width);
	rn_draw(drawing, "</text>\n");
}

static void
draw_y_axis(const Frame *frame, const RnTicks *ticks)
{
	rn_draw(frame->drawing, "<path class=\"grid\" d=\"");
	for (int i = 0; i < ticks->n; i++)
	{
		rn_draw_at(frame->drawing, 'M', frame->left);
		rn_draw_at(frame->drawing, ' ', y_pixel(frame, ticks->tick[i].at));
		rn_draw_at(frame->drawing, 'H', frame->right);
	}
	rn_draw(frame->drawing, "\"/>\n");
	for (int i = 0; i < ticks->n; i++)
		draw_text(frame->drawing, "label left", frame->left - 7, y_pixel(frame, ticks->tick[i].at) + 4, ticks->tick[i].label,
				  frame->labels / LABEL_SIZE);
}

/* A label of x, moved to where the picture has room for it. */
static void
draw_x_label(const Frame *frame, const char *class, double x, double y, const char *words, double bold)
{
	double		half = rn_text_width(words) * LABEL_SIZE * bold / 2;

	x = fmax(fmin(x, frame->chart->width - half), half);
	draw_text(frame->drawing, class, x, y, words, INFINITY);
}

static void
draw_x_axis(const Frame *frame, int64_t low, int64_t high)
{
	double		width = frame->right - frame->left;
	int			most = (int) fmax(width / TICK_WIDTH, width < TWO_TICKS ? 1 : 2);
	RnTicks		ticks;

	rn_ticks_times(&frame->chart->calendar, low, high, most, &ticks);
	rn_draw(frame->drawing, "<path class=\"axis\" d=\"");
	rn_draw_at(frame->drawing, 'M', frame->left);
	rn_draw_at(frame->drawing, ' ', frame->bottom);
	rn_draw_at(frame->drawing, 'H', frame->right);
	for (int i = 0; i < ticks.n; i++)
	{
		rn_draw_at(frame->drawing, 'M', x_pixel(frame, ticks.tick[i].at));
		rn_draw_at(frame->drawing, ' ', frame->bottom);
		rn_draw(frame->drawing, "v4");
	}
	rn_draw(frame->drawing, "\"/>\n");
	for (int i = 0; i < ticks.n; i++)
	{
		const RnTick *tick = &ticks.tick[i];
		double		x = x_pixel(frame, tick->at);

		draw_x_label(frame, "label middle", x, frame->bottom + 17, tick->label, 1);
		if (tick->under[0] != '\0')
			draw_x_label(frame, "label middle strong", x, frame->bottom + 31, tick->under, BOLD);
	}
	if (frame->chart->across != NULL)
		draw_text(frame->drawing, "label left", frame->right, frame->bottom + 31, frame->chart->across, INFINITY);
}

static void
draw_rule(const Frame *frame)
{
	if (!frame->facet->ruled)
		return;
	rn_draw(frame->drawing, "<path class=\"rule\" d=\"");
	rn_draw_at(frame->drawing, 'M', x_pixel(frame, (double) frame->facet->rule));
	rn_draw_at(frame->drawing, ' ', frame->top);
	rn_draw_at(frame->drawing, 'V', frame->bottom);
	rn_draw(frame->drawing, "\"/>\n");
}

/* ---- facets ---- */

/* What all facets of a chart have in common. */
typedef struct Layout
{
	int64_t		x_low;
	int64_t		x_high;
	double		width;			/* of a facet */
	double		height;
	double		left;			/* of it, for labels of y, */
	double		right;			/* and for words behind lines */
	double		y_low[RN_CHART_FACETS];
	double		y_high[RN_CHART_FACETS];
} Layout;

/* The scale of y from its least and largest, and its ticks. */
static void
fit_y(Frame *frame, RnTicks *ticks)
{
	int			most = (int) ((frame->bottom - frame->top) / TICK_HEIGHT);
	double		air;

	if (frame->chart->logarithmic)
	{
		rn_ticks_logarithms(&frame->y_low, &frame->y_high, most, ticks);
		return;
	}
	air = (frame->y_high / 2 - frame->y_low / 2) * 2 * AIR;
	if (isfinite(air) && !(frame->chart->from_zero && frame->y_low == 0))
		frame->y_low -= air;
	if (isfinite(air))
		frame->y_high += air;
	rn_ticks_numbers(&frame->y_low, &frame->y_high, most, ticks);
}

/* Facet f, where it is. */
static Frame
frame_of(const RnChart *chart, const Layout *layout, size_t f, double x, double y, RnTicks *ticks)
{
	const RnFacet *facet = &chart->facet[f];
	Frame		frame = {
		.chart = chart,.facet = facet,.left = x + layout->left,.right = x + layout->width - layout->right,
		.labels = layout->left - 7,.beside = layout->right - 7,
		.top = y + (facet->title != NULL ? 24 : 6),.bottom = y + layout->height - FEET,
		.x_low = (double) layout->x_low,.x_high = (double) layout->x_high,
		.y_low = layout->y_low[f],.y_high = layout->y_high[f]
	};

	fit_y(&frame, ticks);
	return frame;
}

/* Room beside lines, the same in all facets. */
static void
fit_margins(const RnChart *chart, Layout *layout)
{
	double		labels = 0;
	double		ends = 3;

	for (size_t f = 0; f < chart->facets; f++)
	{
		RnTicks		ticks;

		frame_of(chart, layout, f, 0, 0, &ticks);
		for (int i = 0; i < ticks.n; i++)
			labels = fmax(labels, rn_text_width(ticks.tick[i].label) * LABEL_SIZE);
		ends = fmax(ends, widest_end(&chart->facet[f]));
	}
	layout->left = fmin(labels + 9, layout->width * MOST_MARGIN);
	layout->right = fmin(ends + 9, layout->width * MOST_MARGIN);
}

static RnCode
draw_facet(RnHost *host, const RnChart *chart, const Layout *layout, size_t f, double x, double y, RnDrawing *drawing)
{
	const RnFacet *facet = &chart->facet[f];
	RnTicks		ticks;
	Frame		frame = frame_of(chart, layout, f, x, y, &ticks);

	frame.drawing = drawing;
	rn_draw(drawing, "<g>\n");
	if (facet->title != NULL)
		draw_text(drawing, "facet", x, y + 13, facet->title, layout->width / TEXT_SIZE / BOLD);
	draw_y_axis(&frame, &ticks);
	draw_x_axis(&frame, layout->x_low, layout->x_high);
	draw_band(&frame);
	draw_rule(&frame);
	for (int c = 0; c < facet->curves; c++)
	{
		RN_TRY(draw_curve(host, &frame, &facet->curve[c]));
		draw_dots(&frame, &facet->curve[c]);
	}
	draw_ends(&frame);
	rn_draw(drawing, "</g>\n");
	return RN_OK;
}

/* ---- the whole ---- */

/* Entries side by side, in as many lines as they take; returns what is below them.  drawing NULL: only measures. */
static double
draw_legend(const RnChart *chart, double y, RnDrawing *drawing)
{
	double		x = PADDING;
	bool		any = false;

	for (int ink = 0; ink < RN_INKS; ink++)
	{
		double		width;

		if (chart->legend[ink] == NULL)
			continue;
		width = SWATCH + 6 + rn_text_width(chart->legend[ink]) * TEXT_SIZE + 20;
		if (any && x + width > chart->width)
		{
			x = PADDING;
			y += TEXT_SIZE + 7;
		}
		any = true;
		if (drawing != NULL)
		{
			rn_draw(drawing, "<path class=\"%s\" d=\"", rn_ink_class((RnInk) ink));
			rn_draw_at(drawing, 'M', x);
			rn_draw_at(drawing, ' ', y - (ink == RN_INK_BAND ? 10 : 4.5));
			rn_draw(drawing, ink == RN_INK_BAND ? "h%dv11h-%dZ\"/>\n" : "h%d\"/>\n", SWATCH, SWATCH);
			draw_text(drawing, "legend", x + SWATCH + 6, y, chart->legend[ink],
					  (chart->width - x - SWATCH - 6) / TEXT_SIZE);
		}
		x += width;
	}
	return any ? y + 10 : y - 14;
}

static size_t
columns_of(const RnChart *chart)
{
	size_t		most = (size_t) fmax((chart->width - 2 * PADDING + FACET_GAP) / (FACET_WIDTH + FACET_GAP), 1);
	size_t		wanted = chart->facets <= 1 ? 1 : chart->facets <= 4 ? 2 : chart->facets <= 24 ? 3 : 4;

	return wanted < most ? wanted : most;
}

/* Lines of facets, one at least. */
static size_t
lines_of(const RnChart *chart)
{
	size_t		columns = columns_of(chart);
	size_t		lines = (chart->facets + columns - 1) / columns;

	return lines > 0 ? lines : 1;
}

/* Where the first line of the legend stands. */
static double
legend_y(const RnChart *chart)
{
	return (chart->subtitle != NULL ? 54 : 34) + 24;
}

/* What is above the facets. */
static double
head_of(const RnChart *chart, bool legend)
{
	return (legend ? draw_legend(chart, legend_y(chart), NULL) : legend_y(chart) - 14) + 8;
}

/* The least height below a head. */
static double
least_below(const RnChart *chart, double head)
{
	size_t		lines = lines_of(chart);

	return head + (double) lines * LEAST_HEIGHT + (double) (lines - 1) * FACET_GAP + PADDING / 2;
}

int
rn_chart_least_height(const RnChart *chart)
{
	return (int) ceil(least_below(chart, head_of(chart, false)));
}

static double
height_of(const RnChart *chart, double head)
{
	size_t		lines = lines_of(chart);

	if (chart->height > 0)
		return fmax(chart->height, rn_chart_least_height(chart));
	if (chart->facets <= 1)
		return head + fmin(fmax(chart->width * 0.36, 180), 420) + PADDING / 2;
	return head + (double) lines * FACET_HEIGHT + (double) (lines - 1) * FACET_GAP + PADDING / 2;
}

/* All facets in columns, below head. */
static RnCode
draw_facets(RnHost *host, const RnChart *chart, double head, double height, RnDrawing *drawing)
{
	size_t		columns = columns_of(chart);
	size_t		lines = lines_of(chart);
	Layout		layout = {0};

	if (!find_x(chart, &layout.x_low, &layout.x_high))
		layout.x_low = layout.x_high = 0;
	layout.width = (chart->width - 2 * PADDING - (double) (columns - 1) * FACET_GAP) / (double) columns;
	layout.height = (height - head - PADDING / 2 - (double) (lines - 1) * FACET_GAP) / (double) lines;
	for (size_t f = 0; f < chart->facets; f++)
		RN_TRY(find_y(host, chart, &chart->facet[f], &layout.y_low[f], &layout.y_high[f]));
	fit_margins(chart, &layout);
	for (size_t f = 0; f < chart->facets; f++)
	{
		RN_TRY(rn_poll(host));
		RN_TRY(draw_facet(host, chart, &layout, f, PADDING + (double) (f % columns) * (layout.width + FACET_GAP),
						  head + (double) (f / columns) * (layout.height + FACET_GAP), drawing));
	}
	return RN_OK;
}

RnCode
rn_chart_draw(RnHost *host, const RnChart *chart, RnDrawing *drawing)
{
	bool		legend = chart->height == 0 || chart->height >= least_below(chart, head_of(chart, true));
	double		head = head_of(chart, legend);
	double		height = height_of(chart, head);

	*drawing = (RnDrawing) {.host = host};
	rn_draw_open(drawing, chart->theme, chart->width, (int) lround(height), chart->title);
	draw_text(drawing, "title", PADDING, 32, chart->title, (chart->width - 2 * PADDING) / TITLE_SIZE / BOLD);
	if (chart->subtitle != NULL)
		draw_text(drawing, "subtitle", PADDING, 54, chart->subtitle, (chart->width - 2 * PADDING) / (double) TEXT_SIZE);
	if (legend)
		draw_legend(chart, legend_y(chart), drawing);
	RN_TRY(draw_facets(host, chart, head, height, drawing));
	rn_draw(drawing, "</svg>\n");
	return drawing->code;
}
