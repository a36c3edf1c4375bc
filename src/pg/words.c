/*
 * words.c
 *		The words in a model, in one encoding wherever it goes.
 *
 * A model may be dumped from a database of one encoding and restored into one of
 * another, as bytes that no dump converts.  So its names and keys are stored as
 * UTF-8, like JSON everywhere.
 */
#include "postgres.h"

#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/memutils.h"

#include "words.h"

typedef char *(*Converter) (const char *text, int length, int encoding);

/*
 * Texts one after the other, each ended by 0, converted into new memory if any of
 * them changes.
 */
static void
convert(RecurnetHost *host, char **texts, size_t *size, Converter converter)
{
	size_t		capacity = *size;
	size_t		used = 0;
	char	   *converted = NULL;

	for (size_t at = 0; at < *size;)
	{
		char	   *text = *texts + at;
		size_t		length = strlen(text);
		char	   *result = converter(text, (int) length, PG_UTF8);
		size_t		result_size;

		CHECK_FOR_INTERRUPTS();
		at += length + 1;
		if (converted == NULL && result == text)
			continue;
		if (converted == NULL)
		{
			converted = MemoryContextAllocHuge(host->context, capacity);
			used = text - *texts;
			memcpy(converted, *texts, used);
		}
		result_size = strlen(result) + 1;
		if (used + result_size > capacity)
		{
			capacity = 2 * (used + result_size);
			converted = repalloc_huge(converted, capacity);
		}
		memcpy(converted + used, result, result_size);
		used += result_size;
		if (result != text)
			pfree(result);
	}
	if (converted == NULL)
		return;
	pfree(*texts);
	*texts = converted;
	*size = used;
}

static void
convert_all(RecurnetHost *host, RnModel *model, Converter converter)
{
	char	   *key;

	pg_verifymbstr(model->time_type, strlen(model->time_type), false);
	pg_verifymbstr(model->time_zone, strlen(model->time_zone), false);
	pg_verifymbstr(model->wall_zone, strlen(model->wall_zone), false);
	if (model->covariate_names_size > 0)
		convert(host, &model->covariate_names, &model->covariate_names_size, converter);
	if (model->keys_size == 0)
		return;
	convert(host, &model->keys, &model->keys_size, converter);
	key = model->keys;
	for (size_t s = 0; s < model->count; s++)
	{
		model->series[s].key = key;
		key += strlen(key) + 1;
	}
}

void
recurnet_words_load(RecurnetHost *host, RnModel *model)
{
	convert_all(host, model, pg_any_to_server);
}

void
recurnet_words_store(RecurnetHost *host, RnModel *model)
{
	convert_all(host, model, pg_server_to_any);
}
