/*
 * graph.h
 *		A graph of ONNX, put together piece by piece.
 *
 * What a piece is called is the caller's: a value has the name of the node that gives it.  All
 * memory is the graph's pool.  Once something failed, nothing is done any more, and code says
 * what: looked at once, in the end.
 */
#ifndef RN_GRAPH_H
#define RN_GRAPH_H

#include "exchange/pool.h"

#define RN_NAME_SIZE 64

typedef struct RnGraph RnGraph;

/* Numbers of tensors, as in TensorProto.DataType. */
typedef enum RnElement
{
	RN_ELEMENT_FLOAT = 1,
	RN_ELEMENT_INT64 = 7,
	RN_ELEMENT_DOUBLE = 11
} RnElement;

extern RnCode rn_graph_create(RnHost *host, RnGraph **graph);
extern void rn_graph_free(RnHost *host, RnGraph *graph);

/* A name such as "networks.0.layers.1.h", in the graph's memory; never NULL. */
extern const char *rn_graph_name(RnGraph *graph, const char *format,...) RN_PRINTF(2, 3);

/* Room for n numbers of size bytes, or NULL once something failed. */
extern void *rn_graph_room(RnGraph *graph, size_t n, size_t size);

/* Inputs and outputs; an axis of length 0 is the batch's. */
extern const char *rn_graph_input(RnGraph *graph, const char *name, RnElement element, int axes, const int64_t *shape);
extern void rn_graph_output(RnGraph *graph, const char *name, RnElement element, int axes, const int64_t *shape);

/* Constants, whose numbers stay where they are. */
extern const char *rn_graph_floats(RnGraph *graph, const char *name, int axes, const int64_t *shape, float *data);
extern const char *rn_graph_doubles(RnGraph *graph, const char *name, int axes, const int64_t *shape, double *data);
extern const char *rn_graph_int64s(RnGraph *graph, const char *name, int axes, const int64_t *shape, int64_t *data);
extern const char *rn_graph_int64(RnGraph *graph, const char *name, int64_t number);	/* one number, on one axis */

/* An operator, from n inputs ("": left out) to the value name, which it returns. */
extern const char *rn_graph_node(RnGraph *graph, const char *type, const char *name, int n, const char *const *input);

#define RN_NODE(graph, type, name, ...) \
	rn_graph_node(graph, type, name, (int) (sizeof((const char *[]) {__VA_ARGS__}) / sizeof(const char *)), \
				  (const char *[]) {__VA_ARGS__})

/* Of the node made last: attributes, and a further output. */
extern void rn_graph_set_int(RnGraph *graph, const char *name, int64_t number);
extern void rn_graph_set_ints(RnGraph *graph, const char *name, int n, const int64_t *number);
extern void rn_graph_set_words(RnGraph *graph, const char *name, int n, const char *const *word);
extern void rn_graph_set_floats(RnGraph *graph, const char *name, int n, const float *number);
extern const char *rn_graph_further(RnGraph *graph, const char *name);

/* A property of the model, and all of it as bytes, appended to text. */
extern void rn_graph_property(RnGraph *graph, const char *name, const char *value);
extern RnCode rn_graph_write(RnHost *host, RnGraph *graph, const char *name, const char *doc, RnText *text);

#endif							/* RN_GRAPH_H */
