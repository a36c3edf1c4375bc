/*
 * test_plot.c
 *		Pictures without a server: ticks, words, lines, characters.
 */
#include "test_host.h"

#include <math.h>
#include <stdio.h>

#include "plot/chart.h"
#include "plot/spark.h"
#include "plot/ticks.h"

#define DAY(n)	(INT64_C(86400000000) * (n))

/* All labels of ticks in one line, second lines in brackets. */
static const char *
labels(const RnTicks *ticks)
{
	static char text[2048];

	text[0] = '\0';
	for (int i = 0; i < ticks->n; i++)
	{
		snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s%s", i > 0 ? " " : "", ticks->tick[i].label);
		if (ticks->tick[i].under[0] != '\0')
			snprintf(text + strlen(text), sizeof(text) - strlen(text), "(%s)", ticks->tick[i].under);
	}
	return text;
}

static const char *
number_ticks(double low, double high, int most)
{
	static RnTicks ticks;

	rn_ticks_numbers(&low, &high, most, &ticks);
	for (int i = 0; i < ticks.n; i++)
		assert_true(ticks.tick[i].at >= low - fabs(low) * 1e-9 && ticks.tick[i].at <= high + fabs(high) * 1e-9);
	return labels(&ticks);
}

static void
nice_numbers(void **state)
{
	static const double end[] = {0, 1e-300, -1e308, 1e308, 5e-324, -1e100, 1e15, 123456789};

	(void) state;
	assert_string_equal(number_ticks(0, 10, 5), "0 2 4 6 8 10");
	assert_string_equal(number_ticks(-0.3, 0.3, 6), "\xe2\x88\x92" "0.3 \xe2\x88\x92" "0.2 \xe2\x88\x92" "0.1 0.0 0.1 0.2 0.3");
	assert_string_equal(number_ticks(97, 131, 4), "100 110 120 130");
	/* where a step has a single multiple, a finer one */
	assert_string_equal(number_ticks(101, 139, 2), "110 120 130");
	assert_string_equal(number_ticks(0, 250000, 5), "0 50,000 100,000 150,000 200,000 250,000");
	assert_string_equal(number_ticks(1e6, 3e6, 4), "1.0M 1.5M 2.0M 2.5M 3.0M");
	assert_string_equal(number_ticks(0, 4e-9, 4), "0 1.0e-09 2.0e-09 3.0e-09 4.0e-09");
	for (int i = 0; i < 8; i++)
		for (int j = 0; j < 8; j++)
		{
			double		low = fmin(end[i], end[j]);
			double		high = fmax(end[i], end[j]);
			RnTicks		ticks;

			rn_ticks_numbers(&low, &high, 6, &ticks);
			assert_true(isfinite(low) && isfinite(high) && low < high && ticks.n >= 1 && ticks.n <= RN_MAX_TICKS);
		}
}

static void
logarithms(void **state)
{
	double		low = 0.013;
	double		high = 0.36;
	RnTicks		ticks;

	(void) state;
	rn_ticks_logarithms(&low, &high, 6, &ticks);
	assert_string_equal(labels(&ticks), "0.01 0.02 0.05 0.1 0.2 0.5");
	assert_true(low <= 0.013 && high >= 0.36);
	low = 1e-12;
	high = 1;
	rn_ticks_logarithms(&low, &high, 6, &ticks);
	assert_string_equal(labels(&ticks), "1e-12 1e-10 1e-08 1e-06 0.0001 0.01 1");
}

static const char *
time_ticks(RnCalendar calendar, int64_t low, int64_t high, int most)
{
	static RnTicks ticks;

	rn_ticks_times(&calendar, low, high, most, &ticks);
	if (ticks.n > most)
		fail_msg("%d ticks: %s", ticks.n, labels(&ticks));
	for (int i = 0; i < ticks.n; i++)
		assert_true(ticks.tick[i].at >= (double) low && ticks.tick[i].at <= (double) high);
	for (int i = 1; i < ticks.n; i++)
		assert_true(strcmp(ticks.tick[i].label, ticks.tick[i - 1].label) != 0 || ticks.tick[i].under[0] != '\0');
	return labels(&ticks);
}

