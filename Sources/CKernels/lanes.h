/// What every kernel file shares: dispatch by machine level, exact arithmetic, and sums in lanes.
#pragma once
#include "CKernels.h"
#include <math.h>

#pragma STDC FP_CONTRACT OFF

#if defined(__x86_64__) && defined(__linux__)
#define DISPATCHED __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define DISPATCHED
#endif

#define INLINE static inline __attribute__((always_inline))

/// √x in vector code. The C library's `sqrtf` may set `errno`, so the compiler calls it number by number; both round correctly, and so
/// give the same bits.
INLINE float square_root(float x) {
#if defined(__clang__)
    return __builtin_elementwise_sqrt(x);
#else
    return sqrtf(x);
#endif
}

/// Before a loop whose result may lie in the very place of an operand, element upon element. Without it the compiler checks for
/// overlap when it runs, finds it, and goes one number at a time.
#if defined(__clang__)
#define MAY_BE_IN_PLACE _Pragma("clang loop vectorize(assume_safety)")
#else
#define MAY_BE_IN_PLACE _Pragma("GCC ivdep")
#endif

/// A sum runs in this many interleaved lanes at every machine level, so its bits do not depend on the vector width.
enum { LANES = 16 };

/// Adds the lanes of a sum, always in the same order.
INLINE float sum_of_lanes(const float lanes[LANES]) {
    float eight[8], four[4];
    for (int i = 0; i < 8; i++) eight[i] = lanes[i] + lanes[i + 8];
    for (int i = 0; i < 4; i++) four[i] = eight[i] + eight[i + 4];
    return (four[0] + four[2]) + (four[1] + four[3]);
}

/// Runs `expression`, a term in the index `i`, over 0 ≤ i < count and adds it up in lanes.
#define SUM(total, count, expression)                                            \
    do {                                                                         \
        float lanes_[LANES] = {0};                                               \
        int64_t whole_ = (count) / LANES * LANES;                                \
        for (int64_t base_ = 0; base_ < whole_; base_ += LANES)                  \
            for (int lane_ = 0; lane_ < LANES; lane_++) {                        \
                int64_t i = base_ + lane_;                                       \
                lanes_[lane_] += (expression);                                   \
            }                                                                    \
        for (int64_t i = whole_; i < (count); i++) lanes_[i - whole_] += (expression); \
        (total) = sum_of_lanes(lanes_);                                          \
    } while (0)

/// eˣ by splitting x = n·ln 2 + r with |r| ≤ ½ ln 2: 2ⁿ goes into the exponent's bits, eʳ is a polynomial of degree six (a
/// Taylor series, whose remainder is below 2⁻²³ on this interval).
INLINE float exponential(float x) {
    const float rounder = 12582912.0f;  // 1.5 · 2²³: adding it rounds to a whole number
    float clamped = x < 88.3f ? x : 88.3f;
    clamped = clamped > -87.3f ? clamped : -87.3f;
    float n = (clamped * 1.44269504f + rounder) - rounder;
    float r = (clamped - n * 0.693359375f) - n * -2.12194440e-4f;
    float p = 1.0f / 720.0f;
    p = p * r + 1.0f / 120.0f;
    p = p * r + 1.0f / 24.0f;
    p = p * r + 1.0f / 6.0f;
    p = p * r + 0.5f;
    p = p * r + 1.0f;
    p = p * r + 1.0f;
    union { int32_t bits; float value; } power = {((int32_t)n + 127) << 23};
    float result = p * power.value;
    return x < -87.3f ? 0.0f : result;
}
