/* One call of an operation: its inputs and outputs, and what has gone wrong, after which nothing more is done. */
#ifndef SAMLAB_CALL_H
#define SAMLAB_CALL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tensorflow.h"

enum { MOST_TENSORS = 8, MOST_DIMENSIONS = 8 };

typedef struct {
  TF_OpKernelContext *context;
  /* Name of the operation, for messages. */
  const char *operation;
  TF_Status *status;
  TF_Tensor *inputs[MOST_TENSORS];
  int number_of_inputs;
  TF_Tensor *outputs[MOST_TENSORS];
  /* Memory for the length of the call. */
  TF_Tensor *scratch;
} Call;

/* Takes over the inputs. */
Call begin_call(const char *operation, TF_OpKernelContext *context);

/* Tells TensorFlow of a failure, and lets go of all tensors. */
void end_call(Call *call);

/* Whether nothing has gone wrong yet. */
bool is_fine(const Call *call);

/* Says that an input is not what was expected. */
void refuse(Call *call, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Whether two inputs have the same shape. */
bool same_shape(const Call *call, int one, int other);

/* Makes an output of the shape and type of an input. */
void *make_output_like(Call *call, int output, int input);

/* Makes an output of any shape. */
void *make_output(Call *call, int output, TF_DataType type, const int64_t *shape, int dimensions);

/* Makes an output of floats, [length]. */
float *make_vector(Call *call, int output, long length);

/* Makes an output without elements, for what an operation returns only at times. */
void make_empty(Call *call, int output, TF_DataType type);

/* Memory for the length of the call, aligned to 64 bytes. NULL where there is none. */
void *take_scratch(Call *call, size_t doubles);

#endif
