/*
 * test_host.h
 *		The core's host in unit tests: malloc, with counters.
 *
 * live must be back at 0 when a test ends; allocations_left >= 0 makes the
 * n-th allocation fail; polls_left >= 0 makes the n-th poll ask to stop.
 */
#ifndef TEST_HOST_H
#define TEST_HOST_H

#include <stdarg.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/host.h"

typedef struct TestHost
{
	RnHost		host;			/* first, so that a RnHost * is a TestHost * */
	long		live;			/* allocations not freed yet */
	long		allocations_left;	/* -1: no limit */
	long		polls_left;		/* -1: never stop */
	long		polls;			/* how often should_stop was asked */
	int			epochs;			/* that ended */
	int			reports;		/* of progress by networks that learn, and the last */
	RnProgress	progress;
	size_t		largest;		/* largest allocation asked for */
} TestHost;

static inline void *
test_host_alloc(RnHost *host, size_t size)
{
	TestHost   *test = (TestHost *) host;
	unsigned char *p;

	if (size > test->largest)
		test->largest = size;
	if (test->allocations_left == 0)
		return NULL;
	if (test->allocations_left > 0)
		test->allocations_left--;
	p = malloc(size);
	if (p != NULL)
	{
		memset(p, 0x7f, size);	/* nobody may count on zeroes */
		test->live++;
	}
	return p;
}

static inline void
test_host_free(RnHost *host, void *pointer)
{
	((TestHost *) host)->live--;
	free(pointer);
}

static inline bool
test_should_stop(RnHost *host)
{
	TestHost   *test = (TestHost *) host;

	test->polls++;
	if (test->polls_left > 0)
		test->polls_left--;
	return test->polls_left == 0;
}

static inline void
test_progress(RnHost *host, const RnProgress *progress)
{
	TestHost   *test = (TestHost *) host;

	if (progress->stage != RN_STAGE_FIT)
		return;
	test->reports++;
	test->epochs += progress->batch == progress->batches;
	test->progress = *progress;
}

static inline TestHost
test_host(void)
{
	TestHost	test = {
		.host = {test_host_alloc, test_host_free, test_should_stop, test_progress, {RN_OK, "", "", ""}},
		.allocations_left = -1,
		.polls_left = -1
	};

	return test;
}

/* Fail the test with the core's words unless the call is RN_OK. */
#define assert_ok(test, call) \
	do { \
		if ((call) != RN_OK) \
			fail_msg("%s: %s", #call, (test).host.error.message); \
	} while (0)

#endif							/* TEST_HOST_H */
