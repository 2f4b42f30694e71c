#include "batchNorm.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "call.h"
#include "passes.h"

/* Attributes of both operations. */
typedef struct {
  double epsilon;
  /* Weight of this batch in the running statistics. */
  float share;
  bool relu;
  bool side;
  /* Whether the gradient of the output comes as two tensors, to be added. */
  bool two;
} Setting;

void *create_batch_norm(TF_OpKernelConstruction *construction) {
  TF_Status *status = TF_NewStatus();
  float epsilon = 0, share = 1;
  int32_t sides = 0, more = 0;
  TF_Bool relu = 0;
  TF_OpKernelConstruction_GetAttrFloat(construction, "epsilon", &epsilon, status);
  TF_OpKernelConstruction_GetAttrFloat(construction, "exponential_avg_factor", &share, status);
  TF_OpKernelConstruction_GetAttrBool(construction, "relu", &relu, status);
  TF_OpKernelConstruction_GetAttrInt32(construction, "num_sides", &sides, status);
  TF_OpKernelConstruction_GetAttrInt32(construction, "num_more", &more, status);
  Setting *setting = malloc(sizeof *setting);
  if (setting != NULL) *setting = (Setting){epsilon, share, relu, sides == 1, more == 1};
  if (sides > 1 || (sides == 1 && !relu)) TF_SetStatus(status, TF_INVALID_ARGUMENT, "num_sides: expected 0, or 1 with relu.");
  if (more > sides) TF_SetStatus(status, TF_INVALID_ARGUMENT, "num_more: expected 0, or 1 with a side.");
  if (TF_GetCode(status) != TF_OK) TF_OpKernelConstruction_Failure(construction, status);
  TF_DeleteStatus(status);
  return setting;
}

void delete_batch_norm(void *kernel) { free(kernel); }

/* Refuses inputs that do not fit: `map` has channels last, and of each of the inputs from `first` to `last` a channel has one number. */
static void check_shapes(Call *call, int map, int first, int last) {
  const TF_Tensor *x = call->inputs[map];
  const int dimensions = is_fine(call) ? TF_NumDims(x) : 0;
  if (!is_fine(call)) return;
  if (dimensions < 2 || dimensions > MOST_DIMENSIONS || TF_TensorElementCount(x) == 0) {
    refuse(call, "expected a map of at least one position with channels last as input %d, got %d dimensions and %ld elements.", map, dimensions,
           (long)TF_TensorElementCount(x));
    return;
  }
  const long channels = TF_Dim(x, dimensions - 1);
  for (int input = first; input <= last && is_fine(call); input++) {
    const long length = TF_TensorElementCount(call->inputs[input]);
    if (length != channels) refuse(call, "expected %ld elements as input %d, one for each channel, got %ld.", channels, input, length);
  }
}

static void check_same_shape(Call *call, int map, int other) {
  if (is_fine(call) && !same_shape(call, map, other)) refuse(call, "inputs %d and %d have different shapes.", map, other);
}

static const float *floats(const Call *call, int input) { return TF_TensorData(call->inputs[input]); }

/* A pass over maps such as an input, with memory for parameters and sums; its `sums` are NULL where something is wrong. */
static Pass make_pass(Call *call, int map) {
  if (!is_fine(call)) return (Pass){.sums = NULL};
  const TF_Tensor *x = call->inputs[map];
  const int channels = (int)TF_Dim(x, TF_NumDims(x) - 1);
  const long rows = TF_TensorElementCount(x) / channels;
  const int threads = threads_for(rows, channels);
  /* Parameters begin with a cache line of their own, as loops with wide vectors need. */
  const size_t width = (size_t)width_of(channels), room = (width + 15) / 16 * 16;
  double *sums = take_scratch(call, 4 * width * (size_t)threads + width * (size_t)threads + 5 * room / 2 + 8);
  float *parameters = (float *)(sums + (4 * width * (size_t)threads + 7) / 8 * 8);
  return (Pass){
      .bfloat16 = TF_TensorType(x) == TF_BFLOAT16,
      .rows = rows,
      .channels = channels,
      .width = (int)width,
      .threads = threads,
      .x = TF_TensorData(x),
      .center = parameters,
      .factor = parameters + room,
      .shift = parameters + 2 * room,
      .slope = parameters + 3 * room,
      .level = parameters + 4 * room,
      .partial_sums = parameters + 5 * room,
      .sums = sums,
  };
}

/*
 * A number near the mean of a channel, from which its moments are taken: of numbers far from 0 with little between them, sums
 * would lose it. Where a channel's numbers are all the same it is that number, to the bit.
 */
static float near_mean(const Pass *pass, int channel) {
  const long step = pass->rows / 4;
  const float a = element(pass, pass->x, 0, channel), b = element(pass, pass->x, step, channel);
  const float c = element(pass, pass->x, 2 * step, channel), d = element(pass, pass->x, 3 * step, channel);
  return (a / 4 + b / 4) + (c / 4 + d / 4);
}

static float over_deviation(float scale, float variance, double epsilon) { return (float)(scale / sqrt((double)variance + epsilon)); }

/* Of each channel scale (x - mean) / sqrt(variance + epsilon) + shift. */
typedef struct {
  const float *scale, *shift, *mean, *variance;
  double epsilon;
} Normalization;

