/*
 * ticks.c
 *		Where an axis has its ticks, and what they say: numbers and dates.
 */
#include "plot/ticks.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "series/civil.h"

/* In UTF-8. */
#define MINUS "\xe2\x88\x92"

/* Numbers are kept apart from where doubles end. */
#define LARGEST 1e300

/* ---- numbers ---- */

RnNumberStyle
rn_number_style(double largest, double resolution)
{
	RnNumberStyle style = {1, "", 0, false};
	double		digits;

	if (!(largest < 1e15) || (largest < 1e-4 && largest > 0))
	{
		style.power = true;
		style.decimals = (int) fmin(fmax(ceil(log10(largest) - log10(resolution) - 1e-9), 0), 6);
		return style;
	}
	if (largest >= 1e12)
		style.divide = 1e12, style.suffix = "T";
	else if (largest >= 1e9)
		style.divide = 1e9, style.suffix = "B";
	else if (largest >= 1e6)
		style.divide = 1e6, style.suffix = "M";
	digits = ceil(-log10(resolution / style.divide) - 1e-9);
	style.decimals = (int) fmin(fmax(digits, 0), 9);
	return style;
}

/* A comma after every three digits before the point of text, if there are more than four. */
static void
put_commas(char *text, size_t size)
{
	size_t		length = strlen(text);
	size_t		whole = strspn(text, "0123456789");

	if (whole < 5)
		return;
	for (size_t at = whole; at > 3 && length + 1 < size; length++)
	{
		at -= 3;
		memmove(text + at + 1, text + at, length - at + 1);
		text[at] = ',';
	}
}

void
rn_number_text(const RnNumberStyle *style, double number, char *text, size_t size)
{
	char		digits[RN_TICK_TEXT];
	double		magnitude = fabs(number);

	if (style->power && number != 0)
		snprintf(digits, sizeof(digits), "%.*e", style->decimals, magnitude);
	else
	{
		snprintf(digits, sizeof(digits), "%.*f", style->power ? 0 : style->decimals, magnitude / style->divide);
		put_commas(digits, sizeof(digits));
	}
	snprintf(text, size, "%s%s%s", number < 0 && strpbrk(digits, "123456789") != NULL ? MINUS : "", digits,
			 style->power || number == 0 ? "" : style->suffix);
}

/* The nice number at or above x. */
static double
nice_step(double x)
{
	double		power = pow(10, floor(log10(x)));
	double		part = x / power * (1 - 1e-9);

	return power * (part <= 1 ? 1 : part <= 2 ? 2 : part <= 5 ? 5 : 10);
}

/* Ends that are apart by as much as numbers of their size can show. */
static void
keep_apart(double *low, double *high)
{
	double		largest;
	double		least;

	*low = fmin(fmax(*low, -LARGEST), LARGEST);
	*high = fmin(fmax(*high, -LARGEST), LARGEST);
	largest = fmax(fabs(*low), fabs(*high));
	least = largest > 0 ? fmax(largest * 1e-9, 1e-290) : 1;
	if (*high - *low >= least)
		return;
	least = largest > 0 ? fmax(largest * 0.05, least) : least;
	*low -= least;
	*high += least;
}

/* The nice number below x, which is one. */
static double
finer_step(double x)
{
	return nice_step(x / 2.6);
}

/* All multiples of a step from low to high. */
static void
ticks_of_step(double low, double high, double step, RnTicks *ticks)
{
	double		first = ceil(low / step - 1e-9);
	RnNumberStyle style = rn_number_style(fmax(fabs(low), fabs(high)), step);

	ticks->n = 0;
	for (int i = 0; i < RN_MAX_TICKS && (first + i) * step <= high + step * 1e-9; i++)
	{
		RnTick	   *tick = &ticks->tick[ticks->n++];

		tick->at = (first + i) * step;
		tick->under[0] = '\0';
		rn_number_text(&style, tick->at, tick->label, sizeof(tick->label));
	}
}

void
rn_ticks_numbers(double *low, double *high, int most, RnTicks *ticks)
{
	double		step;

	keep_apart(low, high);
	most = most < 2 ? 2 : most > RN_MAX_TICKS - 2 ? RN_MAX_TICKS - 2 : most;
	step = nice_step((*high - *low) / most);
	ticks_of_step(*low, *high, step, ticks);
	for (; ticks->n < 2; step = finer_step(step))
		ticks_of_step(*low, *high, finer_step(step), ticks);
}

