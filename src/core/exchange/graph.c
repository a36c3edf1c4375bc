/*
 * graph.c
 *		A graph of ONNX, put together piece by piece.
 *
 * Messages are those that protobuf-c makes of the published schema, onnx.proto beside
 * this file; the only file that includes them.  Of the library only what counts and
 * writes bytes is used, and neither takes memory.
 */
#include "exchange/graph.h"

#include <stdio.h>
#include <string.h>

#include "onnx.pb-c.h"

#define OPSET 14				/* LSTM, GRU and RNN as they are from then on */
#define IR_VERSION 7			/* that came with it */
#define MOST_ATTRIBUTES 6
#define MOST_OUTPUTS 3

/* Pointers to messages, in arrays that grow. */
typedef struct Messages
{
	void	  **at;
	size_t		n;
	size_t		capacity;
} Messages;

struct RnGraph
{
	RnHost	   *host;
	RnPool		pool;
	RnCode		code;
	Messages	nodes;
	Messages	constants;
	Messages	inputs;
	Messages	outputs;
	Messages	properties;
	Onnx__NodeProto *last;
	char		none[1];		/* what texts are once there is no memory */
};

RnCode
rn_graph_create(RnHost *host, RnGraph **graph)
{
	RN_TRY(rn_alloc(host, 1, sizeof(RnGraph), (void **) graph));
	**graph = (RnGraph) {.host = host};
	return RN_OK;
}

void
rn_graph_free(RnHost *host, RnGraph *graph)
{
	if (graph == NULL)
		return;
	rn_pool_free(host, &graph->pool);
	rn_free(host, graph);
}

void *
rn_graph_room(RnGraph *graph, size_t n, size_t size)
{
	void	   *room = NULL;

	if (graph->code == RN_OK)
		graph->code = rn_pool_take(graph->host, &graph->pool, n, size, &room);
	return room;
}

/* A copy of a text; never NULL, as protobuf-c takes no NULL for one. */
static char *
copy(RnGraph *graph, const char *text)
{
	char	   *to = rn_graph_room(graph, strlen(text) + 1, 1);

	return to != NULL ? strcpy(to, text) : graph->none;
}

const char *
rn_graph_name(RnGraph *graph, const char *format,...)
{
	char		name[RN_NAME_SIZE];
	va_list		args;

	va_start(args, format);
	vsnprintf(name, sizeof(name), format, args);
	va_end(args);
	return copy(graph, name);
}

static void
append(RnGraph *graph, Messages *messages, void *message)
{
	if (messages->n == messages->capacity)
	{
		size_t		capacity = messages->capacity > 0 ? 2 * messages->capacity : 32;
		void	  **grown = rn_graph_room(graph, capacity, sizeof(void *));

		if (grown == NULL)
			return;
		if (messages->n > 0)
			memcpy(grown, messages->at, messages->n * sizeof(void *));
		messages->at = grown;
		messages->capacity = capacity;
	}
	messages->at[messages->n++] = message;
}

/* The shape of an input or output. */
static Onnx__TensorShapeProto *
shape_of(RnGraph *graph, int axes, const int64_t *length)
{
	Onnx__TensorShapeProto *shape = rn_graph_room(graph, 1, sizeof(*shape));
	Onnx__TensorShapeProto__Dimension *dimension = rn_graph_room(graph, (size_t) axes, sizeof(*dimension));
	Onnx__TensorShapeProto__Dimension **list = rn_graph_room(graph, (size_t) axes, sizeof(*list));

	if (list == NULL)
		return NULL;
	onnx__tensor_shape_proto__init(shape);
	shape->n_dim = (size_t) axes;
	shape->dim = list;
	for (int i = 0; i < axes; i++)
	{
		onnx__tensor_shape_proto__dimension__init(&dimension[i]);
		list[i] = &dimension[i];
		if (length[i] > 0)
		{
			dimension[i].value_case = ONNX__TENSOR_SHAPE_PROTO__DIMENSION__VALUE_DIM_VALUE;
			dimension[i].dim_value = length[i];
		}
		else
		{
			dimension[i].value_case = ONNX__TENSOR_SHAPE_PROTO__DIMENSION__VALUE_DIM_PARAM;
			dimension[i].dim_param = copy(graph, "batch");
		}
	}
	return shape;
}

static Onnx__ValueInfoProto *
value_info(RnGraph *graph, const char *name, RnElement element, int axes, const int64_t *length)
{
	Onnx__ValueInfoProto *value = rn_graph_room(graph, 1, sizeof(*value));
	Onnx__TypeProto *type = rn_graph_room(graph, 1, sizeof(*type));
	Onnx__TypeProto__Tensor *tensor = rn_graph_room(graph, 1, sizeof(*tensor));
	Onnx__TensorShapeProto *shape = shape_of(graph, axes, length);

	if (shape == NULL)
		return NULL;
	onnx__value_info_proto__init(value);
	onnx__type_proto__init(type);
	onnx__type_proto__tensor__init(tensor);
	tensor->has_elem_type = true;
	tensor->elem_type = (int) element;
	tensor->shape = shape;
	type->value_case = ONNX__TYPE_PROTO__VALUE_TENSOR_TYPE;
	type->tensor_type = tensor;
	value->name = copy(graph, name);
	value->type = type;
	return value;
}

