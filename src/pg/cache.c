/*
 * cache.c
 *		Decoded models, kept from call to call of a session.
 *
 * Reading 800 kB out of TOAST, checking and decoding it takes longer than to
 * forecast with it.  Every call still reads the header row of the model, under
 * its own snapshot and with the caller's rights; only what the bytes mean is
 * remembered, under the hash of these bytes (which the table computes itself).
 * So nothing stale can be served: a new version, a rollback, an extension
 * dropped and made again either have these very bytes or another hash.
 *
 * Entries are in the order of their last use; the oldest go when the sum of
 * their memory passes recurnet.model_cache_size.  An entry in use is pinned by
 * the memory context of its user, so that neither an error nor a query that
 * forecasts in the middle of a forecast can pull it away.
 */
#include "postgres.h"

#include "lib/ilist.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/hsearch.h"
#include "utils/memutils.h"

#include "model/codec.h"

#include "cache.h"
#include "guc.h"
#include "words.h"
#include "zone.h"

typedef struct Entry
{
	dlist_node	node;
	MemoryContext context;		/* the entry and its model */
	size_t		bytes;			/* of the context */
	uint8		hash[RECURNET_HASH_BYTES];
	int			pins;
	RnModel		model;
} Entry;

/* A user's hold on an entry, let go with the user's memory context. */
typedef struct Pin
{
	Entry	   *entry;
	MemoryContextCallback callback;
} Pin;

/* What the table of entries holds. */
typedef struct Slot
{
	uint8		hash[RECURNET_HASH_BYTES];	/* key */
	Entry	   *entry;
} Slot;

static HTAB *table = NULL;
static dlist_head entries = DLIST_STATIC_INIT(entries);	/* newest use first */
static size_t total = 0;		/* bytes of all entries */

static Entry *
find_entry(const uint8 *hash)
{
	Slot	   *slot = table != NULL ? hash_search(table, hash, HASH_FIND, NULL) : NULL;

	return slot != NULL ? slot->entry : NULL;
}

/* Make the entry known; without memory for that, an ERROR and nothing done. */
static void
add_entry(Entry *entry)
{
	HASHCTL		control = {
		.keysize = RECURNET_HASH_BYTES,.entrysize = sizeof(Slot),.hcxt = CacheMemoryContext
	};
	Slot	   *slot;

	if (table == NULL)
		table = hash_create("recurnet models", 64, &control, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	slot = hash_search(table, entry->hash, HASH_ENTER, NULL);
	slot->entry = entry;
	MemoryContextSetParent(entry->context, CacheMemoryContext);
	entry->bytes = MemoryContextMemAllocated(entry->context, true);
	total += entry->bytes;
	dlist_push_head(&entries, &entry->node);
}

/* Give back, oldest first, what nobody uses and is over the limit. */
static void
trim(void)
{
	size_t		limit = recurnet_guc_model_cache();
	dlist_node *node = dlist_is_empty(&entries) ? NULL : dlist_tail_node(&entries);

	while (total > limit && node != NULL)
	{
		Entry	   *entry = dlist_container(Entry, node, node);

		node = dlist_has_prev(&entries, node) ? dlist_prev_node(&entries, node) : NULL;
		if (entry->pins > 0)
			continue;
		total -= entry->bytes;
		hash_search(table, entry->hash, HASH_REMOVE, NULL);
		dlist_delete(&entry->node);
		MemoryContextDelete(entry->context);
	}
}

static void
unpin(void *arg)
{
	((Pin *) arg)->entry->pins--;
	trim();
}

static void
pin(Pin *hold, Entry *entry, MemoryContext user)
{
	hold->entry = entry;
	hold->callback.func = unpin;
	hold->callback.arg = hold;
	MemoryContextRegisterResetCallback(user, &hold->callback);
	entry->pins++;
}

/* Decode a version's bytes, in memory that goes with the caller's on error. */
static Entry *
make_entry(RecurnetHost *host, const RecurnetVersion *version, const bytea *weights)
{
	MemoryContext context = AllocSetContextCreate(host->context, "recurnet cached model",
												  ALLOCSET_SMALL_SIZES);
	RecurnetHost decoder;
	Entry	   *entry;
	RnCode		code;

	recurnet_host_init(&decoder, context);
	entry = MemoryContextAllocZero(context, sizeof(Entry));
	entry->context = context;
	memcpy(entry->hash, version->hash, RECURNET_HASH_BYTES);
	code = rn_model_decode(&decoder.core, (const unsigned char *) VARDATA_ANY(weights),
						   VARSIZE_ANY_EXHDR(weights), &entry->model);
	recurnet_host_check(&decoder, code);
	recurnet_words_load(&decoder, &entry->model);
	entry->model.inputs.clock = recurnet_zone_clock(entry->model.wall_zone);
	return entry;
}

/* The version's model, kept or read; NULL if the version was dropped since it was loaded. */
static const RnModel *
find_or_read(RecurnetHost *host, const RecurnetVersion *version)
{
	Entry	   *entry = find_entry(version->hash);
	Pin		   *hold = MemoryContextAlloc(host->context, sizeof(Pin));

	if (entry != NULL)
		dlist_move_head(&entries, &entry->node);
	else
	{
		MemoryContext caller = MemoryContextSwitchTo(host->context);
		bytea	   *weights = recurnet_catalog_weights(version);

		if (weights != NULL)
		{
			entry = make_entry(host, version, weights);
			pfree(weights);
		}
		MemoryContextSwitchTo(caller);
		if (entry == NULL)
			return NULL;
		add_entry(entry);
	}
	pin(hold, entry, host->context);
	return &entry->model;
}

const RnModel *
recurnet_cache_model(RecurnetHost *host, const RecurnetVersion *version)
{
	const RnModel *model = find_or_read(host, version);

	if (model == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("version %d of model " INT64_FORMAT " was dropped meanwhile",
						version->version, version->model_id),
				 errhint("Try again: another version is active now.")));
	return model;
}

/*
 * The two looks at the catalog have a snapshot each.  A version that was there at
 * the first and not at the second is not the active one any more: look again.
 */
const RnModel *
recurnet_cache_load(RecurnetHost *host, RecurnetModelKey key, RecurnetVersion **version)
{
	for (;;)
	{
		const RnModel *model;

		CHECK_FOR_INTERRUPTS();
		*version = recurnet_catalog_load(key, RECURNET_MAY_USE);
		model = find_or_read(host, *version);
		if (model != NULL)
			return model;
	}
}
