#include "lanes.h"

// Near 0 a polynomial keeps the relative accuracy that 1 − 2 / (1 + e²ˣ) would lose (coefficients: Moshier, Cephes, `tanhf`).
INLINE float hyperbolic_tangent(float x) {
    float square = x * x;
    float p = -5.70498872745e-3f;
    p = p * square + 2.06390887954e-2f;
    p = p * square - 5.37397155531e-2f;
    p = p * square + 1.33314422036e-1f;
    p = p * square - 3.33332819422e-1f;
    float near = x + x * (square * p);
    float size = x < 0.0f ? -x : x;
    float far = 1.0f - 2.0f / (exponential(2.0f * size) + 1.0f);
    return size < 0.625f ? near : (x < 0.0f ? -far : far);
}

#define ELEMENT_BY_ELEMENT(expression)                                                       \
    for (int64_t row = 0; row < rows; row++, x += x_stride, y += y_stride)                   \
        for (int64_t j = 0; j < columns; j++) y[j] = (expression);

DISPATCHED void foreword_tanh(int64_t rows, int64_t columns, const float *x, int64_t x_stride, float *y, int64_t y_stride) {
    ELEMENT_BY_ELEMENT(hyperbolic_tangent(x[j]))
}

DISPATCHED void foreword_sigmoid(int64_t rows, int64_t columns, const float *x, int64_t x_stride, float *y, int64_t y_stride) {
    ELEMENT_BY_ELEMENT(1.0f / (1.0f + exponential(-x[j])))
}

DISPATCHED void foreword_relu(int64_t rows, int64_t columns, const float *x, int64_t x_stride, float *y, int64_t y_stride) {
    ELEMENT_BY_ELEMENT(x[j] > 0.0f ? x[j] : 0.0f)
}

#define GRADIENT_AT_RESULT(slope)                                                                          \
    for (int64_t row = 0; row < rows; row++, y += y_stride, dy += dy_stride, dx += dx_stride)              \
        for (int64_t j = 0; j < columns; j++) dx[j] = dy[j] * (slope);

DISPATCHED void foreword_tanh_gradient(
    int64_t rows, int64_t columns, const float *y, int64_t y_stride, const float *dy, int64_t dy_stride, float *dx, int64_t dx_stride) {
    GRADIENT_AT_RESULT(1.0f - y[j] * y[j])
}

DISPATCHED void foreword_sigmoid_gradient(
    int64_t rows, int64_t columns, const float *y, int64_t y_stride, const float *dy, int64_t dy_stride, float *dx, int64_t dx_stride) {
    GRADIENT_AT_RESULT(y[j] * (1.0f - y[j]))
}

DISPATCHED void foreword_relu_gradient(
    int64_t rows, int64_t columns, const float *y, int64_t y_stride, const float *dy, int64_t dy_stride, float *dx, int64_t dx_stride) {
    GRADIENT_AT_RESULT(y[j] > 0.0f ? 1.0f : 0.0f)
}

DISPATCHED void foreword_multiply(
    int64_t rows, int64_t columns, const float *a, int64_t a_stride, const float *b, int64_t b_stride, float *y, int64_t y_stride) {
    for (int64_t row = 0; row < rows; row++, a += a_stride, b += b_stride, y += y_stride)
        for (int64_t j = 0; j < columns; j++) y[j] = a[j] * b[j];
}

DISPATCHED void foreword_add_column_products(
    int64_t rows, int64_t columns, const float *a, int64_t a_stride, const float *b, int64_t b_stride, float *y) {
    for (int64_t row = 0; row < rows; row++, a += a_stride, b += b_stride)
        for (int64_t j = 0; j < columns; j++) y[j] = y[j] + a[j] * b[j];
}