/* Days are counted from 2000-01-01, a Saturday. */
static void
dates(void **state)
{
	RnCalendar	month = {.kind = RN_TIME_CIVIL,.months = 1,.anchor_day = 1};
	RnCalendar	quarter = {.kind = RN_TIME_CIVIL,.months = 3,.anchor_day = 1};
	RnCalendar	year = {.kind = RN_TIME_CIVIL,.months = 12,.anchor_day = 1};
	RnCalendar	day = {.kind = RN_TIME_CIVIL,.step = DAY(1)};
	RnCalendar	hour = {.kind = RN_TIME_CIVIL,.step = DAY(1) / 24};
	RnCalendar	count = {.kind = RN_TIME_INTEGER,.step = 1};

	(void) state;
	assert_string_equal(time_ticks(month, 0, DAY(366 + 31), 6), "Jan(2000) Apr Jul Oct Jan(2001)");
	assert_string_equal(time_ticks(month, DAY(40), DAY(366 * 5), 6), "2001 2002 2003 2004 2005");
	assert_string_equal(time_ticks(month, 0, DAY(60), 9), "Jan(2000) Feb Mar");
	assert_string_equal(time_ticks(quarter, 0, DAY(366 + 31), 6), "Q1(2000) Q2 Q3 Q4 Q1(2001)");
	assert_string_equal(time_ticks(day, 0, DAY(40), 8), "3(Jan 2000) 10 17 24 31 7(Feb)");
	assert_string_equal(time_ticks(day, DAY(-3), DAY(3), 8), "29(Dec 1999) 30 31 1(Jan 2000) 2 3 4");
	assert_string_equal(time_ticks(hour, 0, DAY(2), 8), "00:00(1 Jan 2000) 12:00 00:00(2 Jan) 12:00 00:00(3 Jan)");
	assert_string_equal(time_ticks(count, 1, 60, 7), "10 20 30 40 50 60");
	assert_string_equal(time_ticks(count, 1, 3, 10), "1 2 3");
	/* two at least */
	assert_string_equal(time_ticks(hour, DAY(1) / 4, DAY(3), 2), "2(Jan 2000) 4");
	assert_string_equal(time_ticks(count, 1, 60, 2), "20 60");
	for (int64_t range = 2; range < 2000; range += range / 9 + 1)
		for (int most = 2; most < 9; most++)
		{
			assert_non_null(strchr(time_ticks(hour, DAY(range) / 3, DAY(range) / 3 + range * DAY(1) / 24, most), ' '));
			assert_non_null(strchr(time_ticks(month, DAY(range * 30), DAY(range * 30 + range * 31), most), ' '));
			assert_non_null(strchr(time_ticks(count, range * 7, range * 8, most), ' '));
		}
	/* the ends of time */
	assert_string_equal(time_ticks(month, RN_CIVIL_MIN, RN_CIVIL_END - 1, 3), "1 BC 100000 200000");
	time_ticks(day, RN_CIVIL_END - DAY(3), RN_CIVIL_END - 1, 8);
	time_ticks(day, RN_CIVIL_MIN, RN_CIVIL_MIN + DAY(3), 8);
	time_ticks(count, INT64_MIN, INT64_MAX, 5);
	/* the first tick would be after the last time that there is: the year 294500, a Monday eight days on */
	assert_string_equal(time_ticks(year, DAY(292000) * 365 + DAY(70811), DAY(292265) * 365 + DAY(70874), 2), "294100 294200");
	assert_string_equal(time_ticks(day, RN_CIVIL_END - DAY(7), RN_CIVIL_END - 1, 2), "25(Dec 294276) 29");
	assert_string_equal(time_ticks(year, RN_CIVIL_END - DAY(300), RN_CIVIL_END - 1, 2), "");
}