/* Number i of ..., 1, 2, 5, 10, 20, 50, 100, ... */
static double
rung(int i)
{
	static const int times[] = {1, 2, 5};
	int			power = (int) rn_floor_divide(i, 3);

	return times[i - 3 * power] * pow(10, power);
}

void
rn_ticks_logarithms(double *low, double *high, int most, RnTicks *ticks)
{
	int			from = 3 * (int) floor(log10(*low));
	int			to;
	int			every = 1;

	while (rung(from + 1) <= *low * (1 + 1e-9))
		from++;
	to = from + 1;
	while (rung(to) < *high * (1 - 1e-9))
		to++;
	most = most < 2 ? 2 : most > RN_MAX_TICKS - 2 ? RN_MAX_TICKS - 2 : most;
	if (to - from > most)
	{
		from = 3 * (int) rn_floor_divide(from, 3);
		for (every = 3; (to - from) / every > most; every += 3)
			;
		to = from + (to - from + every - 1) / every * every;
	}
	ticks->n = 0;
	for (int i = from; i <= to; i += every)
	{
		RnTick	   *tick = &ticks->tick[ticks->n++];

		tick->at = rung(i);
		tick->under[0] = '\0';
		snprintf(tick->label, sizeof(tick->label), "%g", tick->at);
	}
	*low = rung(from);
	*high = rung(to);
}

/* ---- times ---- */

static const char *const month_name[] = {
	"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"
};

/* The year that RN_CIVIL_END begins. */
#define END_YEAR 294277

/* How far ticks are apart: months, or microseconds. */
typedef struct Interval
{
	int32_t		months;
	int64_t		step;
} Interval;

static const Interval interval[] = {
	{0, 1}, {0, 2}, {0, 5}, {0, 10}, {0, 20}, {0, 50}, {0, 100}, {0, 200}, {0, 500},
	{0, 1000}, {0, 2000}, {0, 5000}, {0, 10000}, {0, 20000}, {0, 50000}, {0, 100000}, {0, 200000}, {0, 500000},
	{0, RN_USECS_PER_SEC}, {0, 5 * RN_USECS_PER_SEC}, {0, 15 * RN_USECS_PER_SEC}, {0, 30 * RN_USECS_PER_SEC},
	{0, RN_USECS_PER_MINUTE}, {0, 5 * RN_USECS_PER_MINUTE}, {0, 15 * RN_USECS_PER_MINUTE}, {0, 30 * RN_USECS_PER_MINUTE},
	{0, RN_USECS_PER_HOUR}, {0, 3 * RN_USECS_PER_HOUR}, {0, 6 * RN_USECS_PER_HOUR}, {0, 12 * RN_USECS_PER_HOUR},
	{0, RN_USECS_PER_DAY}, {0, 7 * RN_USECS_PER_DAY}, {0, 14 * RN_USECS_PER_DAY},
	{1, 0}, {3, 0}, {6, 0}, {12, 0}, {24, 0}, {60, 0}, {120, 0}, {240, 0}, {600, 0}, {1200, 0}, {2400, 0}, {6000, 0},
	{12000, 0}, {24000, 0}, {60000, 0}, {120000, 0}, {240000, 0}, {600000, 0}, {1200000, 0}
};

#define INTERVALS ((int) (sizeof(interval) / sizeof(interval[0])))

/* About how long it is, in microseconds. */
static double
length_of(int32_t months, int64_t step)
{
	return months > 0 ? months * 30.436875 * (double) RN_USECS_PER_DAY : (double) step;
}

/* Room for so many ticks, of the most that there is room for: what those within a second say is twice as long. */
static int
room_for(const Interval *interval, int most)
{
	return interval->months == 0 && interval->step < RN_USECS_PER_SEC ? (most + 1) / 2 : most;
}

