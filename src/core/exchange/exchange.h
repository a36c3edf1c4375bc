/*
 * exchange.h
 *		Models to and from files that other libraries read (docs/exchange.md).
 *
 * A package is the whole model: its networks under the names and in the shapes of
 * PyTorch, its other arrays as further tensors, and all else described in JSON.
 * ONNX is for running a network elsewhere, and is not read back.
 */
#ifndef RN_EXCHANGE_H
#define RN_EXCHANGE_H

#include "exchange/package.h"
#include "model/model.h"

#define RN_EXCHANGE_VERSION 1	/* of names and members in such a file */

/*
 * A model as a package; catalog is the host's JSON about it, or NULL.  Texts must be UTF-8.  The tensors example.input
 * and example.output are an input made up and what the networks say to it, for whoever
 * loads the file to compare.  The package points into the model, and is to be freed in any case.
 */
extern RnCode rn_exchange_pack(RnHost *host, const RnModel *model, const char *catalog, RnPackage *package);

/*
 * The model in a package that was read, which has a description.  RN_CORRUPT, RN_UNSUPPORTED
 * for what is none.  What it is made of has the right sizes; whether all is in its
 * range is for rn_model_encode and rn_model_decode to say.  On failure nothing is to be freed.
 */
extern RnCode rn_exchange_unpack(RnHost *host, const RnPackage *package, RnModel *model);

/*
 * A network that PyTorch's nn.RNN, nn.LSTM or nn.GRU with an nn.Linear has in its
 * state_dict, from a package without a description, into model->network and members 1; nothing else of the model is
 * set.  relu: an nn.RNN's nonlinearity.  On failure nothing is to be freed.
 */
extern RnCode rn_exchange_torch(RnHost *host, const RnPackage *package, RnActivation activation, RnModel *model);

/*
 * The networks as an ONNX model, appended to text: of method windows from users' values to users'
 * forecasts, otherwise from what a network sees to what it says.  catalog as above.
 */
extern RnCode rn_exchange_onnx(RnHost *host, const RnModel *model, const char *catalog, RnText *text);

/* parts.c: the description of a model. */
extern RnCode rn_exchange_describe(RnHost *host, const RnModel *model, const char *catalog, RnText *text);

/* Bytes that making either takes at most beside the model, for the host's limit. */
extern size_t rn_exchange_bytes(const RnModel *model);

#endif							/* RN_EXCHANGE_H */
