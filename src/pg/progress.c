/*
 * progress.c
 *		Where a training is, for every session of the database to see.
 *
 * All numbers are written at once, so that they belong together and another
 * command's leftovers do no harm; not more often than eyes can follow.
 */
#include "postgres.h"

#include <math.h>

#include "catalog/pg_authid.h"
#include "compat.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/backend_progress.h"
#include "utils/backend_status.h"
#include "utils/builtins.h"

#include "progress.h"

#define MAGIC			0x726e7072	/* "rnpr" */
#define INTERVAL_MS		100

#define COLUMNS			22		/* pid, role, command, model_id, job_id, phase, rows, series,
								 * all_series, fold, folds, member, members, epoch,
								 * epochs, batch, batches, loss, val_loss, best_loss,
								 * started_at, estimated_end */

StaticAssertDecl(RECURNET_PROGRESS_SLOTS <= PGSTAT_NUM_PROGRESS_PARAM, "more numbers than a backend has");

static const char *const command_word[] = {"train", "retrain", "fit", "backtest", "tune"};
static const char *const phase_word[] = {
	"reading", "preparing", "training", "waiting", "judging", "comparing", "storing"
};

/* Folds, or networks: how many have begun, of how many. */
typedef struct Pieces
{
	int			begun;
	int			all;			/* 0: there are none */
	const pg_atomic_uint64 *queue;	/* that processes take them from, or NULL */
	int			before;			/* begun before the queue's first */
	int			processes;		/* at work; 0 is this one, too */
} Pieces;

/* A training, in its host's memory. */
struct RecurnetProgress
{
	RecurnetProgress *outer; /* that this one is within, or NULL */
	MemoryContextCallback gone;
	int64		slot[RECURNET_PROGRESS_SLOTS];
	Pieces		folds;
	Pieces		members;
	TimestampTz shown;			/* when the slots were last written */
	TimestampTz fitting;		/* when the first network of it, or of the comparison, began; 0: none has */
};

static RecurnetProgress *innermost = NULL;
static int64 job = 0;

/* ---- numbers ---- */

static int64
count_of(int64 n, int64 all)
{
	return (int64) (((uint64) Min(n, PG_INT32_MAX) << 32) | (uint64) Min(all, PG_INT32_MAX));
}

static int64
bits_of(double value)
{
	int64		bits;

	memcpy(&bits, &value, sizeof(bits));
	return bits;
}

static double
double_of(int64 bits)
{
	double		value;

	memcpy(&value, &bits, sizeof(value));
	return value;
}

/* ---- writing ---- */

/* May the numbers be written: is there a transaction, and no other command that writes its own? */
static bool
have_slots(void)
{
	return MyBEEntry != NULL && MyBEEntry->st_progress_command == PROGRESS_COMMAND_INVALID &&
		MyBEEntry->st_xact_start_timestamp != 0;
}

static void
show(RecurnetProgress *progress, TimestampTz now)
{
	int			index[RECURNET_PROGRESS_SLOTS];

	progress->shown = now;
	if (!have_slots())
		return;
	for (int i = 0; i < RECURNET_PROGRESS_SLOTS; i++)
		index[i] = i;
	progress->slot[RECURNET_PROGRESS_MAGIC] = count_of(MAGIC, MyProcPid);
	progress->slot[RECURNET_PROGRESS_XACT] = MyBEEntry->st_xact_start_timestamp;
	progress->slot[RECURNET_PROGRESS_JOB] = job;
	pgstat_progress_update_multi_param(RECURNET_PROGRESS_SLOTS, index, progress->slot);
}

/* Show it unless it was shown a moment ago, in this transaction. */
static void
show_in_time(RecurnetProgress *progress, TimestampTz now)
{
	if (TimestampDifferenceExceeds(progress->shown, now, INTERVAL_MS) ||
		(have_slots() && progress->slot[RECURNET_PROGRESS_XACT] != MyBEEntry->st_xact_start_timestamp))
		show(progress, now);
}

