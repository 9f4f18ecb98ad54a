#include "lanes.h"

INLINE float logistic(float x) { return 1.0f / (1.0f + exponential(-x)); }

DISPATCHED void foreword_silu(int64_t rows, int64_t columns, const float *x, int64_t x_stride, float *y, int64_t y_stride) {
    for (int64_t row = 0; row < rows; row++, x += x_stride, y += y_stride)
        for (int64_t j = 0; j < columns; j++) y[j] = x[j] * logistic(x[j]);
}

DISPATCHED void foreword_silu_gradient(
    int64_t rows, int64_t columns, const float *x, int64_t x_stride, const float *dy, int64_t dy_stride, float *dx,
    int64_t dx_stride) {
    for (int64_t row = 0; row < rows; row++, x += x_stride, dy += dy_stride, dx += dx_stride)
        for (int64_t j = 0; j < columns; j++) {
            float s = logistic(x[j]);
            dx[j] = dy[j] * (s + x[j] * (s * (1.0f - s)));
        }
}
