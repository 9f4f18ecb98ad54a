#include "CAllocations.h"

#if defined(__linux__) && defined(__GLIBC__)
#include <stddef.h>

// The program's own definitions take the place of the C library's, which stay reachable under these names.
extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);

// Of each thread its own: other tests run at the same time.
static _Thread_local int64_t count;

static void note(void) { count++; }

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
#else
int64_t foreword_allocation_count(void) { return 0; }
#endif