const char *
rn_graph_input(RnGraph *graph, const char *name, RnElement element, int axes, const int64_t *shape)
{
	append(graph, &graph->inputs, value_info(graph, name, element, axes, shape));
	return name;
}

void
rn_graph_output(RnGraph *graph, const char *name, RnElement element, int axes, const int64_t *shape)
{
	append(graph, &graph->outputs, value_info(graph, name, element, axes, shape));
}

/* A constant without its numbers, of which there are *n; NULL once something failed. */
static Onnx__TensorProto *
constant(RnGraph *graph, const char *name, RnElement element, int axes, const int64_t *shape, size_t *n)
{
	Onnx__TensorProto *tensor = rn_graph_room(graph, 1, sizeof(*tensor));
	int64_t    *dims = rn_graph_room(graph, (size_t) axes, sizeof(int64_t));

	if (dims == NULL)
		return NULL;
	onnx__tensor_proto__init(tensor);
	tensor->name = copy(graph, name);
	tensor->has_data_type = true;
	tensor->data_type = (int) element;
	tensor->n_dims = (size_t) axes;
	tensor->dims = dims;
	*n = 1;
	for (int i = 0; i < axes; i++)
		*n *= (size_t) (dims[i] = shape[i]);
	append(graph, &graph->constants, tensor);
	return tensor;
}

const char *
rn_graph_floats(RnGraph *graph, const char *name, int axes, const int64_t *shape, float *data)
{
	size_t		n;
	Onnx__TensorProto *tensor = constant(graph, name, RN_ELEMENT_FLOAT, axes, shape, &n);

	if (tensor != NULL)
	{
		tensor->n_float_data = n;
		tensor->float_data = data;
	}
	return name;
}

const char *
rn_graph_doubles(RnGraph *graph, const char *name, int axes, const int64_t *shape, double *data)
{
	size_t		n;
	Onnx__TensorProto *tensor = constant(graph, name, RN_ELEMENT_DOUBLE, axes, shape, &n);

	if (tensor != NULL)
	{
		tensor->n_double_data = n;
		tensor->double_data = data;
	}
	return name;
}

const char *
rn_graph_int64s(RnGraph *graph, const char *name, int axes, const int64_t *shape, int64_t *data)
{
	size_t		n;
	Onnx__TensorProto *tensor = constant(graph, name, RN_ELEMENT_INT64, axes, shape, &n);

	if (tensor != NULL)
	{
		tensor->n_int64_data = n;
		tensor->int64_data = data;
	}
	return name;
}

const char *
rn_graph_int64(RnGraph *graph, const char *name, int64_t number)
{
	int64_t    *data = rn_graph_room(graph, 1, sizeof(int64_t));
	int64_t		one = 1;

	if (data != NULL)
		*data = number;
	return rn_graph_int64s(graph, name, 1, &one, data);
}

const char *
rn_graph_node(RnGraph *graph, const char *type, const char *name, int n, const char *const *input)
{
	Onnx__NodeProto *node = rn_graph_room(graph, 1, sizeof(*node));
	char	  **names = rn_graph_room(graph, (size_t) n + MOST_OUTPUTS, sizeof(char *));
	Onnx__AttributeProto **attributes = rn_graph_room(graph, MOST_ATTRIBUTES, sizeof(*attributes));

	graph->last = attributes != NULL ? node : NULL;
	if (attributes == NULL)
		return name;
	onnx__node_proto__init(node);
	node->op_type = copy(graph, type);
	node->name = copy(graph, name);
	node->n_input = (size_t) n;
	node->input = names;
	for (int i = 0; i < n; i++)
		names[i] = copy(graph, input[i]);
	node->output = names + n;
	node->output[node->n_output++] = node->name;
	node->attribute = attributes;
	append(graph, &graph->nodes, node);
	return name;
}

const char *
rn_graph_further(RnGraph *graph, const char *name)
{
	if (graph->last != NULL && graph->last->n_output < MOST_OUTPUTS)
		graph->last->output[graph->last->n_output++] = copy(graph, name);
	return name;
}

/* A new attribute of the last node, or NULL. */
static Onnx__AttributeProto *
attribute(RnGraph *graph, const char *name, Onnx__AttributeProto__AttributeType type)
{
	Onnx__AttributeProto *attribute = rn_graph_room(graph, 1, sizeof(*attribute));

	if (attribute == NULL || graph->last == NULL || graph->last->n_attribute == MOST_ATTRIBUTES)
		return NULL;
	onnx__attribute_proto__init(attribute);
	attribute->name = copy(graph, name);
	attribute->has_type = true;
	attribute->type = type;
	graph->last->attribute[graph->last->n_attribute++] = attribute;
	return attribute;
}

