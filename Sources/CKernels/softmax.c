#include "lanes.h"
#include <math.h>

INLINE float largest(int64_t count, const float *x) {
    float result = x[0];
    for (int64_t i = 1; i < count; i++) result = x[i] > result ? x[i] : result;
    return result;
}

DISPATCHED void foreword_softmax_row(int64_t columns, int64_t visible, const float *x, float *y) {
    float top = largest(visible, x), total;
    for (int64_t i = 0; i < visible; i++) y[i] = exponential(x[i] - top);
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
