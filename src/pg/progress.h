/*
 * progress.h
 *		Where a training is, for every session of the database to see.
 *
 * PostgreSQL keeps, for every backend, a few numbers on the progress of its
 * command (st_progress_param).  A training writes its own there, under no command
 * of PostgreSQL's; while there is one (COPY, CREATE INDEX) it writes nothing.  The
 * numbers outlive an error: so they say which process and transaction they are of,
 * and readers pass over what is not of the one that is running.
 *
 * Nothing here fails, but for memory at the beginning, and nothing is done for a
 * host that tells of no training.
 */
#ifndef RECURNET_PROGRESS_H
#define RECURNET_PROGRESS_H

#include "port/atomics.h"

#include "host.h"

/* The numbers.  A count is the high half of its number, "of how many" the low half. */
typedef enum RecurnetProgressSlot
{
	RECURNET_PROGRESS_MAGIC,	/* count: that these are recurnet's, of the process of this pid */
	RECURNET_PROGRESS_XACT,		/* st_xact_start_timestamp as they were written */
	RECURNET_PROGRESS_STARTED,	/* TimestampTz */
	RECURNET_PROGRESS_COMMAND,	/* RecurnetCommand */
	RECURNET_PROGRESS_PHASE,	/* RecurnetPhase */
	RECURNET_PROGRESS_MODEL,	/* id of the model that is trained again, or 0 */
	RECURNET_PROGRESS_JOB,		/* id of the job that the training is, or 0 */
	RECURNET_PROGRESS_ROWS,		/* read */
	RECURNET_PROGRESS_SERIES,	/* count: read; then, taken apart */
	RECURNET_PROGRESS_FOLDS,	/* count: begun */
	RECURNET_PROGRESS_MEMBERS,	/* count: networks begun */
	RECURNET_PROGRESS_EPOCHS,	/* count: begun */
	RECURNET_PROGRESS_BATCHES,	/* count: done of the epoch */
	RECURNET_PROGRESS_LOSS,		/* bits of a double, as the two that follow; NaN: none */
	RECURNET_PROGRESS_VAL_LOSS,
	RECURNET_PROGRESS_BEST_LOSS,
	RECURNET_PROGRESS_END,		/* TimestampTz: when all epochs would be over; 0: no telling yet */
	RECURNET_PROGRESS_SLOTS
} RecurnetProgressSlot;

/* What is at work.  Words: progress.c. */
typedef enum RecurnetCommand
{
	RECURNET_COMMAND_TRAIN,
	RECURNET_COMMAND_RETRAIN,
	RECURNET_COMMAND_FIT,
	RECURNET_COMMAND_BACKTEST,
	RECURNET_COMMAND_TUNE
} RecurnetCommand;

typedef enum RecurnetPhase
{
	RECURNET_PHASE_READING,		/* rows */
	RECURNET_PHASE_PREPARING,	/* series, and what is to be trained */
	RECURNET_PHASE_TRAINING,	/* networks */
	RECURNET_PHASE_WAITING,		/* for the networks of parallel workers */
	RECURNET_PHASE_JUDGING,		/* by rows that were held out */
	RECURNET_PHASE_COMPARING,	/* with the version before */
	RECURNET_PHASE_STORING
} RecurnetPhase;

/*
 * From now until its memory context goes away, however that comes about, host tells
 * of a training.  One within another's query hides the other one.
 */
extern void recurnet_progress_begin(RecurnetHost *host, RecurnetCommand command, int64 model_id);

/* The training that this process is at, or else the next one, is that job. */
extern void recurnet_progress_job(int64 job_id);

extern void recurnet_progress_phase(const RecurnetHost *host, RecurnetPhase phase);

/* So many rows and series are read. */
extern void recurnet_progress_read(const RecurnetHost *host, size_t rows, size_t series);

/* What the core tells at a time. */
extern void recurnet_progress_core(const RecurnetHost *host, const RnProgress *told, TimestampTz now);

/* There are so many folds; number fold (from 1) begins. */
extern void recurnet_progress_folds(const RecurnetHost *host, int folds);
extern void recurnet_progress_fold(const RecurnetHost *host, int fold);

/*
 * So many processes take folds, the first of which is number first, or networks from
 * a queue, which tells how many have begun; NULL: they have come to its end.
 */
extern void recurnet_progress_share_folds(const RecurnetHost *host, const pg_atomic_uint64 *queue, int processes, int first);
extern void recurnet_progress_share_members(const RecurnetHost *host, const pg_atomic_uint64 *queue, int processes);

#endif							/* RECURNET_PROGRESS_H */
