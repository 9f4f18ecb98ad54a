/// Element-wise kernels in plain C: loops that the compiler turns into vector code, built once for each level of x86-64 and
/// chosen when the program loads.
///
/// Every kernel gives the same bits at every level: multiplications and additions are not contracted, and every sum runs in
/// sixteen interleaved lanes that are added in a fixed order.
///
/// A matrix is a pointer, a row count, a column count and a stride: the distance between its rows, in numbers.
#pragma once
#include <stdint.h>

/// The x86-64 level the kernels run at ("x86-64-v4", "x86-64-v3", "x86-64"), or "generic" on other machines.
const char *_Nonnull foreword_kernel_level(void);

/// From here on, numbers below 2⁻¹²⁶ count as 0 on the calling thread. Processors take many times as long for an operation on such
/// a number, and they are common where a softmax is nearly certain. Gives what it was before, to be restored with.
uint64_t foreword_flush_subnormals(void);
void foreword_restore_subnormals(uint64_t before);

/// Tells the processor that the calling thread looks at one place again and again, so that it leaves the core to its other thread.
static inline void foreword_rest(void) {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

/// y ← eˣ, element by element. Relative error ≤ 2⁻²²; 0 below −87.3, clamped above 88.3.
void foreword_exp(int64_t count, const float *_Nonnull x, float *_Nonnull y);

// Rows of numbers, element by element.
void foreword_fill(int64_t rows, int64_t columns, float value, float *_Nonnull y, int64_t y_stride);
void foreword_copy(int64_t rows, int64_t columns, const float *_Nonnull x, int64_t x_stride, float *_Nonnull y, int64_t y_stride);
/// y ← a + b.
void foreword_add(
    int64_t rows, int64_t columns, const float *_Nonnull a, int64_t a_stride, const float *_Nonnull b, int64_t b_stride,
    float *_Nonnull y, int64_t y_stride);
/// y ← factor · x.
void foreword_scale(
    int64_t rows, int64_t columns, float factor, const float *_Nonnull x, int64_t x_stride, float *_Nonnull y, int64_t y_stride);
/// y ← y + factor · x.
void foreword_add_scaled(
    int64_t rows, int64_t columns, float factor, const float *_Nonnull x, int64_t x_stride, float *_Nonnull y, int64_t y_stride);
/// Each row of y ← the one row x.
void foreword_broadcast(int64_t rows, int64_t columns, const float *_Nonnull x, float *_Nonnull y, int64_t y_stride);
/// y[0, j] ← y[0, j] + Σᵢ x[i, j].
void foreword_add_column_sums(int64_t rows, int64_t columns, const float *_Nonnull x, int64_t x_stride, float *_Nonnull y);
/// Σ x².
float foreword_sum_of_squares(int64_t rows, int64_t columns, const float *_Nonnull x, int64_t x_stride);

/// y ← gelu_new(x) = ½x(1 + tanh(√(2/π)(x + 0.044715x³))).
void foreword_gelu(
    int64_t rows, int64_t columns, const float *_Nonnull x, int64_t x_stride, float *_Nonnull y, int64_t y_stride);
/// dx ← dy · gelu_new′(x).
void foreword_gelu_gradient(
    int64_t rows, int64_t columns, const float *_Nonnull x, int64_t x_stride, const float *_Nonnull dy, int64_t dy_stride,
    float *_Nonnull dx, int64_t dx_stride);

/// y ← silu(x) = x / (1 + e⁻ˣ).
void foreword_silu(
    int64_t rows, int64_t columns, const float *_Nonnull x, int64_t x_stride, float *_Nonnull y, int64_t y_stride);
/// dx ← dy · silu′(x).
void foreword_silu_gradient(
    int64_t rows, int64_t columns, const float *_Nonnull x, int64_t x_stride, const float *_Nonnull dy, int64_t dy_stride,
    float *_Nonnull dx, int64_t dx_stride);

/// Softmax of the first `visible` numbers of one row; the rest of the row's `columns` become 0.
void foreword_softmax_row(int64_t columns, int64_t visible, const float *_Nonnull x, float *_Nonnull y);
/// dx ← y · (dy − Σ y·dy) on the first `visible` numbers of one row; the rest become 0.
void foreword_softmax_gradient_row(
    int64_t columns, int64_t visible, const float *_Nonnull y, const float *_Nonnull dy, float *_Nonnull dx);
/// ln Σ eˣ − x[target] of one row.
float foreword_cross_entropy_row(int64_t columns, int64_t target, const float *_Nonnull x);

/// y ← scale · (x − mean) / √(variance + epsilon) + shift, row by row, with the biased variance.
void foreword_layer_norm(
    int64_t rows, int64_t columns, float epsilon, const float *_Nonnull x, int64_t x_stride, const float *_Nonnull scale,
    const float *_Nonnull shift, float *_Nonnull y, int64_t y_stride);
/// The gradient of `foreword_layer_norm` with respect to x.
void foreword_layer_norm_gradient(
    int64_t rows, int64_t columns, float epsilon, const float *_Nonnull x, int64_t x_stride, const float *_Nonnull scale,
    const float *_Nonnull dy, int64_t dy_stride, float *_Nonnull dx, int64_t dx_stride);
/// dscale[j] ← dscale[j] + Σᵢ dy[i, j] · x̂[i, j] for `first ≤ j < last`.
void foreword_add_layer_norm_scale_gradient(
    int64_t rows, int64_t columns, int64_t first, int64_t last, float epsilon, const float *_Nonnull x, int64_t x_stride,
    const float *_Nonnull dy, int64_t dy_stride, float *_Nonnull dscale);

/// y ← scale · x / √(mean(x²) + epsilon), row by row.
void foreword_rms_norm(
    int64_t rows, int64_t columns, float epsilon, const float *_Nonnull x, int64_t x_stride, const float *_Nonnull scale,
    float *_Nonnull y, int64_t y_stride);
/// The gradient of `foreword_rms_norm` with respect to x.
void foreword_rms_norm_gradient(
    int64_t rows, int64_t columns, float epsilon, const float *_Nonnull x, int64_t x_stride, const float *_Nonnull scale,
    const float *_Nonnull dy, int64_t dy_stride, float *_Nonnull dx, int64_t dx_stride);
/// dscale[j] ← dscale[j] + Σᵢ dy[i, j] · x[i, j] / √(mean(xᵢ²) + epsilon) for `first ≤ j < last`.
void foreword_add_rms_norm_scale_gradient(
    int64_t rows, int64_t columns, int64_t first, int64_t last, float epsilon, const float *_Nonnull x, int64_t x_stride,
    const float *_Nonnull dy, int64_t dy_stride, float *_Nonnull dscale);

/// y[j] ← cos(position · frequencies[j]), y[pairs + j] ← sin of the same, the product rounded to float32.
void foreword_rotation_row(int64_t pairs, float position, const float *_Nonnull frequencies, float *_Nonnull y);
/// Turns the pair (x[j], x[pairs + j]) of every head of a row by the angle whose cosine and sine stand at j and pairs + j in the
/// row of `rotation`; `direction` is 1, or −1 to turn back.
void foreword_rotate(
    int64_t rows, int64_t heads, int64_t pairs, float direction, const float *_Nonnull x, int64_t x_stride,
    const float *_Nonnull rotation, int64_t rotation_stride, float *_Nonnull y, int64_t y_stride);

/// y ← state + take · (g − state), the moving average of AdamW's first moment (as torch's `lerp`).
void foreword_first_moment(
    int64_t rows, int64_t columns, float take, const float *_Nonnull state, int64_t state_stride, const float *_Nonnull g,
    int64_t g_stride, float *_Nonnull y, int64_t y_stride);
/// y ← keep · state + take · g².
void foreword_second_moment(
    int64_t rows, int64_t columns, float keep, float take, const float *_Nonnull state, int64_t state_stride, const float *_Nonnull g,
    int64_t g_stride, float *_Nonnull y, int64_t y_stride);
/// y ← decay · x − step · m / (√v / root + epsilon).
void foreword_adamw(
    int64_t rows, int64_t columns, float decay, float step, float root, float epsilon, const float *_Nonnull x, int64_t x_stride,
    const float *_Nonnull m, int64_t m_stride, const float *_Nonnull v, int64_t v_stride, float *_Nonnull y, int64_t y_stride);

// Activations y ← f(x), element by element, and their gradients at the result: dx ← dy · f′, with f′ from y.
void foreword_tanh(int64_t rows, int64_t columns, const float *_Nonnull x, int64_t x_stride, float *_Nonnull y, int64_t y_stride);
void foreword_sigmoid(int64_t rows, int64_t columns, const float *_Nonnull x, int64_t x_stride, float *_Nonnull y, int64_t y_stride);
void foreword_relu(int64_t rows, int64_t columns, const float *_Nonnull x, int64_t x_stride, float *_Nonnull y, int64_t y_stride);
void foreword_tanh_gradient(
    int64_t rows, int64_t columns, const float *_Nonnull y, int64_t y_stride, const float *_Nonnull dy, int64_t dy_stride,
    float *_Nonnull dx, int64_t dx_stride);
void foreword_sigmoid_gradient(
    int64_t rows, int64_t columns, const float *_Nonnull y, int64_t y_stride, const float *_Nonnull dy, int64_t dy_stride,
    float *_Nonnull dx, int64_t dx_stride);
void foreword_relu_gradient(
    int64_t rows, int64_t columns, const float *_Nonnull y, int64_t y_stride, const float *_Nonnull dy, int64_t dy_stride,
    float *_Nonnull dx, int64_t dx_stride);
/// y ← a · b, element by element.
void foreword_multiply(
    int64_t rows, int64_t columns, const float *_Nonnull a, int64_t a_stride, const float *_Nonnull b, int64_t b_stride,
    float *_Nonnull y, int64_t y_stride);
/// y[j] ← y[j] + Σᵢ a[i, j] · b[i, j].
void foreword_add_column_products(
    int64_t rows, int64_t columns, const float *_Nonnull a, int64_t a_stride, const float *_Nonnull b, int64_t b_stride,
    float *_Nonnull y);

// 4-bit numbers in blocks of 64, two codes to a byte with the first in its high half. `code` has the 16 numbers that codes stand
// for, `pairs` for each byte the two numbers that its codes stand for.

/// Codes and block maxima of `count` numbers; the last block may be shorter. Of two codes that are equally near, the lower.
void foreword_nf4_quantise(
    int64_t count, const float *_Nonnull code, const float *_Nonnull x, uint8_t *_Nonnull codes, float *_Nonnull maxima);
/// y ← the numbers `first ≤ i < first + count`, each its code's number times its block's maximum.
void foreword_nf4_dequantise(
    int64_t first, int64_t count, const float *_Nonnull pairs, const uint8_t *_Nonnull codes, const float *_Nonnull maxima,
    float *_Nonnull y);
/// The same, where the maxima are 8-bit codes of `map` in blocks of 256, each times its block's scale, around a mean.
void foreword_nf4_dequantise_twice(
    int64_t first, int64_t count, const float *_Nonnull pairs, const uint8_t *_Nonnull codes, const uint8_t *_Nonnull maxima,
    const float *_Nonnull map, const float *_Nonnull scales, float mean, float *_Nonnull y);
