// Which kernel levels this program has, which of them this CPU can run, and which is right and fast here.
#ifndef RYZANSTEIN_KERNELS_DISPATCH_H_
#define RYZANSTEIN_KERNELS_DISPATCH_H_

#include <set>
#include <vector>

#include "contracts.h"

namespace ryzanstein {

struct CpuFeatures {
  char vendor[13];
  char brand[49];
  // True where the CPU has it AND the operating system saves its registers.
  bool avx2, fma, avx_vnni;
  bool avx512;  // F, BW, DQ, VL
  bool avx512_vnni, avx512_vbmi, avx512_bf16;
  bool amx_int8;
  bool neon, neon_dotprod, neon_i8mm;
};

// Detected once, thread-safe.
const CpuFeatures& cpu_features();

// The names of those that are true.
std::vector<const char*> cpu_flags();

struct KernelLevel {
  const char* name;
  bool (*supported)(const CpuFeatures& cpu);
  const Kernels& kernels;
};

struct KernelLevels {
  const KernelLevel* first;
  size_t count;
  const KernelLevel* begin() const { return first; }
  const KernelLevel* end() const { return first + count; }
};

// All levels of this program (levels.inc), the reference first; supported here or not.
KernelLevels kernel_levels();

// The scalar level, which runs on every CPU.
const KernelLevel& reference_level();

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

// A level that would be used, were it right here.
struct RejectedLevel {
  const KernelLevel* level;
  SelfTest test;
};

struct LevelChoice {
  const KernelLevel* level;
  std::vector<RejectedLevel> rejected = {};  // faster ones
};

// The supported level that takes the least time for one token alone plus one of a batch, for a thread that
// reads rows x columns weights per token, ternary ones or those of another form, and that passes its
// selftest. Measured in turns, some milliseconds for a model that fits into the cache, at most some two
// hundred for a large one: the two can have different answers. The first of `levels` is the reference.
LevelChoice fastest_level(int rows, int columns, GroupedForm form = GroupedForm::kF32,
                          KernelLevels levels = kernel_levels());

// Sets ahead[form] to how far ahead one token's weights of each of these forms (kF32 has none) are to be
// fetched, for a thread that reads rows x columns weights: kFetchAhead, or 0 where that is slower. Weights
// that fit into a cache are left alone. Some CPUs are half as fast again by it, others lose a fifth. Takes
// some forty milliseconds and ten for each form. The level must be supported.
void measure_ahead(const KernelLevel& level, int rows, int columns, const std::set<GroupedForm>& forms,
                   int* ahead);

// GB/s at which one thread reads `bytes` once, by a plain loop: the limit that decoding is held against.
double read_rate(const void* data, size_t bytes);

}  // namespace ryzanstein

#endif
