// Which kernel levels this program has, which of them this CPU can run, and which is right and fast here.
#ifndef RYZANSTEIN_KERNELS_DISPATCH_H_
#define RYZANSTEIN_KERNELS_DISPATCH_H_

#include "contracts.h"

namespace ryzanstein {

// Detected once, thread-safe.
const CpuFeatures& cpu_features();

// All levels compiled into this program, the reference first, better ones later; supported here or not.
const KernelLevel* const* kernel_levels(size_t* count);

// The last automatic level that this CPU supports; the scalar one at worst.
const KernelLevel* best_level();

// nullptr if no level has this name. The caller checks supported(cpu_features()) before using it.
const KernelLevel* find_level(const char* name);

struct SelfTest {
  int cases;
  int mismatches;        // integer products or floats that differ from the scalar level
  double maximum_error;  // largest relative difference among the floats, 0 when all bits are equal
};

// Compares a supported level with the scalar one in some hundred small cases, well under a second.
SelfTest selftest(const KernelLevel& level);

// Ternary multiply-adds per second (in 1e9) of one thread that walks once per step through rows x columns
// weights (at most 64 MiB of them packed), best of the steps that fit into `milliseconds`. The level must be
// supported.
double ternary_rate(const KernelLevel& level, int rows, int columns, int tokens, double milliseconds);

// The supported level that takes the least time for one token alone plus one of a batch, for a thread that
// reads rows x columns ternary weights per token, and that passes its selftest. Measured in turns, some
// milliseconds for a model that fits into the cache, at most some two hundred for a large one: the two can
// have different answers.
const KernelLevel* fastest_level(int rows, int columns);

// GB/s at which one thread reads `bytes` once, by a plain loop: the limit that decoding is held against.
double read_rate(const void* data, size_t bytes);

}  // namespace ryzanstein

#endif