/* Are ticks that are so far apart no closer than the calendar's steps? */
static bool
is_coarse(const RnCalendar *calendar, const Interval *interval)
{
	double		step = calendar->business_days > 0 ? (double) (calendar->business_days * RN_USECS_PER_DAY)
		: length_of(calendar->months, calendar->step);

	return length_of(interval->months, interval->step) >= step * 0.97;
}

/* The number of the finest interval for so many ticks. */
static int
choose_interval(const RnCalendar *calendar, double range, int most)
{
	int			i = 0;

	for (; i < INTERVALS - 1; i++)
	{
		int			room = room_for(&interval[i], most);

		if (is_coarse(calendar, &interval[i]) && length_of(interval[i].months, interval[i].step) * (room > 1 ? room - 1 : 1) >= range)
			break;
	}
	return i;
}

/* Where the month of that number begins, in *time; false where time ends. */
static bool
month_time(int32_t number, int64_t *time)
{
	int32_t		year = (int32_t) rn_floor_divide(number, 12);
	RnCivil		civil = {year, number - 12 * year + 1, 1, 0};

	if (year >= END_YEAR)
		return false;
	*time = rn_civil_to_time(&civil);
	return true;
}

/* The first time of an interval at or after low, in *time; false where time ends. */
static bool
first_time(const Interval *interval, int64_t low, int64_t *time)
{
	int64_t		monday = 2 * RN_USECS_PER_DAY;
	int64_t		anchor = interval->months == 0 && interval->step > RN_USECS_PER_DAY ? monday : 0;

	if (interval->months > 0)
	{
		RnCivil		civil = rn_civil_from_time(low - 1);

		return month_time((int32_t) (rn_floor_divide(rn_civil_month_number(&civil), interval->months) + 1) * interval->months, time);
	}
	return !__builtin_mul_overflow(rn_floor_divide(low - 1 - anchor, interval->step) + 1, interval->step, time) &&
		!__builtin_add_overflow(*time, anchor, time) && *time < RN_CIVIL_END;
}

/* The time after it, in *time; false where time ends. */
static bool
next_time(const Interval *interval, int64_t *time)
{
	RnCivil		civil;

	if (interval->months == 0)
		return !__builtin_add_overflow(*time, interval->step, time) && *time < RN_CIVIL_END;
	civil = rn_civil_from_time(*time);
	return month_time(rn_civil_month_number(&civil) + interval->months, time);
}

static void
year_text(int32_t year, char *text, size_t size)
{
	if (year > 0)
		snprintf(text, size, "%d", (int) year);
	else
		snprintf(text, size, "%d BC", (int) (1 - year));
}

/* A time of day, as far as it tells ticks of the interval apart. */
static void
clock_text(int64_t time_of_day, int64_t step, char *text, size_t size)
{
	int			seconds = (int) (time_of_day / RN_USECS_PER_SEC);
	int			micros = (int) (time_of_day % RN_USECS_PER_SEC);
	int			decimals = 6;
	int			n = snprintf(text, size, "%02d:%02d", seconds / 3600, seconds / 60 % 60);

	if (step < RN_USECS_PER_MINUTE)
		n += snprintf(text + n, size - (size_t) n, ":%02d", seconds % 60);
	if (step >= RN_USECS_PER_SEC)
		return;
	for (; step % 10 == 0; step /= 10)
	{
		micros /= 10;
		decimals--;
	}
	snprintf(text + n, size - (size_t) n, ".%0*d", decimals, micros);
}

/* What a tick says; before is the time of the one before it, NULL: none. */
static void
label_time(const RnCalendar *calendar, const Interval *interval, const RnCivil *civil, const RnCivil *before, RnTick *tick)
{
	bool		new_year = before == NULL || before->year != civil->year;
	char		year[24];

	year_text(civil->year, year, sizeof(year));
	tick->under[0] = '\0';
	if (interval->months >= 12)
	{
		snprintf(tick->label, sizeof(tick->label), "%s", year);
		return;
	}
	if (interval->months > 0)
	{
		if (calendar->months > 0 && calendar->months % 3 == 0)
			snprintf(tick->label, sizeof(tick->label), "Q%d", (int) (civil->month - 1) / 3 + 1);
		else
			snprintf(tick->label, sizeof(tick->label), "%s", month_name[civil->month - 1]);
		if (new_year)
			snprintf(tick->under, sizeof(tick->under), "%s", year);
		return;
	}
	if (interval->step >= RN_USECS_PER_DAY)
	{
		snprintf(tick->label, sizeof(tick->label), "%d", (int) civil->day);
		if (new_year || before->month != civil->month)
			snprintf(tick->under, sizeof(tick->under), "%s%s%s", month_name[civil->month - 1], new_year ? " " : "", new_year ? year : "");
		return;
	}
	clock_text(civil->time_of_day, interval->step, tick->label, sizeof(tick->label));
	if (new_year || before->month != civil->month || before->day != civil->day)
		snprintf(tick->under, sizeof(tick->under), "%d %s%s%s", (int) civil->day, month_name[civil->month - 1],
				 before == NULL ? " " : "", before == NULL ? year : "");
}