/* Series that are shorter than a second. */
static void
split_seconds(void **state)
{
	const int64_t noon = DAY(1) / 2;
	RnCalendar	centi = {.kind = RN_TIME_CIVIL,.step = 10000};
	RnCalendar	milli = {.kind = RN_TIME_CIVIL,.step = 1000};
	RnCalendar	micro = {.kind = RN_TIME_CIVIL,.step = 1};

	(void) state;
	assert_string_equal(time_ticks(centi, noon, noon + 400000, 9), "12:00:00.0(1 Jan 2000) 12:00:00.1 12:00:00.2 12:00:00.3 12:00:00.4");
	assert_string_equal(time_ticks(centi, noon + 990000, noon + 1030000, 9),
						"12:00:00.99(1 Jan 2000) 12:00:01.00 12:00:01.01 12:00:01.02 12:00:01.03");
	assert_string_equal(time_ticks(milli, noon - 2000, noon + 2000, 9),
						"11:59:59.998(1 Jan 2000) 11:59:59.999 12:00:00.000 12:00:00.001 12:00:00.002");
	assert_string_equal(time_ticks(micro, -10, 0, 5), "23:59:59.999990(31 Dec 1999) 23:59:59.999995 00:00:00.000000(1 Jan)");
	assert_string_equal(time_ticks(centi, noon, noon + RN_USECS_PER_SEC, 3), "12:00:00(1 Jan 2000) 12:00:01");
	/* wherever it begins, however long it is: there are ticks */
	for (int64_t range = 10; range < 20 * RN_USECS_PER_SEC; range += range / 7 + 1)
		for (int most = 1; most < 20; most++)
			assert_string_not_equal(time_ticks(micro, noon + range / 3, noon + range / 3 + range, most), "");
}

static void
words(void **state)
{
	TestHost	test = test_host();
	RnDrawing	drawing = {.host = &test.host};

	(void) state;
	rn_draw_words(&drawing, "a<b>&\"c'\x01\t\xc3\xa9\xf0\x9f\x98\x80\xff\xed\xa0\x80\xef\xbf\xbf\xc0\x80\xe2\x82", INFINITY);
	assert_ok(test, drawing.code);
	assert_string_equal(drawing.text, "a&#x3C;b&#x3E;&#x26;&#x22;c&#x27;&#xFFFD;&#x9;&#xE9;&#x1F600;&#xFFFD;&#xFFFD;&#xFFFD;&#xFFFD;"
						"&#xFFFD;&#xFFFD;&#xFFFD;");
	rn_drawing_free(&drawing);
	drawing = (RnDrawing) {.host = &test.host};
	rn_draw_words(&drawing, "abcdefghijkl", 5);
	assert_string_equal(drawing.text, "abcdefg&#x2026;");
	rn_drawing_free(&drawing);
	/* as wide as in DejaVu Sans Bold, in which few words are wider: 1.103, and 0.995 of M */
	assert_true(rn_text_width("W") * 1.18 >= 1.103 && rn_text_width("M") * 1.18 >= 0.995);
	drawing = (RnDrawing) {.host = &test.host};
	rn_draw_at(&drawing, 'M', -0.26);
	rn_draw_at(&drawing, ' ', 12.04);
	rn_draw_at(&drawing, '\0', -7);
	rn_draw_at(&drawing, 'L', 1e300);
	assert_string_equal(drawing.text, "M-0.3 12-7L1000000");
	rn_drawing_free(&drawing);
	assert_int_equal(test.live, 0);
}

/* A chart of a line of n points, with a band and a second facet of one point and gaps. */
#define MOST 300000
static int64_t x[MOST];
static double y[MOST];
static const double gaps[] = {NAN, 4, NAN, 5, 6, NAN};

static RnCode
draw(TestHost *test, size_t n, RnDrawing *drawing)
{
	RnFacet		facet[2] = {
		{.title = "one",.band = {n, x, y, y},.curves = 1,.curve = {{RN_INK_FORECAST, n, x, y, "5", n}},.ruled = true},
		{.title = "two",.curves = 1,.curve = {{RN_INK_ACTUAL, 6, x, gaps, "6", 0}}}
	};
	RnChart		chart = {
		.title = "title",.subtitle = "subtitle",.legend = {[RN_INK_BAND] = "band"},.width = 800,
		.calendar = {.kind = RN_TIME_INTEGER,.step = 1},.facets = 2,.facet = facet
	};

	for (size_t i = 0; i < n; i++)
	{
		x[i] = (int64_t) i;
		y[i] = sin((double) i * 0.1) * 1e3;
	}
	return rn_chart_draw(&test->host, &chart, drawing);
}

static int
count(const char *text, const char *part)
{
	int			n = 0;

	for (const char *at = strstr(text, part); at != NULL; at = strstr(at + 1, part))
		n++;
	return n;
}