static void set_normalization(const Pass *pass, Normalization of) {
  for (int c = 0; c < pass->channels; c++) {
    pass->center[c] = of.mean[c];
    pass->factor[c] = over_deviation(of.scale[c], of.variance[c], of.epsilon);
    pass->shift[c] = of.shift[c];
  }
  repeat_channels(pass, pass->center);
  repeat_channels(pass, pass->factor);
  repeat_channels(pass, pass->shift);
}

/* Inputs: x, scale, shift, running mean, running variance and perhaps a side. Outputs: y, the running moments after it, the batch's own, and nothing. */
void compute_batch_norm(void *kernel, TF_OpKernelContext *context) {
  const Setting *setting = kernel;
  Call call = begin_call("SamlabBatchNorm", context);
  check_shapes(&call, 0, 1, 4);
  if (setting->side) check_same_shape(&call, 0, 5);
  Pass pass = make_pass(&call, 0);
  pass.y = make_output_like(&call, 0, 0);
  float *running_mean = make_vector(&call, 1, pass.channels), *running_variance = make_vector(&call, 2, pass.channels);
  float *mean = make_vector(&call, 3, pass.channels), *variance = make_vector(&call, 4, pass.channels);
  make_empty(&call, 5, TF_FLOAT);
  if (!is_fine(&call)) {
    end_call(&call);
    return;
  }
  const float *scale = floats(&call, 1), *shift = floats(&call, 2), *old_mean = floats(&call, 3), *old_variance = floats(&call, 4);
  for (int c = 0; c < pass.channels; c++) pass.center[c] = near_mean(&pass, c);
  repeat_channels(&pass, pass.center);
  run_pass(&pass, MOMENTS);
  const double rows = (double)pass.rows, others = pass.rows > 1 ? rows - 1 : 1;
  for (int c = 0; c < pass.channels; c++) {
    const double apart = first_sum(&pass, c) / rows, square = second_sum(&pass, c) / rows - apart * apart;
    /* Rounding may leave less than 0; what is not a number stays so. */
    const double biased = square < 0 ? 0 : square;
    mean[c] = (float)(pass.center[c] + apart);
    variance[c] = (float)biased;
    running_mean[c] = (1 - setting->share) * old_mean[c] + setting->share * mean[c];
    running_variance[c] = (1 - setting->share) * old_variance[c] + setting->share * (float)(biased * rows / others);
  }
  set_normalization(&pass, (Normalization){scale, shift, mean, variance, setting->epsilon});
  if (setting->side) pass.side = TF_TensorData(call.inputs[5]);
  run_pass(&pass, setting->side ? NORMALIZE_SIDE_RELU : setting->relu ? NORMALIZE_RELU : NORMALIZE);
  end_call(&call);
}

/*
 * With n positions, r = 1 / sqrt(variance + epsilon) and g, what of dy the ReLU lets through:
 * dx = scale r (g - sum(g) / n - (x - mean) r^2 sum(g (x - mean)) / n), dscale = r sum(g (x - mean)), dshift = sum(g).
 *
 * Inputs: dy, x, scale, shift, mean, variance and, where there was a side, y, and perhaps more to be added to dy. Outputs: dx, dscale, dshift, and the side's gradient g or nothing.
 */
void compute_batch_norm_gradient(void *kernel, TF_OpKernelContext *context) {
  const Setting *setting = kernel;
  Call call = begin_call("SamlabBatchNormGrad", context);
  check_shapes(&call, 1, 2, 5);
  check_same_shape(&call, 1, 0);
  if (setting->side) check_same_shape(&call, 1, 6);
  if (setting->two) check_same_shape(&call, 1, 7);
  Pass pass = make_pass(&call, 1);
  pass.dx = make_output_like(&call, 0, 1);
  float *scale_gradient = make_vector(&call, 1, pass.channels), *shift_gradient = make_vector(&call, 2, pass.channels);
  if (setting->side) {
    pass.through = make_output_like(&call, 3, 0);
  } else {
    make_empty(&call, 3, is_fine(&call) ? TF_TensorType(call.inputs[0]) : TF_FLOAT);
  }
  if (!is_fine(&call)) {
    end_call(&call);
    return;
  }
  const float *scale = floats(&call, 2), *shift = floats(&call, 3), *mean = floats(&call, 4), *variance = floats(&call, 5);
  set_normalization(&pass, (Normalization){scale, shift, mean, variance, setting->epsilon});
  pass.dy = TF_TensorData(call.inputs[0]);
  if (setting->side) pass.y = TF_TensorData(call.inputs[6]);
  if (setting->two) pass.more = TF_TensorData(call.inputs[7]);
  run_pass(&pass, setting->two ? GRADIENT_SUMS_TWO_SIDE_RELU : setting->side ? GRADIENT_SUMS_SIDE_RELU : setting->relu ? GRADIENT_SUMS_RELU : GRADIENT_SUMS);
  const double rows = (double)pass.rows;
  for (int c = 0; c < pass.channels; c++) {
    const double r = 1 / sqrt((double)variance[c] + setting->epsilon), sum = first_sum(&pass, c), product = second_sum(&pass, c);
    scale_gradient[c] = (float)(r * product);
    shift_gradient[c] = (float)sum;
    pass.slope[c] = (float)(-scale[c] * r * r * r * product / rows);
    pass.level[c] = (float)(-scale[c] * r * sum / rows);
  }
  repeat_channels(&pass, pass.slope);
  repeat_channels(&pass, pass.level);
  if (setting->side) pass.dy = pass.through;
  run_pass(&pass, setting->relu && !setting->side ? INPUT_GRADIENT_RELU : INPUT_GRADIENT);
  end_call(&call);
}
