#include "lanes.h"
#include <math.h>

enum { BLOCK = 64, CODES = 16 };

// A byte holds two codes, the first in its high half. Of the ways to turn codes into numbers that were timed (selecting by bits,
// gathering, a table scaled for each block), looking up both numbers of a byte at once is the fastest.
INLINE void dequantise_within_block(
    const float *pairs, float scale, int64_t first, int64_t count, const uint8_t *codes, float *y) {
    if (first & 1 && count > 0) {
        *y++ = pairs[2 * codes[first >> 1] + 1] * scale;
        first++;
        count--;
    }
    const uint8_t *bytes = codes + (first >> 1);
    for (int64_t i = 0; i < count / 2; i++) {
        const float *pair = pairs + 2 * bytes[i];
        y[2 * i] = pair[0] * scale;
        y[2 * i + 1] = pair[1] * scale;
    }
    if (count & 1) y[count - 1] = pairs[2 * bytes[count / 2]] * scale;
}

// Runs over the blocks that `first` to `first + count` lie in; `expression` is the maximum of block `block`.
#define DEQUANTISE(expression)                                                               \
    while (count > 0) {                                                                      \
        int64_t block = first / BLOCK, rest = (block + 1) * BLOCK - first;                   \
        int64_t here = rest < count ? rest : count;                                          \
        dequantise_within_block(pairs, (expression), first, here, codes, y);                 \
        first += here;                                                                       \
        count -= here;                                                                       \
        y += here;                                                                           \
    }

DISPATCHED void foreword_nf4_dequantise(
    int64_t first, int64_t count, const float *pairs, const uint8_t *codes, const float *maxima, float *y) {
    DEQUANTISE(maxima[block])
}

DISPATCHED void foreword_nf4_dequantise_twice(
    int64_t first, int64_t count, const float *pairs, const uint8_t *codes, const uint8_t *maxima, const float *map,
    const float *scales, float mean, float *y) {
    DEQUANTISE(map[maxima[block]] * scales[block / 256] + mean)
}

DISPATCHED void foreword_nf4_quantise(int64_t count, const float *code, const float *x, uint8_t *codes, float *maxima) {
    for (int64_t start = 0; start < count; start += BLOCK, x += BLOCK, codes += BLOCK / 2) {
        int64_t size = count - start < BLOCK ? count - start : BLOCK;
        float values[BLOCK] = {0}, largest = 0.0f;
        for (int64_t i = 0; i < size; i++) values[i] = x[i];
        for (int64_t i = 0; i < BLOCK; i++) largest = fabsf(values[i]) > largest ? fabsf(values[i]) : largest;
        int32_t nearest[BLOCK];
        float divisor = largest > 0.0f ? largest : 1.0f;
        for (int64_t i = 0; i < BLOCK; i++) {
            float value = values[i] / divisor, best = fabsf(value - code[0]);
            int32_t index = 0;
            for (int32_t c = 1; c < CODES; c++) {
                float distance = fabsf(value - code[c]);
                index = distance < best ? c : index;
                best = distance < best ? distance : best;
            }
            nearest[i] = index;
        }
        for (int64_t i = 0; i < (size + 1) / 2; i++) codes[i] = (uint8_t)(nearest[2 * i] << 4 | nearest[2 * i + 1]);
        maxima[start / BLOCK] = largest;
    }
}
