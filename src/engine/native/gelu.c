#include "gelu.h"

#include <stdbool.h>
#include <stdlib.h>

#include "call.h"
#include "elements.h"
#include "threads.h"

/* Elements that are worth another thread. */
enum { SHARE = 4096 };

typedef struct {
  bool derivative;
} Setting;

/* What a call reads and writes; `derivative` is NULL where no derivative is wanted. */
typedef struct {
  const void *x;
  void *y, *derivative;
  long length;
  bool bfloat16;
} Maps;

void *create_gelu(TF_OpKernelConstruction *construction) {
  TF_Status *status = TF_NewStatus();
  TF_Bool derivative = 0;
  TF_OpKernelConstruction_GetAttrBool(construction, "derivative", &derivative, status);
  Setting *setting = malloc(sizeof *setting);
  if (setting != NULL) *setting = (Setting){derivative};
  if (TF_GetCode(status) != TF_OK) TF_OpKernelConstruction_Failure(construction, status);
  TF_DeleteStatus(status);
  return setting;
}

void delete_gelu(void *kernel) { free(kernel); }

/*
 * exp(a) for a <= 0: 2^n exp(r) with a = n log 2 + r and |r| <= log(2) / 2, and the Taylor polynomial of exp(r). 0 below -87, where
 * floats lose digits.
 */
static inline float exp_of(float a) {
  /* Adding 1.5 * 2^23 rounds to an integer, which is then in the lowest bits. */
  const float magic = 12582912, sum = a * 1.44269504f + magic, n = sum - magic;
  const float r = (a - n * 0.693359375f) + n * 2.12194440e-4f;
  const float p = ((((((1.f / 720) * r + 1.f / 120) * r + 1.f / 24) * r + 1.f / 6) * r + .5f) * r + 1) * r + 1;
  return where(a >= -87, from_bits(to_bits(p) + (to_bits(sum) << 23)));
}

typedef struct {
  float y, derivative;
} Gelu;

/*
 * With z = |x| / sqrt 2 and e = exp(-z^2): erfc(z) = e t R(t) where t = 1 / (1 + 0.45 z). R is the polynomial of degree 9 that a
 * least-squares fit to exp(z^2) erfc(z) / t gives, off by 6e-8 of it at most. Phi(x) = erfc(z) / 2 below 0, else 1 - erfc(z) / 2.
 */
static inline Gelu gelu_of(float x) {
  const float z = (x < 0 ? -x : x) * 0.707106781f, e = exp_of(-.5f * x * x), t = 1 / (1 + 0.45f * z);
  float r = -0.0420731403f;
  r = r * t + 0.193652424f;
  r = r * t - 0.305972421f;
  r = r * t + 0.147721639f;
  r = r * t - 0.0254551021f;
  r = r * t + 0.121031263f;
  r = r * t + 0.175032282f;
  r = r * t + 0.22829573f;
  r = r * t + 0.25388196f;
  r = r * t + 0.253885339f;
  const float tail = .5f * (r * t) * e, cdf = x < 0 ? tail : 1 - tail;
  return (Gelu){x * cdf, cdf + x * (e * 0.398942280f)};
}

#define LOOPS(NAME, TARGET, ELEMENT, READ, WRITE)                                                            \
  TARGET static void NAME(const ELEMENT *x, ELEMENT *y, long length) {                                       \
    EACH(i, length) { y[i] = WRITE(gelu_of(READ(x[i])).y); }                                                 \
  }                                                                                                          \
  TARGET static void NAME##_and_derivative(const ELEMENT *x, ELEMENT *y, ELEMENT *derivative, long length) { \
    EACH(i, length) {                                                                                        \
      const Gelu found = gelu_of(READ(x[i]));                                                                \
      y[i] = WRITE(found.y);                                                                                 \
      derivative[i] = WRITE(found.derivative);                                                               \
    }                                                                                                        \
  }                                                                                                          \
  static void NAME##_part(const Maps *maps, long from, long length) {                                        \
    const ELEMENT *x = (const ELEMENT *)maps->x + from;                                                      \
    ELEMENT *y = (ELEMENT *)maps->y + from;                                                                  \
    if (maps->derivative == NULL) {                                                                          \
      NAME(x, y, length);                                                                                    \
    } else {                                                                                                 \
      NAME##_and_derivative(x, y, (ELEMENT *)maps->derivative + from, length);                               \
    }                                                                                                        \
  }

#define AS_IT_IS(f) (f)
LOOPS(float_plain, , float, AS_IT_IS, AS_IT_IS)
LOOPS(float_avx2, AVX2, float, AS_IT_IS, AS_IT_IS)
LOOPS(float_avx512, AVX512, float, AS_IT_IS, AS_IT_IS)
LOOPS(bfloat16_plain, , uint16_t, widened, rounded)
LOOPS(bfloat16_avx2, AVX2, uint16_t, widened, rounded)
LOOPS(bfloat16_avx512, AVX512, uint16_t, widened, rounded)

typedef void (*Part)(const Maps *, long from, long length);

static Part part_for(const Maps *maps) {
  if (has_avx512()) return maps->bfloat16 ? bfloat16_avx512_part : float_avx512_part;
  if (has_avx2()) return maps->bfloat16 ? bfloat16_avx2_part : float_avx2_part;
  return maps->bfloat16 ? bfloat16_plain_part : float_plain_part;
}

static void run_share(void *work, int thread, int threads) {
  const Maps *maps = work;
  const long begin = maps->length * thread / threads, end = maps->length * (thread + 1) / threads;
  part_for(maps)(maps, begin, end - begin);
}

/* Input: x. Outputs: y = x Phi(x), and dy/dx = Phi(x) + x phi(x) or nothing. */
void compute_gelu(void *kernel, TF_OpKernelContext *context) {
  const Setting *setting = kernel;
  Call call = begin_call("SamlabGelu", context);
  Maps maps = {0};
  if (is_fine(&call)) {
    const TF_Tensor *x = call.inputs[0];
    maps.length = TF_TensorElementCount(x);
    maps.bfloat16 = TF_TensorType(x) == TF_BFLOAT16;
    maps.x = TF_TensorData(x);
    if (TF_NumDims(x) > MOST_DIMENSIONS) refuse(&call, "expected at most %d dimensions, got %d.", MOST_DIMENSIONS, TF_NumDims(x));
  }
  maps.y = make_output_like(&call, 0, 0);
  if (setting->derivative) {
    maps.derivative = make_output_like(&call, 1, 0);
  } else {
    make_empty(&call, 1, is_fine(&call) ? TF_TensorType(call.inputs[0]) : TF_FLOAT);
  }
  if (is_fine(&call)) {
    in_parallel(run_share, &maps, threads_for_work(maps.length, SHARE));
  }
  end_call(&call);
}
