/*
 * calendar.c (fuzz target)
 *		Times to steps: what is inferred fits the times, and leads from each of
 *		them to the next; calendars from anywhere do not overflow.
 *
 * Input: a byte of choices, the first time, then differences (8 bytes each, or
 * 2 bytes of days).
 */
#include "fuzz.h"

#include "series/calendar.h"

#define TIMES 64

/* Sorted times; how many. */
static size_t
make_times(FuzzBytes *bytes, bool days, int64_t *time)
{
	size_t		n = 0;

	time[n++] = fuzz_int64(bytes);
	while (n < TIMES && bytes->left > 0)
	{
		int64_t		step = 0;

		if (days)
		{
			uint16_t	count;

			fuzz_take(bytes, &count, sizeof(count));
			step = count * RN_USECS_PER_DAY;
		}
		else
			step = fuzz_int64(bytes) & INT64_MAX;
		if (__builtin_add_overflow(time[n - 1], step, &time[n]))
			break;
		n++;
	}
	return n;
}

/* Every function takes any time and any valid calendar. */
static void
check_calendar(FuzzHost *fuzz, const RnCalendar *calendar, int64_t from, int64_t to)
{
	char		text[RN_TIME_TEXT];
	int64_t		steps;
	int64_t		time;

	rn_calendar_describe(calendar, text, sizeof(text));
	PROMISE(strlen(text) > 0 && strlen(text) < sizeof(text) - 1);
	rn_time_describe(calendar->kind, from, text, sizeof(text));
	PROMISE(strlen(text) > 0 && strlen(text) < sizeof(text) - 1);
	PROMISE(rn_calendar_season(calendar) >= 1);
	if (rn_calendar_floor(&fuzz->host, calendar, from, &time) == RN_OK)
		PROMISE(time <= from);
	(void) rn_calendar_add(&fuzz->host, calendar, from, to, &time);
	if (rn_calendar_steps(calendar, from, to, &steps) && rn_time_valid(calendar->kind, from) &&
		rn_time_valid(calendar->kind, to))
	{
		PROMISE(rn_calendar_add(&fuzz->host, calendar, from, steps, &time) == RN_OK);
		PROMISE(time == to);
	}
}

/* A calendar of any fields; as it was inferred, if it is no valid one. */
static RnCalendar
make_calendar(FuzzBytes *bytes)
{
	RnCalendar	calendar = {.kind = (RnTimeKind) (fuzz_byte(bytes) % 2)};
	unsigned	choice = fuzz_byte(bytes) % 3;
	int64_t		number = fuzz_int64(bytes);

	if (choice == 0)
	{
		calendar.months = (int32_t) number;
		calendar.anchor_day = (int32_t) (fuzz_byte(bytes) % 32);
	}
	else if (choice == 1)
		calendar.business_days = (int32_t) number;
	else
		calendar.step = number;
	return calendar;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	FuzzHost	fuzz = fuzz_host();
	FuzzBytes	bytes = {data, size};
	unsigned	choice = fuzz_byte(&bytes);
	RnTimeKind	kind = choice & 1 ? RN_TIME_CIVIL : RN_TIME_INTEGER;
	bool		gaps = choice & 2;
	RnCalendar	calendar = choice & 8 ? make_calendar(&bytes) : (RnCalendar) {.kind = kind};
	int64_t		time[TIMES];
	size_t		n = make_times(&bytes, choice & 4, time);
	RnTimes		times = {.each = time};

	for (size_t i = 0; i < n; i++)
		if (!rn_time_valid(kind, time[i]))
			return 0;
	if (choice & 8)
	{
		/* a given calendar: the glue hands in valid ones only, whose anchor may be open */
		bool		open = calendar.months > 0 && calendar.anchor_day == 0;

		calendar.anchor_day = open ? 1 : calendar.anchor_day;
		calendar.kind = kind;
		if (!rn_calendar_valid(&calendar))
			return 0;
		for (size_t i = 0; i < n; i++)
			check_calendar(&fuzz, &calendar, time[i], time[n - 1 - i]);
		calendar.anchor_day = open ? 0 : calendar.anchor_day;
		if (rn_calendar_fit(&fuzz.host, &times, n, gaps, &calendar) != RN_OK)
			return 0;
	}
	else
	{
		if (n < 2 || rn_calendar_infer(&fuzz.host, kind, &times, n, gaps, &calendar) != RN_OK)
			return 0;
		PROMISE(rn_calendar_fit(&fuzz.host, &times, n, gaps, &calendar) == RN_OK);
	}
	PROMISE(rn_calendar_valid(&calendar));
	for (size_t i = 1; i < n; i++)
	{
		int64_t		steps;

		PROMISE(rn_calendar_steps(&calendar, time[i - 1], time[i], &steps));
		PROMISE(gaps ? steps >= 1 : steps == 1);
		check_calendar(&fuzz, &calendar, time[0], time[i]);
		check_calendar(&fuzz, &calendar, time[i], time[0]);
	}
	PROMISE(fuzz.live == 0);
	return 0;
}
