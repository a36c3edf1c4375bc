/*
 * guc.h
 *		The settings recurnet.*.
 */
#ifndef RECURNET_GUC_H
#define RECURNET_GUC_H

/* Define them; called once when the library is loaded. */
extern void recurnet_guc_init(void);

/* recurnet.max_memory in bytes. */
extern size_t recurnet_guc_max_memory(void);

/* Bytes that a session keeps decoded models in: recurnet.model_cache_size. */
extern size_t recurnet_guc_model_cache(void);

/* recurnet.adaptive_intervals: do new rows count for intervals? */
extern bool recurnet_guc_adaptive(void);

/* Background jobs that may run at a time: recurnet.max_workers. */
extern int	recurnet_guc_max_workers(void);

/* Of these, jobs of one role: recurnet.max_workers_per_role, or all. */
extern int	recurnet_guc_max_workers_per_role(void);

/*
 * Raise ERROR if a task ("training") needs more bytes than
 * recurnet.max_memory; SIZE_MAX stands for more than there can be.  otherwise
 * ends the hint: what to do instead of raising the limit.
 */
extern void recurnet_guc_check_memory(size_t bytes, const char *task, const char *otherwise);

#endif							/* RECURNET_GUC_H */
