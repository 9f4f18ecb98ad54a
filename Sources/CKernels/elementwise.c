#include "lanes.h"

const char *foreword_kernel_level(void) {
#if defined(__x86_64__) && defined(__linux__)
    __builtin_cpu_init();
    if (__builtin_cpu_supports("x86-64-v4")) return "x86-64-v4";
    if (__builtin_cpu_supports("x86-64-v3")) return "x86-64-v3";
    return "x86-64";
#else
    return "generic";
#endif
}

DISPATCHED void foreword_exp(int64_t count, const float *x, float *y) {
    for (int64_t i = 0; i < count; i++) y[i] = exponential(x[i]);
}

DISPATCHED void foreword_fill(int64_t rows, int64_t columns, float value, float *y, int64_t y_stride) {
    for (int64_t row = 0; row < rows; row++, y += y_stride)
        for (int64_t j = 0; j < columns; j++) y[j] = value;
}

DISPATCHED void foreword_copy(
    int64_t rows, int64_t columns, const float *x, int64_t x_stride, float *y, int64_t y_stride) {
    for (int64_t row = 0; row < rows; row++, x += x_stride, y += y_stride)
        for (int64_t j = 0; j < columns; j++) y[j] = x[j];
}

DISPATCHED void foreword_add(
    int64_t rows, int64_t columns, const float *a, int64_t a_stride, const float *b, int64_t b_stride, float *y,
    int64_t y_stride) {
    for (int64_t row = 0; row < rows; row++, a += a_stride, b += b_stride, y += y_stride)
        for (int64_t j = 0; j < columns; j++) y[j] = a[j] + b[j];
}

DISPATCHED void foreword_scale(
    int64_t rows, int64_t columns, float factor, const float *x, int64_t x_stride, float *y, int64_t y_stride) {
    for (int64_t row = 0; row < rows; row++, x += x_stride, y += y_stride)
        for (int64_t j = 0; j < columns; j++) y[j] = factor * x[j];
}

DISPATCHED void foreword_add_scaled(
    int64_t rows, int64_t columns, float factor, const float *x, int64_t x_stride, float *y, int64_t y_stride) {
    for (int64_t row = 0; row < rows; row++, x += x_stride, y += y_stride)
        for (int64_t j = 0; j < columns; j++) y[j] = y[j] + factor * x[j];
}

DISPATCHED void foreword_broadcast(int64_t rows, int64_t columns, const float *x, float *y, int64_t y_stride) {
    for (int64_t row = 0; row < rows; row++, y += y_stride)
        for (int64_t j = 0; j < columns; j++) y[j] = x[j];
}

DISPATCHED void foreword_add_column_sums(int64_t rows, int64_t columns, const float *x, int64_t x_stride, float *y) {
    for (int64_t row = 0; row < rows; row++, x += x_stride)
        for (int64_t j = 0; j < columns; j++) y[j] = y[j] + x[j];
}

DISPATCHED float foreword_sum_of_squares(int64_t rows, int64_t columns, const float *x, int64_t x_stride) {
    float total = 0;
    for (int64_t row = 0; row < rows; row++, x += x_stride) {
        float squares;
        SUM(squares, columns, x[i] * x[i]);
        total += squares;
    }
    return total;
}