void
rn_graph_set_int(RnGraph *graph, const char *name, int64_t number)
{
	Onnx__AttributeProto *set = attribute(graph, name, ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__INT);

	if (set == NULL)
		return;
	set->has_i = true;
	set->i = number;
}

void
rn_graph_set_ints(RnGraph *graph, const char *name, int n, const int64_t *number)
{
	Onnx__AttributeProto *set = attribute(graph, name, ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__INTS);
	int64_t    *list = rn_graph_room(graph, (size_t) n, sizeof(int64_t));

	if (set == NULL || list == NULL)
		return;
	memcpy(list, number, (size_t) n * sizeof(int64_t));
	set->n_ints = (size_t) n;
	set->ints = list;
}

void
rn_graph_set_words(RnGraph *graph, const char *name, int n, const char *const *word)
{
	Onnx__AttributeProto *set = attribute(graph, name, ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__STRINGS);
	ProtobufCBinaryData *list = rn_graph_room(graph, (size_t) n, sizeof(*list));

	if (set == NULL || list == NULL)
		return;
	for (int i = 0; i < n; i++)
	{
		list[i].data = (uint8_t *) copy(graph, word[i]);
		list[i].len = strlen(word[i]);
	}
	set->n_strings = (size_t) n;
	set->strings = list;
}

void
rn_graph_set_floats(RnGraph *graph, const char *name, int n, const float *number)
{
	Onnx__AttributeProto *set = attribute(graph, name, ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__FLOATS);
	float	   *list = rn_graph_room(graph, (size_t) n, sizeof(float));

	if (set == NULL || list == NULL)
		return;
	memcpy(list, number, (size_t) n * sizeof(float));
	set->n_floats = (size_t) n;
	set->floats = list;
}

void
rn_graph_property(RnGraph *graph, const char *name, const char *value)
{
	Onnx__StringStringEntryProto *entry = rn_graph_room(graph, 1, sizeof(*entry));

	if (entry == NULL)
		return;
	onnx__string_string_entry_proto__init(entry);
	entry->key = copy(graph, name);
	entry->value = copy(graph, value);
	append(graph, &graph->properties, entry);
}

/* Where protobuf-c puts bytes, piece by piece: behind a text, unless something failed before. */
typedef struct Sink
{
	ProtobufCBuffer base;		/* first, so that a pointer to it is one to the sink */
	RnHost	   *host;
	RnText	   *text;
	RnCode		code;
} Sink;

static void
append_bytes(ProtobufCBuffer *buffer, size_t n, const uint8_t *bytes)
{
	Sink	   *sink = (Sink *) buffer;

	if (sink->code == RN_OK)
		sink->code = rn_text_bytes(sink->host, sink->text, (const char *) bytes, n);
}

/* The bytes of a model that is put together; an array of numbers is one piece. */
static RnCode
write_model(RnHost *host, const Onnx__ModelProto *model, RnText *text)
{
	Sink		sink = {.base.append = append_bytes,.host = host,.text = text};

	if (onnx__model_proto__get_packed_size(model) > RN_FILE_MAX_BYTES)
		return rn_fail(host, RN_UNSUPPORTED, "the file would be longer than %zu MB", RN_FILE_MAX_BYTES / (1024 * 1024));
	onnx__model_proto__pack_to_buffer(model, &sink.base);
	return sink.code;
}

RnCode
rn_graph_write(RnHost *host, RnGraph *graph, const char *name, const char *doc, RnText *text)
{
	Onnx__GraphProto inner = ONNX__GRAPH_PROTO__INIT;
	Onnx__OperatorSetIdProto operators = ONNX__OPERATOR_SET_ID_PROTO__INIT;
	Onnx__OperatorSetIdProto *imports[] = {&operators};
	Onnx__ModelProto model = ONNX__MODEL_PROTO__INIT;

	inner.name = copy(graph, name);
	inner.n_node = graph->nodes.n;
	inner.node = (Onnx__NodeProto **) graph->nodes.at;
	inner.n_initializer = graph->constants.n;
	inner.initializer = (Onnx__TensorProto **) graph->constants.at;
	inner.n_input = graph->inputs.n;
	inner.input = (Onnx__ValueInfoProto **) graph->inputs.at;
	inner.n_output = graph->outputs.n;
	inner.output = (Onnx__ValueInfoProto **) graph->outputs.at;
	operators.has_version = true;
	operators.version = OPSET;
	operators.domain = copy(graph, "");
	model.has_ir_version = true;
	model.ir_version = IR_VERSION;
	model.n_opset_import = 1;
	model.opset_import = imports;
	model.producer_name = copy(graph, "recurnet");
	model.doc_string = copy(graph, doc);
	model.graph = &inner;
	model.n_metadata_props = graph->properties.n;
	model.metadata_props = (Onnx__StringStringEntryProto **) graph->properties.at;
	RN_TRY(graph->code);
	return write_model(host, &model, text);
}
