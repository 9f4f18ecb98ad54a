#include "CAllocations.h"

#if defined(__linux__) && defined(__GLIBC__)
#include <stdatomic.h>
#include <stddef.h>

// The program's own definitions take the place of the C library's, which stay reachable under these names.
extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);

// Of each thread its own: other tests run at the same time.
static _Thread_local int64_t count;

static atomic_bool counts_all;
static _Atomic int64_t all;

static void note(void) {
    count++;
    if (atomic_load_explicit(&counts_all, memory_order_relaxed)) atomic_fetch_add_explicit(&all, 1, memory_order_relaxed);
}

void *malloc(size_t size) {
    note();
    return __libc_malloc(size);
}

void *calloc(size_t number, size_t size) {
    note();
    return __libc_calloc(number, size);
}

void *realloc(void *place, size_t size) {
    note();
    return __libc_realloc(place, size);
}

void *aligned_alloc(size_t alignment, size_t size) {
    note();
    return __libc_memalign(alignment, size);
}

int posix_memalign(void **place, size_t alignment, size_t size) {
    note();
    *place = __libc_memalign(alignment, size);
    return *place ? 0 : 12;
}

int64_t foreword_allocation_count(void) { return count; }

void foreword_count_all_allocations(int32_t on) { atomic_store(&counts_all, on != 0); }

int64_t foreword_all_allocations(void) { return atomic_load(&all); }
#else
void foreword_count_all_allocations(int32_t on) {}
int64_t foreword_all_allocations(void) { return -1; }
int64_t foreword_allocation_count(void) { return 0; }
#endif
