// What the parts of kernels_test share: checks of a level, guarded memory, and the parts themselves.
#ifndef RYZANSTEIN_TEST_KERNEL_CHECKS_H_
#define RYZANSTEIN_TEST_KERNEL_CHECKS_H_

#include <stdio.h>
#include <string.h>

#include <chrono>
#include <vector>

#include "../kernels/dispatch.h"
#include "check.h"
#include "random.h"

namespace ryzanstein {
namespace test {

inline void check(bool good, const char* level, const char* what) {
  EXPECT(good, std::string(level) + ": " + what);
}

// Memory aligned to 64 bytes with a guard line behind it, to see writes past the end.
class Buffer {
 public:
  explicit Buffer(size_t bytes) : bytes_(bytes), memory_(bytes + 128) {
    data_ = memory_.data() + (64 - reinterpret_cast<uintptr_t>(memory_.data()) % 64) % 64;
    memset(data_ + bytes, 0xa7, 64 - static_cast<size_t>(data_ - memory_.data()) % 64);
  }
  uint8_t* data() { return data_; }
  int32_t* ints() { return reinterpret_cast<int32_t*>(data_); }
  bool intact() const {
    const size_t guard = 64 - static_cast<size_t>(data_ - memory_.data()) % 64;
    for (size_t i = 0; i < guard; i++) {
      if (data_[bytes_ + i] != 0xa7) return false;
    }
    return true;
  }

 private:
  size_t bytes_;
  std::vector<uint8_t> memory_;
  uint8_t* data_;
};

inline double seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

// kernel_floats_test.cpp: the reference against double precision.
void test_reference_floats(const KernelLevel& reference);
void test_reference_attention(const KernelLevel& reference);
// Numbers at the edges, the same on every level.
void test_edges(const KernelLevel& level);

// grouped_test.cpp: grouped weights of every form.
void test_grouped(const KernelLevel& level, const KernelLevel& reference, bool everything);

// kernel_bench.cpp: times every supported level, or the one named `only`, and prints a line for each.
void bench_kernels(int threads, const char* only);

}  // namespace test
}  // namespace ryzanstein

#endif
