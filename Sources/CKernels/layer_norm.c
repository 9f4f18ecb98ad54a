#include "lanes.h"
#include <math.h>

typedef struct { float mean, factor; } statistics;

INLINE statistics row_statistics(int64_t columns, float epsilon, const float *x) {
    float total, squares;
    SUM(total, columns, x[i]);
    float mean = total / (float)columns;
    SUM(squares, columns, (x[i] - mean) * (x[i] - mean));
    return (statistics){mean, 1.0f / sqrtf(squares / (float)columns + epsilon)};
}

DISPATCHED void foreword_layer_norm(
    int64_t rows, int64_t columns, float epsilon, const float *x, int64_t x_stride, const float *scale, const float *shift,
    float *y, int64_t y_stride) {
    for (int64_t row = 0; row < rows; row++, x += x_stride, y += y_stride) {
        statistics s = row_statistics(columns, epsilon, x);
        for (int64_t j = 0; j < columns; j++) y[j] = (x[j] - s.mean) * s.factor * scale[j] + shift[j];
    }
}

// With g = dy · scale and x̂ the normalised row: dx = (g − mean(g) − x̂ · mean(g · x̂)) / √(variance + ε).
DISPATCHED void foreword_layer_norm_gradient(
    int64_t rows, int64_t columns, float epsilon, const float *x, int64_t x_stride, const float *scale, const float *dy,
    int64_t dy_stride, float *dx, int64_t dx_stride) {
    for (int64_t row = 0; row < rows; row++, x += x_stride, dy += dy_stride, dx += dx_stride) {
        statistics s = row_statistics(columns, epsilon, x);
        float plain, along;
        SUM(plain, columns, dy[i] * scale[i]);
        SUM(along, columns, dy[i] * scale[i] * ((x[i] - s.mean) * s.factor));
        plain /= (float)columns;
        along /= (float)columns;
        for (int64_t j = 0; j < columns; j++)
            dx[j] = s.factor * (dy[j] * scale[j] - plain - (x[j] - s.mean) * s.factor * along);
    }
}

DISPATCHED void foreword_add_layer_norm_scale_gradient(
    int64_t rows, int64_t columns, int64_t first, int64_t last, float epsilon, const float *x, int64_t x_stride,
    const float *dy, int64_t dy_stride, float *dscale) {
    for (int64_t row = 0; row < rows; row++, x += x_stride, dy += dy_stride) {
        statistics s = row_statistics(columns, epsilon, x);
        for (int64_t j = first; j < last; j++) dscale[j] = dscale[j] + dy[j] * ((x[j] - s.mean) * s.factor);
    }
}
