#include "CKernels.h"

#if defined(__x86_64__)
#include <xmmintrin.h>

// Flush to zero for results, denormals are zero for operands.
#define FLUSHED 0x8040u

uint64_t foreword_flush_subnormals(void) {
    uint32_t before = _mm_getcsr();
    _mm_setcsr(before | FLUSHED);
    return before;
}

void foreword_restore_subnormals(uint64_t before) { _mm_setcsr((uint32_t)before); }
#elif defined(__aarch64__)
// FPCR.FZ, which covers operands and results.
#define FLUSHED (1ull << 24)

uint64_t foreword_flush_subnormals(void) {
    uint64_t before;
    __asm__ volatile("mrs %0, fpcr" : "=r"(before));
    __asm__ volatile("msr fpcr, %0" : : "r"(before | FLUSHED));
    return before;
}

void foreword_restore_subnormals(uint64_t before) { __asm__ volatile("msr fpcr, %0" : : "r"(before)); }
#else
uint64_t foreword_flush_subnormals(void) { return 0; }

void foreword_restore_subnormals(uint64_t before) { (void)before; }
#endif