/* Times may be as large as integers are. */
static void
last_integer(void **state)
{
	TestHost	test = test_host();
	int64_t		x[2] = {INT64_MAX - 1, INT64_MAX};
	double		y[2] = {1, 2};
	RnCurve		curve = {.n = 2,.x = x,.y = y};
	RnFacet		facet = {.curves = 1,.curve = {curve}};
	RnChart		chart = {
		.title = "title",.width = 800,.calendar = {.kind = RN_TIME_INTEGER,.step = 1},.facets = 1,.facet = &facet
	};
	RnDrawing	drawing;

	(void) state;
	assert_ok(test, rn_chart_draw(&test.host, &chart, &drawing));
	assert_non_null(strstr(drawing.text, "9223372036854775"));
	rn_drawing_free(&drawing);
	assert_int_equal(test.live, 0);
}

static void
lines(void **state)
{
	TestHost	test = test_host();
	RnDrawing	drawing;

	(void) state;
	assert_ok(test, draw(&test, 20, &drawing));
	assert_int_equal(count(drawing.text, "class=\"forecast\" d=\"M"), 1);
	assert_int_equal(count(drawing.text, "<circle"), 20);
	assert_int_equal(count(drawing.text, "class=\"band\" d=\"M"), 2);	/* one of them in the legend */
	/* a lone point is a dot, two are a line */
	assert_int_equal(count(drawing.text, "h0"), 1);
	assert_int_equal(count(drawing.text, "<g>"), 2);
	assert_int_equal(count(drawing.text, "nan"), 0);
	assert_string_equal(drawing.text + drawing.length - 7, "</svg>\n");
	assert_int_equal(strlen(drawing.text), drawing.length);
	rn_drawing_free(&drawing);
	/* however many points: as large as the picture is wide */
	assert_ok(test, draw(&test, MOST, &drawing));
	assert_true(drawing.length < 100000);
	assert_int_equal(count(drawing.text, "<circle"), 0);
	rn_drawing_free(&drawing);
	assert_int_equal(test.live, 0);
}

/* Without memory, at any point, and stopped: an error, and nothing kept. */
static void
failures(void **state)
{
	RnDrawing	drawing;
	TestHost	test;
	RnCode		code = RN_NO_MEMORY;

	(void) state;
	for (int left = 0; code != RN_OK; left++)
	{
		assert_true(left < 50);
		test = test_host();
		test.allocations_left = left;
		code = draw(&test, 1000, &drawing);
		assert_true(code == RN_OK || code == RN_NO_MEMORY);
		rn_drawing_free(&drawing);
		assert_int_equal(test.live, 0);
	}
	test = test_host();
	test.polls_left = 3;
	/* the third is while ranges are found, before anything is drawn of a facet */
	assert_int_equal(draw(&test, MOST, &drawing), RN_CANCELLED);
	assert_int_equal(count(drawing.text, "<g>"), 0);
	rn_drawing_free(&drawing);
	test = test_host();
	test.polls_left = 8;
	assert_int_equal(draw(&test, MOST, &drawing), RN_CANCELLED);
	assert_int_equal(count(drawing.text, "<g>"), 1);
	rn_drawing_free(&drawing);
	assert_int_equal(test.live, 0);
}

/* ---- nothing leaves the picture ---- */

/* A picture's size. */
typedef struct Size
{
	double		width;
	double		height;
} Size;

static void
point_inside(const Size *size, double x, double y, const char *at)
{
	if (x < -0.05 || x > size->width + 0.05 || y < -0.05 || y > size->height + 0.05)
		fail_msg("%g,%g of %g x %g: %.60s", x, y, size->width, size->height, at);
}

/* Every point of a path, whose letters are those that charts have. */
static void
path_inside(const Size *size, const char *d)
{
	double		x = 0;
	double		y = 0;

	for (char *at = (char *) d; *at != '"';)
	{
		char		letter = *at++;

		if (letter == 'M' || letter == 'L')
			x = strtod(at, &at), y = strtod(at, &at);
		else if (letter == 'H' || letter == 'h')
			x = strtod(at, &at) + (letter == 'h' ? x : 0);
		else if (letter == 'V' || letter == 'v')
			y = strtod(at, &at) + (letter == 'v' ? y : 0);
		else
			assert_int_equal(letter, 'Z');
		point_inside(size, x, y, d);
	}
}

