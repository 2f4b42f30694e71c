/* Passes over the memory of maps, shared by threads; each does for all elements what one loop of loops.h does. */
#ifndef SAMLAB_PASSES_H
#define SAMLAB_PASSES_H

#include <stdbool.h>

typedef enum {
  MOMENTS,
  NORMALIZE,
  NORMALIZE_RELU,
  NORMALIZE_SIDE_RELU,
  GRADIENT_SUMS,
  GRADIENT_SUMS_RELU,
  GRADIENT_SUMS_SIDE_RELU,
  GRADIENT_SUMS_TWO_SIDE_RELU,
  INPUT_GRADIENT,
  INPUT_GRADIENT_RELU,
} Loop;

/* What a loop reads and writes. Maps have `rows` positions of `channels` elements; parameters have `width` floats. */
typedef struct {
  bool bfloat16;
  long rows;
  int channels;
  /* Elements that the loops take as one row: as many channels as fit into it, one position after another. */
  int width;
  int threads;
  Loop loop;
  const void *x, *side, *dy, *more;
  void *y, *through, *dx;
  float *center, *factor, *shift, *slope, *level;
  /* Of each thread 4 `width` doubles and 2 `width` floats: its sums. */
  double *sums;
  float *partial_sums;
} Pass;

/* Elements of one row of the loops. */
int width_of(int channels);

/* How many threads share maps of this size: fewer where it is not worth waking them. */
int threads_for(long rows, int channels);

/* Repeats a parameter of each channel up to the width. */
void repeat_channels(const Pass *pass, float *parameter);

/* Runs a loop over all elements. */
void run_pass(Pass *pass, Loop loop);

/* The two sums of a channel that a loop has found, over all threads. */
double first_sum(const Pass *pass, int channel);
double second_sum(const Pass *pass, int channel);

/* One element of a map, as a float. */
float element(const Pass *pass, const void *map, long row, int channel);

#endif
