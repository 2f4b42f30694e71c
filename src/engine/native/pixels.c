#include "pixels.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "call.h"
#include "threads.h"

/* Bytes that are worth another thread. */
enum { SHARE = 65536 };

typedef struct {
  int stride;
} Setting;

/* A large map, and a small one with every stride-th of its rows and columns. */
typedef struct {
  char *large, *small;
  long batch, height, width;
  /* Bytes. */
  size_t pixel;
  long stride;
} Maps;

void *create_pixels(TF_OpKernelConstruction *construction) {
  TF_Status *status = TF_NewStatus();
  Setting *setting = malloc(sizeof *setting);
  if (setting != NULL) TF_OpKernelConstruction_GetAttrInt32(construction, "stride", &setting->stride, status);
  if (TF_GetCode(status) != TF_OK) TF_OpKernelConstruction_Failure(construction, status);
  TF_DeleteStatus(status);
  return setting;
}

void delete_pixels(void *kernel) { free(kernel); }

static long sampled(long length, long stride) { return (length + stride - 1) / stride; }

static size_t row_of_large(const Maps *maps) { return (size_t)maps->width * maps->pixel; }

static size_t row_of_small(const Maps *maps) { return (size_t)sampled(maps->width, maps->stride) * maps->pixel; }

/* Rows of the small map, each taken out of one of the large. */
static void sample_rows(void *work, int thread, int threads) {
  const Maps *maps = work;
  const long rows = sampled(maps->height, maps->stride), columns = sampled(maps->width, maps->stride), all = maps->batch * rows;
  for (long row = all * thread / threads; row < all * (thread + 1) / threads; row++) {
    const char *from = maps->large + (size_t)(row / rows * maps->height + row % rows * maps->stride) * row_of_large(maps);
    char *to = maps->small + (size_t)row * row_of_small(maps);
    for (long column = 0; column < columns; column++) memcpy(to + (size_t)column * maps->pixel, from + (size_t)(column * maps->stride) * maps->pixel, maps->pixel);
  }
}

/* Rows of the large map: zeros, and every stride-th pixel from the small one. */
static void spread_rows(void *work, int thread, int threads) {
  const Maps *maps = work;
  const long rows = sampled(maps->height, maps->stride), columns = sampled(maps->width, maps->stride), all = maps->batch * maps->height;
  for (long row = all * thread / threads; row < all * (thread + 1) / threads; row++) {
    const long image = row / maps->height, place = row % maps->height;
    char *to = maps->large + (size_t)row * row_of_large(maps);
    memset(to, 0, row_of_large(maps));
    if (place % maps->stride != 0) continue;
    const char *from = maps->small + (size_t)(image * rows + place / maps->stride) * row_of_small(maps);
    for (long column = 0; column < columns; column++) memcpy(to + (size_t)(column * maps->stride) * maps->pixel, from + (size_t)column * maps->pixel, maps->pixel);
  }
}

static void move(Maps *maps, Share share) {
  const size_t bytes = (size_t)(maps->batch * maps->height) * row_of_large(maps);
  in_parallel(share, maps, threads_for_work((long)bytes, SHARE));
}

/* Refuses what are no maps, and strides that lead nowhere. */
static void check_maps(Call *call, const Setting *setting) {
  if (!is_fine(call)) return;
  if (TF_NumDims(call->inputs[0]) != 4) refuse(call, "expected a map [batch, height, width, channels] as input 0, got %d dimensions.", TF_NumDims(call->inputs[0]));
  if (setting->stride < 1) refuse(call, "expected a stride of 1 or more, got %d.", setting->stride);
}

/* Input: x. Output: y[n, i, j, c] = x[n, stride i, stride j, c]. */
void compute_sample(void *kernel, TF_OpKernelContext *context) {
  const Setting *setting = kernel;
  Call call = begin_call("SamlabSample", context);
  check_maps(&call, setting);
  if (is_fine(&call)) {
    const TF_Tensor *x = call.inputs[0];
    const int64_t shape[] = {TF_Dim(x, 0), sampled(TF_Dim(x, 1), setting->stride), sampled(TF_Dim(x, 2), setting->stride), TF_Dim(x, 3)};
    Maps maps = {TF_TensorData(x), make_output(&call, 0, TF_TensorType(x), shape, 4), TF_Dim(x, 0), TF_Dim(x, 1), TF_Dim(x, 2),
                 TF_DataTypeSize(TF_TensorType(x)) * (size_t)TF_Dim(x, 3), setting->stride};
    if (is_fine(&call)) move(&maps, sample_rows);
  }
  end_call(&call);
}

static bool is_sample_of(const TF_Tensor *small, const int32_t *shape, long stride) {
  return TF_Dim(small, 0) == shape[0] && TF_Dim(small, 1) == sampled(shape[1], stride) && TF_Dim(small, 2) == sampled(shape[2], stride) && TF_Dim(small, 3) == shape[3];
}

/* Inputs: dy and the shape of x. Output: dx with dx[n, stride i, stride j, c] = dy[n, i, j, c], and zeros elsewhere. */
void compute_spread(void *kernel, TF_OpKernelContext *context) {
  const Setting *setting = kernel;
  Call call = begin_call("SamlabSpread", context);
  check_maps(&call, setting);
  if (is_fine(&call) && TF_TensorElementCount(call.inputs[1]) != 4) refuse(&call, "expected a shape of 4 lengths as input 1.");
  if (is_fine(&call)) {
    const TF_Tensor *dy = call.inputs[0];
    const int32_t *wanted = TF_TensorData(call.inputs[1]);
    const int64_t shape[] = {wanted[0], wanted[1], wanted[2], wanted[3]};
    if (!is_sample_of(dy, wanted, setting->stride)) refuse(&call, "input 0 is no sample of a map [%d, %d, %d, %d].", wanted[0], wanted[1], wanted[2], wanted[3]);
    Maps maps = {make_output(&call, 0, TF_TensorType(dy), shape, 4), TF_TensorData(dy), wanted[0], wanted[1], wanted[2],
                 TF_DataTypeSize(TF_TensorType(dy)) * (size_t)wanted[3], setting->stride};
    if (is_fine(&call)) move(&maps, spread_rows);
  }
  end_call(&call);
}
