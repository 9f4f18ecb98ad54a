/// Counts requests for memory, so that tests and the benchmark can show that a training step makes none.
#pragma once
#include <stdint.h>

/// Allocations of this thread so far. It stays 0 where the C library cannot be interposed.
int64_t foreword_allocation_count(void);

/// Begins or ends counting those of all threads. Where it is off, as it is to begin with, a request costs one load more.
void foreword_count_all_allocations(int32_t on);

/// Allocations of all threads while they were counted, or −1 where the C library cannot be interposed.
int64_t foreword_all_allocations(void);