/* A training is over, well or not: show the one around it, if any. */
static void
end(void *arg)
{
	RecurnetProgress **at = &innermost;

	while (*at != NULL && *at != arg)
		at = &(*at)->outer;
	if (*at != NULL)
		*at = (*at)->outer;
	if (innermost != NULL)
		show(innermost, GetCurrentTimestamp());
	else
	{
		job = 0;
		if (have_slots())
			pgstat_progress_update_param(RECURNET_PROGRESS_MAGIC, 0);
	}
}

void
recurnet_progress_begin(RecurnetHost *host, RecurnetCommand command, int64 model_id)
{
	RecurnetProgress *progress = MemoryContextAllocZero(host->context, sizeof(RecurnetProgress));
	TimestampTz now = GetCurrentTimestamp();

	progress->slot[RECURNET_PROGRESS_STARTED] = now;
	progress->slot[RECURNET_PROGRESS_COMMAND] = command;
	progress->slot[RECURNET_PROGRESS_MODEL] = model_id;
	progress->slot[RECURNET_PROGRESS_LOSS] = progress->slot[RECURNET_PROGRESS_VAL_LOSS] =
		progress->slot[RECURNET_PROGRESS_BEST_LOSS] = bits_of(NAN);
	progress->gone = (MemoryContextCallback) {.func = end,.arg = progress};
	MemoryContextRegisterResetCallback(host->context, &progress->gone);
	progress->outer = innermost;
	innermost = host->progress = progress;
	show(progress, now);
}

void
recurnet_progress_job(int64 job_id)
{
	job = job_id;
	if (innermost != NULL)
		show(innermost, GetCurrentTimestamp());
}

static void
set_phase(RecurnetProgress *progress, RecurnetPhase phase, TimestampTz now)
{
	bool		changed = progress->slot[RECURNET_PROGRESS_PHASE] != phase;

	progress->slot[RECURNET_PROGRESS_PHASE] = phase;
	if (changed)
		show(progress, now);
	else
		show_in_time(progress, now);
}

/* A phase that the core tells of: a comparison, which takes another training, is one. */
static void
set_core_phase(RecurnetProgress *progress, RecurnetPhase phase, TimestampTz now)
{
	bool		comparing = progress->slot[RECURNET_PROGRESS_PHASE] == RECURNET_PHASE_COMPARING;

	set_phase(progress, comparing ? RECURNET_PHASE_COMPARING : phase, now);
}

void
recurnet_progress_phase(const RecurnetHost *host, RecurnetPhase phase)
{
	if (host->progress == NULL)
		return;
	if (phase == RECURNET_PHASE_COMPARING)
		host->progress->fitting = 0;
	set_phase(host->progress, phase, GetCurrentTimestamp());
}

void
recurnet_progress_read(const RecurnetHost *host, size_t rows, size_t series)
{
	if (host->progress == NULL)
		return;
	host->progress->slot[RECURNET_PROGRESS_ROWS] = (int64) rows;
	host->progress->slot[RECURNET_PROGRESS_SERIES] = count_of((int64) series, 0);
	show_in_time(host->progress, GetCurrentTimestamp());
}

/* How many have begun, as a count. */
static int64
count_pieces(Pieces *pieces)
{
	if (pieces->queue != NULL)
	{
		uint64		taken = pg_atomic_read_u64(unconstify(pg_atomic_uint64 *, pieces->queue));

		pieces->begun = (int) Min(pieces->before + taken, (uint64) pieces->all);
	}
	return count_of(pieces->begun, pieces->all);
}

/*
 * The share of them that is done, if of each that is at work as much is as of this
 * process's own.
 */
static double
share_done(const Pieces *pieces, double own)
{
	int			working = Min(Max(pieces->processes, 1), pieces->begun);

	return pieces->all > 0 ? (pieces->begun - working + working * own) / pieces->all : own;
}

