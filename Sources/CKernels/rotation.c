#include "lanes.h"
#include <math.h>

// Few numbers, each needed by every block: taken from the C library in double precision, not vectorised.
void foreword_rotation_row(int64_t pairs, float position, const float *frequencies, float *y) {
    for (int64_t j = 0; j < pairs; j++) {
        float angle = position * frequencies[j];
        y[j] = (float)cos((double)angle);
        y[pairs + j] = (float)sin((double)angle);
    }
}

DISPATCHED void foreword_rotate(
    int64_t rows, int64_t heads, int64_t pairs, float direction, const float *x, int64_t x_stride, const float *rotation,
    int64_t rotation_stride, float *y, int64_t y_stride) {
    for (int64_t row = 0; row < rows; row++, x += x_stride, rotation += rotation_stride, y += y_stride)
        for (int64_t head = 0; head < heads; head++) {
            const float *first = x + 2 * pairs * head, *second = first + pairs;
            float *y_first = y + 2 * pairs * head, *y_second = y_first + pairs;
            for (int64_t j = 0; j < pairs; j++) {
                float cosine = rotation[j], sine = direction * rotation[pairs + j];
                float a = first[j], b = second[j];
                y_first[j] = a * cosine - b * sine;
                y_second[j] = b * cosine + a * sine;
            }
        }
}
