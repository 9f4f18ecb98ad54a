#include "lanes.h"

// Parameters and moments are replaced in their places. Vector code for that: a step of AdamW 3.9 → 0.65 ns a number on one thread,
// a step of full fine-tuning of 124 M weights 1.10 → 0.85 s.

DISPATCHED void foreword_first_moment(
    int64_t rows, int64_t columns, float take, const float *state, int64_t state_stride, const float *g, int64_t g_stride,
    float *y, int64_t y_stride) {
    for (int64_t row = 0; row < rows; row++, state += state_stride, g += g_stride, y += y_stride) {
        MAY_BE_IN_PLACE
        for (int64_t j = 0; j < columns; j++) y[j] = state[j] + take * (g[j] - state[j]);
    }
}

DISPATCHED void foreword_second_moment(
    int64_t rows, int64_t columns, float keep, float take, const float *state, int64_t state_stride, const float *g, int64_t g_stride,
    float *y, int64_t y_stride) {
    for (int64_t row = 0; row < rows; row++, state += state_stride, g += g_stride, y += y_stride) {
        MAY_BE_IN_PLACE
        for (int64_t j = 0; j < columns; j++) y[j] = keep * state[j] + take * (g[j] * g[j]);
    }
}

DISPATCHED void foreword_adamw(
    int64_t rows, int64_t columns, float decay, float step, float root, float epsilon, const float *x, int64_t x_stride,
    const float *m, int64_t m_stride, const float *v, int64_t v_stride, float *y, int64_t y_stride) {
    for (int64_t row = 0; row < rows; row++, x += x_stride, m += m_stride, v += v_stride, y += y_stride) {
        MAY_BE_IN_PLACE
        for (int64_t j = 0; j < columns; j++)
            y[j] = decay * x[j] - step * (m[j] / (square_root(v[j]) / root + epsilon));
    }
}