/* When it would be over if the rest of all epochs took as long as what is done. */
static TimestampTz
estimate_end(const RecurnetProgress *progress, const RnProgress *told, TimestampTz now)
{
	double		epochs = told->epoch - 1 + (double) told->batch / told->batches;
	double		share = share_done(&progress->folds, share_done(&progress->members, epochs / told->epochs));

	return share > 0 ? progress->fitting + (TimestampTz) ((double) (now - progress->fitting) / share) : 0;
}

/* A network learns. */
static void
set_training(RecurnetProgress *progress, const RnProgress *told, TimestampTz now)
{
	if (progress->fitting == 0)
		progress->fitting = now;
	progress->members.begun = told->network;
	progress->members.all = told->networks;
	progress->slot[RECURNET_PROGRESS_FOLDS] = count_pieces(&progress->folds);
	progress->slot[RECURNET_PROGRESS_MEMBERS] = count_pieces(&progress->members);
	progress->slot[RECURNET_PROGRESS_EPOCHS] = count_of(told->epoch, told->epochs);
	progress->slot[RECURNET_PROGRESS_BATCHES] = count_of(told->batch, told->batches);
	progress->slot[RECURNET_PROGRESS_LOSS] = bits_of(told->loss);
	progress->slot[RECURNET_PROGRESS_VAL_LOSS] = bits_of(told->val_loss);
	progress->slot[RECURNET_PROGRESS_BEST_LOSS] = bits_of(told->best_loss);
	progress->slot[RECURNET_PROGRESS_END] = estimate_end(progress, told, now);
	set_core_phase(progress, RECURNET_PHASE_TRAINING, now);
}

void
recurnet_progress_core(const RecurnetHost *host, const RnProgress *told, TimestampTz now)
{
	RecurnetProgress *progress = host->progress;

	if (progress == NULL)
		return;
	switch (told->stage)
	{
		case RN_STAGE_PREPARE:
			progress->slot[RECURNET_PROGRESS_SERIES] = count_of((int64) told->series, (int64) told->all_series);
			set_core_phase(progress, RECURNET_PHASE_PREPARING, now);
			break;
		case RN_STAGE_FIT:
			set_training(progress, told, now);
			break;
		case RN_STAGE_JUDGE:
			set_core_phase(progress, RECURNET_PHASE_JUDGING, now);
			break;
	}
}

void
recurnet_progress_folds(const RecurnetHost *host, int folds)
{
	if (host->progress != NULL)
		host->progress->folds.all = folds;
}

void
recurnet_progress_fold(const RecurnetHost *host, int fold)
{
	if (host->progress != NULL)
		host->progress->folds.begun = fold;
}

static void
share(Pieces *pieces, const pg_atomic_uint64 *queue, int processes, int first)
{
	(void) count_pieces(pieces);
	pieces->queue = queue;
	pieces->processes = queue != NULL ? processes : 1;
	pieces->before = first - 1;
}

void
recurnet_progress_share_folds(const RecurnetHost *host, const pg_atomic_uint64 *queue, int processes, int first)
{
	if (host->progress != NULL)
		share(&host->progress->folds, queue, processes, first);
}

void
recurnet_progress_share_members(const RecurnetHost *host, const pg_atomic_uint64 *queue, int processes)
{
	if (host->progress != NULL)
		share(&host->progress->members, queue, processes, 1);
}

/* ---- reading ---- */

/* Is the backend at a training, of this database? */
static bool
trains(const PgBackendStatus *backend)
{
	const int64 *slot = backend->st_progress_param;

	return backend->st_procpid > 0 && backend->st_databaseid == MyDatabaseId &&
		backend->st_progress_command == PROGRESS_COMMAND_INVALID &&
		slot[RECURNET_PROGRESS_MAGIC] == count_of(MAGIC, backend->st_procpid) &&
		slot[RECURNET_PROGRESS_XACT] == backend->st_xact_start_timestamp &&
		backend->st_xact_start_timestamp != 0;
}

