/* TensorFlow operations of the project's own. Node loads this file, and it makes them known to TensorFlow. */
#include <node_api.h>
#include <pthread.h>

#include "batchNorm.h"
#include "gelu.h"
#include "pixels.h"

typedef void *(*Create)(TF_OpKernelConstruction *);
typedef void (*Compute)(void *, TF_OpKernelContext *);
typedef void (*Delete)(void *);

/* Each list ends with NULL. */
typedef struct {
  const char *name;
  const char *const *attributes, *const *inputs, *const *outputs;
  Create create;
  Compute compute;
  Delete delete;
} Operation;

static const char *const BATCH_NORM[] = {"T: {float, bfloat16}", "epsilon: float", "exponential_avg_factor: float = 1.0", "relu: bool", "num_sides: int >= 0", "num_more: int >= 0 = 0", NULL};

static const char *const GELU[] = {"T: {float, bfloat16}", "derivative: bool", NULL};

static const char *const PIXELS[] = {"T: {float, bfloat16}", "stride: int", NULL};

static const Operation OPERATIONS[] = {
    {
        "SamlabBatchNorm",
        BATCH_NORM,
        (const char *const[]){"x: T", "scale: float", "shift: float", "mean: float", "variance: float", "side: num_sides * T", NULL},
        (const char *const[]){"y: T", "running_mean: float", "running_variance: float", "batch_mean: float", "batch_variance: float", "nothing: float", NULL},
        create_batch_norm,
        compute_batch_norm,
        delete_batch_norm,
    },
    {
        "SamlabBatchNormGrad",
        BATCH_NORM,
        (const char *const[]){"dy: T", "x: T", "scale: float", "shift: float", "mean: float", "variance: float", "y: num_sides * T", "more: num_more * T", NULL},
        (const char *const[]){"dx: T", "dscale: float", "dshift: float", "dside: T", NULL},
        create_batch_norm,
        compute_batch_norm_gradient,
        delete_batch_norm,
    },
    {
        "SamlabGelu",
        GELU,
        (const char *const[]){"x: T", NULL},
        (const char *const[]){"y: T", "dy_by_dx: T", NULL},
        create_gelu,
        compute_gelu,
        delete_gelu,
    },
    {
        "SamlabSample",
        PIXELS,
        (const char *const[]){"x: T", NULL},
        (const char *const[]){"y: T", NULL},
        create_pixels,
        compute_sample,
        delete_pixels,
    },
    {
        "SamlabSpread",
        PIXELS,
        (const char *const[]){"dy: T", "shape: int32", NULL},
        (const char *const[]){"dx: T", NULL},
        create_pixels,
        compute_spread,
        delete_pixels,
    },
};

enum { NUMBER_OF_OPERATIONS = sizeof OPERATIONS / sizeof OPERATIONS[0] };

static TF_Status *status;

/* Shapes come with the tensors. */
static void leave_shapes_unknown(TF_ShapeInferenceContext *context, TF_Status *result) { TF_ShapeInferenceContextSetUnknownShape(context, result); }

static void add_each(TF_OpDefinitionBuilder *builder, void (*add)(TF_OpDefinitionBuilder *, const char *), const char *const *texts) {
  for (; *texts != NULL; texts++) add(builder, *texts);
}

static void define(const Operation *operation) {
  TF_OpDefinitionBuilder *builder = TF_NewOpDefinitionBuilder(operation->name);
  add_each(builder, TF_OpDefinitionBuilderAddAttr, operation->attributes);
  add_each(builder, TF_OpDefinitionBuilderAddInput, operation->inputs);
  add_each(builder, TF_OpDefinitionBuilderAddOutput, operation->outputs);
  TF_OpDefinitionBuilderSetShapeInferenceFunction(builder, leave_shapes_unknown);
  TF_RegisterOpDefinition(builder, status);
  if (TF_GetCode(status) != TF_OK) return;
  TF_RegisterKernelBuilder(operation->name, TF_NewKernelBuilder(operation->name, "CPU", operation->create, operation->compute, operation->delete), status);
}

static void define_all(void) {
  status = TF_NewStatus();
  for (int place = 0; place < NUMBER_OF_OPERATIONS && TF_GetCode(status) == TF_OK; place++) define(&OPERATIONS[place]);
}

/* Each of Node's threads may load this file; TensorFlow is told once. */
NAPI_MODULE_INIT() {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, define_all);
  if (TF_GetCode(status) != TF_OK) napi_throw_error(env, NULL, TF_Message(status));
  return exports;
}
