#include "lanes.h"
#include <math.h>

/// In lanes, for the compiler may not reorder comparisons by itself. The largest number is the same in any order.
INLINE float largest(int64_t count, const float *x) {
    float lanes[LANES];
    for (int lane = 0; lane < LANES; lane++) lanes[lane] = x[0];
    int64_t whole = count / LANES * LANES;
    for (int64_t base = 0; base < whole; base += LANES)
        for (int lane = 0; lane < LANES; lane++) lanes[lane] = x[base + lane] > lanes[lane] ? x[base + lane] : lanes[lane];
    for (int64_t i = whole; i < count; i++) lanes[i - whole] = x[i] > lanes[i - whole] ? x[i] : lanes[i - whole];
    for (int width = LANES / 2; width > 0; width /= 2)
        for (int lane = 0; lane < width; lane++)
            lanes[lane] = lanes[lane + width] > lanes[lane] ? lanes[lane + width] : lanes[lane];
    return lanes[0];
}

/// y ← eˣ⁻ᵗ for the first `visible` of `columns` numbers; what this leaves in the columns behind them means nothing. Rows of attention
/// are short: whole vectors take less time than the right number of single ones.
INLINE void shifted_exponentials(int64_t columns, int64_t visible, float top, const float *x, float *y) {
    enum { WIDTH = 8 };
    int64_t base = 0;
    for (; base < visible && base + WIDTH <= columns; base += WIDTH) {
        float power[WIDTH];
        for (int lane = 0; lane < WIDTH; lane++) power[lane] = exponential(x[base + lane] - top);
        for (int lane = 0; lane < WIDTH; lane++) y[base + lane] = power[lane];
    }
    for (; base < visible; base++) y[base] = exponential(x[base] - top);
}

DISPATCHED void foreword_softmax_row(int64_t columns, int64_t visible, const float *x, float *y) {
    float top = largest(visible, x), total;
    shifted_exponentials(columns, visible, top, x, y);
    SUM(total, visible, y[i]);
    float factor = 1.0f / total;
    for (int64_t i = 0; i < visible; i++) y[i] = y[i] * factor;
    for (int64_t i = visible; i < columns; i++) y[i] = 0.0f;
}

DISPATCHED void foreword_softmax_gradient_row(
    int64_t columns, int64_t visible, const float *y, const float *dy, float *dx) {
    float inner;
    SUM(inner, visible, y[i] * dy[i]);
    for (int64_t i = 0; i < visible; i++) dx[i] = y[i] * (dy[i] - inner);
    for (int64_t i = visible; i < columns; i++) dx[i] = 0.0f;
}

DISPATCHED float foreword_cross_entropy_row(int64_t columns, int64_t target, const float *x) {
    float top = largest(columns, x), total;
    SUM(total, columns, exponential(x[i] - top));
    return logf(total) + (top - x[target]);
}
