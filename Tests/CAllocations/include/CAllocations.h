/// Counts the allocations of a thread, so that a test can show that a training step makes none.
#pragma once
#include <stdint.h>

/// Allocations of this thread so far. It stays 0 where the C library cannot be interposed.
int64_t foreword_allocation_count(void);
