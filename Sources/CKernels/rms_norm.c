#include "lanes.h"
#include <math.h>

// 1 / √(mean(x²) + ε).
INLINE float row_factor(int64_t columns, float epsilon, const float *x) {
    float squares;
    SUM(squares, columns, x[i] * x[i]);
    return 1.0f / sqrtf(squares / (float)columns + epsilon);
}

DISPATCHED void foreword_rms_norm(
    int64_t rows, int64_t columns, float epsilon, const float *x, int64_t x_stride, const float *scale, float *y,
    int64_t y_stride) {
    for (int64_t row = 0; row < rows; row++, x += x_stride, y += y_stride) {
        float factor = row_factor(columns, epsilon, x);
        for (int64_t j = 0; j < columns; j++) y[j] = x[j] * factor * scale[j];
    }
}

// With g = dy · scale and x̂ the normalised row: dx = (g − x̂ · mean(g · x̂)) / √(mean(x²) + ε).
DISPATCHED void foreword_rms_norm_gradient(
    int64_t rows, int64_t columns, float epsilon, const float *x, int64_t x_stride, const float *scale, const float *dy,
    int64_t dy_stride, float *dx, int64_t dx_stride) {
    for (int64_t row = 0; row < rows; row++, x += x_stride, dy += dy_stride, dx += dx_stride) {
        float factor = row_factor(columns, epsilon, x), along;
        SUM(along, columns, dy[i] * scale[i] * (x[i] * factor));
        along /= (float)columns;
        for (int64_t j = 0; j < columns; j++) dx[j] = factor * (dy[j] * scale[j] - x[j] * factor * along);
    }
}

DISPATCHED void foreword_add_rms_norm_scale_gradient(
    int64_t rows, int64_t columns, int64_t first, int64_t last, float epsilon, const float *x, int64_t x_stride,
    const float *dy, int64_t dy_stride, float *dscale) {
    for (int64_t row = 0; row < rows; row++, x += x_stride, dy += dy_stride) {
        float factor = row_factor(columns, epsilon, x);
        for (int64_t j = first; j < last; j++) dscale[j] = dscale[j] + dy[j] * (x[j] * factor);
    }
}
