#include "call.h"

#include <stdarg.h>
#include <stdio.h>

Call begin_call(const char *operation, TF_OpKernelContext *context) {
  Call call = {.context = context, .operation = operation, .status = TF_NewStatus(), .number_of_inputs = TF_NumInputs(context)};
  for (int input = 0; input < call.number_of_inputs && is_fine(&call); input++) TF_GetInput(context, input, &call.inputs[input], call.status);
  return call;
}

void end_call(Call *call) {
  if (!is_fine(call)) TF_OpKernelContext_Failure(call->context, call->status);
  for (int place = 0; place < MOST_TENSORS; place++) {
    if (call->inputs[place] != NULL) TF_DeleteTensor(call->inputs[place]);
    if (call->outputs[place] != NULL) TF_DeleteTensor(call->outputs[place]);
  }
  if (call->scratch != NULL) TF_DeleteTensor(call->scratch);
  TF_DeleteStatus(call->status);
}

bool is_fine(const Call *call) { return TF_GetCode(call->status) == TF_OK; }

void refuse(Call *call, const char *format, ...) {
  char reason[256], message[320];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(reason, sizeof reason, format, arguments);
  va_end(arguments);
  snprintf(message, sizeof message, "%s: %s", call->operation, reason);
  TF_SetStatus(call->status, TF_INVALID_ARGUMENT, message);
}

static int shape_of(const TF_Tensor *tensor, int64_t shape[MOST_DIMENSIONS]) {
  const int dimensions = TF_NumDims(tensor);
  for (int axis = 0; axis < dimensions; axis++) shape[axis] = TF_Dim(tensor, axis);
  return dimensions;
}

bool same_shape(const Call *call, int one, int other) {
  const TF_Tensor *a = call->inputs[one], *b = call->inputs[other];
  if (TF_NumDims(a) != TF_NumDims(b)) return false;
  for (int axis = 0; axis < TF_NumDims(a); axis++) {
    if (TF_Dim(a, axis) != TF_Dim(b, axis)) return false;
  }
  return true;
}

static void *data_of(const Call *call, const TF_Tensor *tensor) { return is_fine(call) ? TF_TensorData(tensor) : NULL; }

void *make_output(Call *call, int output, TF_DataType type, const int64_t *shape, int dimensions) {
  if (!is_fine(call)) return NULL;
  size_t bytes = TF_DataTypeSize(type);
  for (int axis = 0; axis < dimensions; axis++) bytes *= (size_t)shape[axis];
  call->outputs[output] = TF_AllocateOutput(call->context, output, type, shape, dimensions, bytes, call->status);
  return data_of(call, call->outputs[output]);
}

void *make_output_like(Call *call, int output, int input) {
  if (!is_fine(call)) return NULL;
  int64_t shape[MOST_DIMENSIONS];
  const int dimensions = shape_of(call->inputs[input], shape);
  return make_output(call, output, TF_TensorType(call->inputs[input]), shape, dimensions);
}

float *make_vector(Call *call, int output, long length) { return make_output(call, output, TF_FLOAT, (const int64_t[]){length}, 1); }

void make_empty(Call *call, int output, TF_DataType type) { make_output(call, output, type, (const int64_t[]){0}, 1); }

void *take_scratch(Call *call, size_t doubles) {
  if (!is_fine(call)) return NULL;
  const int64_t shape[] = {(int64_t)doubles};
  TF_AllocatorAttributes attributes = {.struct_size = TF_ALLOCATOR_ATTRIBUTES_STRUCT_SIZE, .on_host = 1};
  call->scratch = TF_AllocateTemp(call->context, TF_DOUBLE, shape, 1, &attributes, call->status);
  return data_of(call, call->scratch);
}