/* Column i of a row, null for 0: what is not known yet. */
static void
put_number(Datum *values, bool *nulls, int i, int64 number)
{
	values[i] = Int64GetDatum(number);
	nulls[i] = number == 0;
}

/* Columns i and i + 1: a count of integers. */
static void
put_count(Datum *values, bool *nulls, int i, int64 count)
{
	int32		all = (int32) (uint32) count;
	int32		n = (int32) (count >> 32);

	values[i] = Int32GetDatum(n);
	values[i + 1] = Int32GetDatum(all);
	nulls[i] = n == 0 && all == 0;
	nulls[i + 1] = all == 0;
}

static void
put_loss(Datum *values, bool *nulls, int i, int64 bits)
{
	values[i] = Float8GetDatum(double_of(bits));
	nulls[i] = isnan(double_of(bits));
}

static void
put_word(Datum *values, bool *nulls, int i, const char *const *words, int n, int64 word)
{
	nulls[i] = word < 0 || word >= n;
	if (!nulls[i])
		values[i] = CStringGetTextDatum(words[word]);
}

/* All columns but the first. */
static void
put_numbers(Datum *values, bool *nulls, const PgBackendStatus *backend)
{
	const int64 *slot = backend->st_progress_param;
	char	   *role = GetUserNameFromId(backend->st_userid, true);

	nulls[1] = role == NULL;
	if (role != NULL)
		values[1] = DirectFunctionCall1(namein, CStringGetDatum(role));
	put_word(values, nulls, 2, command_word, lengthof(command_word), slot[RECURNET_PROGRESS_COMMAND]);
	put_number(values, nulls, 3, slot[RECURNET_PROGRESS_MODEL]);
	put_number(values, nulls, 4, slot[RECURNET_PROGRESS_JOB]);
	put_word(values, nulls, 5, phase_word, lengthof(phase_word), slot[RECURNET_PROGRESS_PHASE]);
	values[6] = Int64GetDatum(slot[RECURNET_PROGRESS_ROWS]);
	nulls[6] = false;
	put_count(values, nulls, 7, slot[RECURNET_PROGRESS_SERIES]);
	put_count(values, nulls, 9, slot[RECURNET_PROGRESS_FOLDS]);
	put_count(values, nulls, 11, slot[RECURNET_PROGRESS_MEMBERS]);
	put_count(values, nulls, 13, slot[RECURNET_PROGRESS_EPOCHS]);
	put_count(values, nulls, 15, slot[RECURNET_PROGRESS_BATCHES]);
	put_loss(values, nulls, 17, slot[RECURNET_PROGRESS_LOSS]);
	put_loss(values, nulls, 18, slot[RECURNET_PROGRESS_VAL_LOSS]);
	put_loss(values, nulls, 19, slot[RECURNET_PROGRESS_BEST_LOSS]);
	put_number(values, nulls, 20, slot[RECURNET_PROGRESS_STARTED]);
	put_number(values, nulls, 21, slot[RECURNET_PROGRESS_END]);
}

/*
 * recurnet.progress() → the view rn_progress, less names of models
 *
 * Rights are those of pg_stat_activity.
 */
PG_FUNCTION_INFO_V1(recurnet_progress);
Datum
recurnet_progress(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	int			backends = pgstat_fetch_stat_numbackends();

	InitMaterializedSRF(fcinfo, 0);
	for (int i = 1; i <= backends; i++)
	{
		const PgBackendStatus *backend = &recurnet_backend_status(i)->backendStatus;
		Datum		values[COLUMNS] = {0};
		bool		nulls[COLUMNS];

		if (!trains(backend))
			continue;
		memset(nulls, true, sizeof(nulls));
		values[0] = Int32GetDatum(backend->st_procpid);
		nulls[0] = false;
		if (has_privs_of_role(GetUserId(), ROLE_PG_READ_ALL_STATS) ||
			has_privs_of_role(GetUserId(), backend->st_userid))
			put_numbers(values, nulls, backend);
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}
	return (Datum) 0;
}
