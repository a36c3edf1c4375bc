/*
 * words.h
 *		The words in a model, such as keys of series, in one encoding wherever it goes.
 */
#ifndef RECURNET_WORDS_H
#define RECURNET_WORDS_H

#include "model/model.h"

#include "host.h"

/*
 * From UTF-8, as models are stored, to the database's encoding, of a model just
 * decoded, and back for one to be encoded; ERROR for what is no text, or none in
 * that encoding.  Memory is the host's.
 */
extern void recurnet_words_load(RecurnetHost *host, RnModel *model);
extern void recurnet_words_store(RecurnetHost *host, RnModel *model);

#endif							/* RECURNET_WORDS_H */
