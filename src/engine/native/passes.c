#include "passes.h"

#include <string.h>

#include "elements.h"
#include "threads.h"

/* Rows over which sums are taken in float. */
enum { ROWS_APART = 64 };
/* Narrow maps are taken several positions at once, so that a row is worth a loop. */
enum { LEAST_WIDTH = 512 };
/* Elements that are worth another thread. */
enum { SHARE = 16384 };

/* The sums of one thread: in float over some rows, and in double over all that it has seen. */
typedef struct {
  float *a, *b;
  double *first, *second;
} Sums;

static void clear_partial(const Sums *sums, int width) {
  memset(sums->a, 0, sizeof(float) * (size_t)width);
  memset(sums->b, 0, sizeof(float) * (size_t)width);
}

static void add_partial(const Sums *sums, int width) {
  for (int c = 0; c < width; c++) {
    sums->first[c] += sums->a[c];
    sums->second[c] += sums->b[c];
  }
}

#define EACH_COLUMN EACH(c, width)

#define JOINED(a, b) a##_##b
#define JOIN(a, b) JOINED(a, b)
#define AT(map) ((map) == NULL ? NULL : (ELEMENT *)(map) + from)


#define ELEMENT float
#define READ(e) (e)
#define WRITE(f) (f)
#define CUT(f) (f)
#define TARGET
#define NAME(x) JOIN(x, float)
#include "loops.h"

#define ELEMENT float
#define READ(e) (e)
#define WRITE(f) (f)
#define CUT(f) (f)
#define TARGET AVX2
#define NAME(x) JOIN(x, float_avx2)
#include "loops.h"

#define ELEMENT uint16_t
#define READ(e) widened(e)
#define WRITE(f) rounded(f)
#define CUT(f) cut(f)
#define TARGET
#define NAME(x) JOIN(x, bfloat16)
#include "loops.h"

#define ELEMENT uint16_t
#define READ(e) widened(e)
#define WRITE(f) rounded(f)
#define CUT(f) cut(f)
#define TARGET AVX2
#define NAME(x) JOIN(x, bfloat16_avx2)
#include "loops.h"

#define ELEMENT uint16_t
#define READ(e) widened(e)
#define WRITE(f) rounded(f)
#define CUT(f) cut(f)
#define TARGET AVX512
#define NAME(x) JOIN(x, bfloat16_avx512)
#include "loops.h"

typedef void (*Run)(const Pass *, long from, long rows, int width, const Sums *);

/* The loops with the widest instructions that this processor has and that are worth it for the element type. */
static Run loops_for(const Pass *pass) {
  if (!pass->bfloat16) return has_avx2() ? run_float_avx2 : run_float;
  return has_avx512() ? run_bfloat16_avx512 : has_avx2() ? run_bfloat16_avx2 : run_bfloat16;
}

int width_of(int channels) { return channels < LEAST_WIDTH ? LEAST_WIDTH / channels * channels : channels; }

int threads_for(long rows, int channels) {
  return threads_for_work(rows * channels, SHARE);
}

void repeat_channels(const Pass *pass, float *parameter) {
  for (int c = pass->channels; c < pass->width; c++) parameter[c] = parameter[c - pass->channels];
}

static double *sums_of(const Pass *pass, int thread) { return pass->sums + (size_t)4 * pass->width * thread; }

/* Adds up what was found for several positions at once, and what was found for the positions left over. */
static void gather(const Pass *pass, double *sums, const double *others) {
  const int channels = pass->channels;
  for (int c = channels; c < pass->width; c++) sums[c % channels] += sums[c];
  for (int c = 0; c < channels; c++) sums[c] += others[c];
}

/* A thread's part of the positions: as wide rows, and those that are left over one by one. */
static void run_share(void *work, int thread, int threads) {
  const Pass *pass = work;
  const int width = pass->width, channels = pass->channels, together = width / channels;
  const long begin = pass->rows * thread / threads, end = pass->rows * (thread + 1) / threads;
  const long wide = (end - begin) / together, left = end - begin - wide * together;
  float *partial = pass->partial_sums + (size_t)2 * width * thread;
  double *first = sums_of(pass, thread), *second = first + width;
  const Sums all = {partial, partial + width, first, second};
  const Sums rest = {partial, partial + width, second + width, second + 2 * width};
  const Run run = loops_for(pass);
  memset(first, 0, sizeof(double) * 4 * (size_t)width);
  run(pass, begin * channels, wide, width, &all);
  run(pass, (end - left) * channels, left, channels, &rest);
  gather(pass, first, rest.first);
  gather(pass, second, rest.second);
}

void run_pass(Pass *pass, Loop loop) {
  pass->loop = loop;
  in_parallel(run_share, pass, pass->threads);
}

static double sum_over_threads(const Pass *pass, int place) {
  double sum = 0;
  for (int thread = 0; thread < pass->threads; thread++) sum += sums_of(pass, thread)[place];
  return sum;
}

double first_sum(const Pass *pass, int channel) { return sum_over_threads(pass, channel); }

double second_sum(const Pass *pass, int channel) { return sum_over_threads(pass, pass->width + channel); }

float element(const Pass *pass, const void *map, long row, int channel) {
  const long place = row * pass->channels + channel;
  return pass->bfloat16 ? widened(((const uint16_t *)map)[place]) : ((const float *)map)[place];
}
