#include "lanes.h"

// ½(1 + tanh u) = 1 / (1 + e⁻²ᵘ): the logistic form needs one exponential and loses no digits near u = 0.
INLINE float gate(float x) {
    float twice_u = 1.5957691216f * (x + 0.044715f * (x * x * x));
    return 1.0f / (1.0f + exponential(-twice_u));
}

DISPATCHED void foreword_gelu(int64_t rows, int64_t columns, const float *x, int64_t x_stride, float *y, int64_t y_stride) {
    for (int64_t row = 0; row < rows; row++, x += x_stride, y += y_stride)
        for (int64_t j = 0; j < columns; j++) y[j] = x[j] * gate(x[j]);
}

DISPATCHED void foreword_gelu_gradient(
    int64_t rows, int64_t columns, const float *x, int64_t x_stride, const float *dy, int64_t dy_stride, float *dx,
    int64_t dx_stride) {
    for (int64_t row = 0; row < rows; row++, x += x_stride, dy += dy_stride, dx += dx_stride)
        for (int64_t j = 0; j < columns; j++) {
            float g = gate(x[j]);
            float slope = 1.5957691216f * (1.0f + 0.134145f * (x[j] * x[j]));
            dx[j] = dy[j] * (g + x[j] * (g * (1.0f - g)) * slope);
        }
}