/* Both ends of a text, by the size of its class: <text class="..." x="..." y="...">words</text> */
static void
text_inside(const Size *size, const char *element)
{
	char		class[64];
	char		words[256];
	double		x;
	double		y;
	double		width;
	bool		bold;

	assert_int_equal(sscanf(element, "<text class=\"%63[^\"]\" x=\"%lf\" y=\"%lf\">%255[^<]", class, &x, &y, words), 4);
	bold = strstr(class, "title") == class || strstr(class, "facet") != NULL || strstr(class, "end") == class || strstr(class, "strong") != NULL;
	/* a minus, and an ellipsis, which is the last */
	for (char *at = strchr(words, '&'); at != NULL; at = strchr(at, '&'))
	{
		memcpy(at, "\xe2\x80\xa6", 3);
		memmove(at + 3, at + 8, strlen(at + 8) + 1);
	}
	width = rn_text_width(words) * (strcmp(class, "title") == 0 ? 18 : strstr(class, "label") != NULL ? 11 : 13) * (bold ? 1.18 : 1);
	x -= strstr(class, "middle") != NULL ? width / 2 : strstr(class, "left") != NULL ? width : 0;
	point_inside(size, x, y, element);
	point_inside(size, x + width, y, element);
}

static void
all_inside(const RnDrawing *drawing, const RnChart *chart)
{
	Size		size;
	double		x;
	double		y;
	double		bottom;

	assert_int_equal(sscanf(strstr(drawing->text, "viewBox="), "viewBox=\"0 0 %lf %lf\"", &size.width, &size.height), 2);
	assert_true(size.width == chart->width && (chart->height == 0 || size.height == chart->height));
	for (const char *at = strstr(drawing->text, " d=\""); at != NULL; at = strstr(at + 1, " d=\""))
		path_inside(&size, at + 4);
	for (const char *at = strstr(drawing->text, "<text"); at != NULL; at = strstr(at + 1, "<text"))
		text_inside(&size, at);
	for (const char *at = strstr(drawing->text, "class=\"rule\" d=\""); at != NULL; at = strstr(at + 1, "class=\"rule\" d=\""))
	{
		assert_int_equal(sscanf(at, "class=\"rule\" d=\"M%lf %lfV%lf\"", &x, &y, &bottom), 3);
		assert_true(bottom - y >= 55);	/* room for lines */
	}
	for (const char *at = strstr(drawing->text, " cx=\""); at != NULL; at = strstr(at + 1, " cx=\""))
	{
		assert_int_equal(sscanf(at, " cx=\"%lf\" cy=\"%lf\"", &x, &y), 2);
		point_inside(&size, x, y, at);
	}
}

/* Every facet has two labels at least on either axis. */
static void
all_labelled(const RnDrawing *drawing, const RnChart *chart)
{
	if (count(drawing->text, "class=\"label left\"") < 2 * (int) chart->facets ||
		count(drawing->text, "class=\"label middle\"") < 2 * (int) chart->facets)
		fail_msg("%zu facets, %d x %d: %s", chart->facets, chart->width, chart->height, drawing->text);
}

/* Words as long as may be, and values as large and near to each other as may be; of hours, or without words behind lines. */
static RnChart
crowded_chart(int facets, int64_t step)
{
	static const double base[] = {0, -1e6, 99999, 0.00123, 1e200, 1e9};
	static RnFacet facet[RN_CHART_FACETS];
	static int64_t x[100];
	static double y[6][100];

	for (int i = 0; i < 600; i++)
	{
		x[i % 100] = step * (i % 100 + 5);
		y[i / 100][i % 100] = base[i / 100] + sin(i) * fmax(fabs(base[i / 100]) * 0.03, 1);
	}
	for (int f = 0; f < facets; f++)
		facet[f] = (RnFacet) {
			.title = facets > 1 ? "a series of a very long name, which has no room" : NULL,.band = {20, x + 80, y[f % 6] + 80, y[f % 6] + 80},
			.curves = 2,.ruled = true,.rule = x[80],.curve = {
				{RN_INK_ACTUAL, 80, x, y[f % 6], f % 2 == 0 || step == 1 ? NULL : "held out 0.0123456", 0},
				{RN_INK_FORECAST, 20, x + 80, y[f % 6] + 80, step == 1 ? NULL : f % 3 == 0 ? "1,234,567" : "training 0.01234567 or so", 20}
			}
		};
	return (RnChart) {
		.title = "WWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWW",.subtitle = "the next 20 hours, times in Europe/Zurich; 60 of 70 series",
		.legend = {"actual", "one step ahead", "forecast", "seasonal naive forecast", "90% interval"},
		.calendar = {.kind = RN_TIME_CIVIL,.step = step},.facets = (size_t) facets,.facet = facet
	};
}

