/* Elements of maps, float or bfloat16, as floats and back, and loops over them. */
#ifndef SAMLAB_ELEMENTS_H
#define SAMLAB_ELEMENTS_H

#include <stdint.h>
#include <string.h>

static inline float from_bits(uint32_t bits) {
  float value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

static inline uint32_t to_bits(float value) {
  uint32_t bits;
  memcpy(&bits, &value, sizeof bits);
  return bits;
}

/* The value, or 0 where the condition does not hold. By its bits: of a choice compilers make loads that wait for the condition. */
static inline float where(int condition, float value) { return from_bits(to_bits(value) & -(uint32_t)condition); }

/* bfloat16 are the upper halves of floats. */
static inline float widened(uint16_t half) { return from_bits((uint32_t)half << 16); }

static inline uint16_t cut(float value) { return (uint16_t)(to_bits(value) >> 16); }

/* To the nearest, of two as near the even one; what is not a number stays one. */
static inline uint16_t rounded(float value) {
  const uint32_t bits = to_bits(value);
  const uint32_t up = bits + 0x7fff + ((bits >> 16) & 1);
  return (uint16_t)((bits & 0x7fffffff) > 0x7f800000 ? (bits >> 16) | 0x40 : up >> 16);
}

/* A loop in which nothing that is written at one place is read at another. */
#if defined(__clang__)
#define EACH(place, length) _Pragma("clang loop vectorize(assume_safety)") for (long place = 0; place < (length); place++)
#else
#define EACH(place, length) _Pragma("GCC ivdep") for (long place = 0; place < (length); place++)
#endif

#define AVX2 __attribute__((target("avx2,fma")))
#define AVX512 __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,fma")))

/* Whether this processor has the instructions. */
static inline int has_avx2(void) { return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"); }

static inline int has_avx512(void) {
  return has_avx2() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq");
}

#endif