/* Multiples of step from low to high. */
static int
multiples(int64_t low, int64_t high, double step)
{
	return (int) (floor((double) high / step) - ceil((double) low / step)) + 1;
}

/* Of so many ticks every which one is shown, where there is room for most; 1 of none. */
static int
stride(int count, int most)
{
	return count > most ? (count + most - 1) / most : 1;
}

/* Ticks at integers: nice ones, at least 1 apart. */
static void
ticks_integers(int64_t low, int64_t high, int most, RnTicks *ticks)
{
	double		step = fmax(nice_step(fmax(((double) high - (double) low) / (most > 1 ? most - 1 : 1), 1)), 1);
	int			count = multiples(low, high, step);
	int			every;

	for (; count < 2 && most > 1 && step > 1; count = multiples(low, high, step))
		step = fmax(finer_step(step), 1);
	every = stride(count, most);
	ticks->n = 0;
	for (int i = 0; i < count; i += every)
	{
		RnTick	   *tick = &ticks->tick[ticks->n++];

		tick->at = (ceil((double) low / step) + i) * step;
		snprintf(tick->label, sizeof(tick->label), "%s%.0f", tick->at < 0 ? MINUS : "", fabs(tick->at));
		tick->under[0] = '\0';
	}
}

/* Times of an interval from low to high. */
static int
times_of_interval(const Interval *interval, int64_t low, int64_t high)
{
	int			n = 0;
	int64_t		time;

	for (bool more = first_time(interval, low, &time); more && time <= high; more = next_time(interval, &time))
		n++;
	return n;
}

/* Those, or every other and so on if there is no room for all. */
static void
ticks_of_interval(const RnCalendar *calendar, const Interval *interval, int64_t low, int64_t high, int most, RnTicks *ticks)
{
	int			every = stride(times_of_interval(interval, low, high), room_for(interval, most));
	RnCivil		before;
	int64_t		time;
	int			i = 0;

	ticks->n = 0;
	for (bool more = first_time(interval, low, &time); more && time <= high; more = next_time(interval, &time))
	{
		RnCivil		civil;

		if (i++ % every != 0)
			continue;
		civil = rn_civil_from_time(time);
		label_time(calendar, interval, &civil, ticks->n > 0 ? &before : NULL, &ticks->tick[ticks->n]);
		ticks->tick[ticks->n++].at = (double) time;
		before = civil;
	}
}

void
rn_ticks_times(const RnCalendar *calendar, int64_t low, int64_t high, int most, RnTicks *ticks)
{
	int			i;

	most = most < 1 ? 1 : most > RN_MAX_TICKS ? RN_MAX_TICKS : most;
	ticks->n = 0;
	if (calendar->kind == RN_TIME_INTEGER)
	{
		ticks_integers(low, high, most, ticks);
		return;
	}
	low = low > RN_CIVIL_MIN ? low : RN_CIVIL_MIN + 1;
	high = high < RN_CIVIL_END ? high : RN_CIVIL_END - 1;
	i = choose_interval(calendar, (double) high - (double) low, most);
	ticks_of_interval(calendar, &interval[i], low, high, most, ticks);
	/* where there is room for two, and fewer of them fall between low and high: finer ones */
	while (ticks->n < (room_for(&interval[i], most) < 2 ? 1 : 2) && i > 0 && is_coarse(calendar, &interval[i - 1]))
		ticks_of_interval(calendar, &interval[--i], low, high, most, ticks);
}
