/* TensorFlow's C interface for operations of one's own. Its headers are written for C++: in C their types lack names, and each file would define a constant. */
#ifndef SAMLAB_TENSORFLOW_H
#define SAMLAB_TENSORFLOW_H

typedef struct TF_OpDefinitionBuilder TF_OpDefinitionBuilder;
typedef struct TF_ShapeInferenceContext TF_ShapeInferenceContext;
typedef struct TF_ShapeHandle TF_ShapeHandle;
typedef struct TF_DimensionHandle TF_DimensionHandle;

#pragma weak TF_InputRange_Args_STRUCT_SIZE

#include "tensorflow/c/kernels.h"
#include "tensorflow/c/ops.h"

#endif