static void
inside(void **state)
{
	static const int width[] = {200, 260, 300, 437, 600, 860, 1500, 4000};
	static const int facets[] = {1, 2, 3, 5, 12, 24, 25, 60};
	TestHost	test = test_host();
	RnDrawing	drawing;

	(void) state;
	for (int w = 0; w < 8; w++)
		for (int f = 0; f < 8; f++)
		{
			RnChart		chart = crowded_chart(facets[f], w % 2 == 0 ? RN_USECS_PER_HOUR : 1);
			int			least;

			chart.width = width[w];
			least = rn_chart_least_height(&chart);
			assert_true(facets[f] > 1 || least <= RN_CHART_LEAST_SIZE);
			for (int h = 0; h < 5; h++)
			{
				chart.height = h == 0 ? 0 : least + (h - 1) * (h - 1) * 40;
				assert_ok(test, rn_chart_draw(&test.host, &chart, &drawing));
				all_inside(&drawing, &chart);
				rn_drawing_free(&drawing);
			}
		}
	assert_int_equal(test.live, 0);
}

/* Facets over the first hours of all; numbers from some place to another. */
static void
labelled(void **state)
{
	TestHost	test = test_host();
	int64_t		x[200];
	double		y[200];
	RnFacet		facet[12];

	(void) state;
	for (int n = 10; n <= 200; n += 19)
		for (int low = -5; low < 60; low += 13)
			for (int width = 250; width < 1000; width += 90)
			{
				RnChart		chart = {
					.title = "many",.width = width,.calendar = {.kind = RN_TIME_CIVIL,.step = RN_USECS_PER_HOUR},
					.facets = 12,.facet = facet
				};
				RnDrawing	drawing;

				chart.height = low % 2 == 0 ? rn_chart_least_height(&chart) : 0;
				for (int i = 0; i < n; i++)
				{
					x[i] = RN_USECS_PER_HOUR * (i + n);
					y[i] = low + 37.0 * i / n;
				}
				for (int f = 0; f < 12; f++)
					facet[f] = (RnFacet) {.title = "store 1",.curves = 1,.curve = {{RN_INK_ACTUAL, (size_t) n, x, y, "12.3", 0}}};
				assert_ok(test, rn_chart_draw(&test.host, &chart, &drawing));
				all_labelled(&drawing, &chart);
				rn_drawing_free(&drawing);
			}
	assert_int_equal(test.live, 0);
}

static void
sparks(void **state)
{
	double		number[] = {0, 1, 2, 3, 4, 5, 6, 7, NAN, INFINITY, -INFINITY};
	double		same[] = {3, 3, NAN};
	double		huge[] = {-1.7e308, 0, 1.7e308};
	double		wide[] = {1, 3, NAN, NAN, 5, 7, NAN};
	double		squeezed[3];
	char		text[RN_SPARK_BYTES * 16];

	(void) state;
	rn_spark(number, 11, true, text);
	assert_string_equal(text, "_.-~=+*# #_");
	rn_spark(number, 9, false, text);
	assert_string_equal(text, "\xe2\x96\x81\xe2\x96\x82\xe2\x96\x83\xe2\x96\x84\xe2\x96\x85\xe2\x96\x86\xe2\x96\x87\xe2\x96\x88 ");
	rn_spark(same, 3, true, text);
	assert_string_equal(text, "~~ ");
	rn_spark(huge, 3, true, text);
	assert_string_equal(text, "_=#");
	rn_spark(NULL, 0, true, text);
	assert_string_equal(text, "");
	rn_spark_squeeze(wide, 7, squeezed, 3);
	assert_true(squeezed[0] == 2 && isnan(squeezed[1]) && squeezed[2] == 6);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nice_numbers),
		cmocka_unit_test(logarithms),
		cmocka_unit_test(dates),
		cmocka_unit_test(split_seconds),
		cmocka_unit_test(words),
		cmocka_unit_test(last_integer),
		cmocka_unit_test(lines),
		cmocka_unit_test(failures),
		cmocka_unit_test(inside),
		cmocka_unit_test(labelled),
		cmocka_unit_test(sparks),
	};

	return cmocka_run_group_tests_name("plot", tests, NULL, NULL);
}
