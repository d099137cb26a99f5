// Reproducible numbers for tests.
#ifndef RYZANSTEIN_TEST_RANDOM_H_
#define RYZANSTEIN_TEST_RANDOM_H_

#include <cstdint>

namespace ryzanstein {
namespace test {

// xorshift64*, seeded.
class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed * 0x9E3779B97F4A7C15u + 1) {}
  uint64_t next() {
    state_ ^= state_ << 13;
    state_ ^= state_ >> 7;
    state_ ^= state_ << 17;
    return state_ * 0x2545F4914F6CDD1Du;
  }
  int below(int n) { return static_cast<int>((next() >> 33) % static_cast<uint64_t>(n)); }
  int between(int low, int high) { return low + below(high - low + 1); }
  float uniform(float from, float to) {
    return from + (to - from) * static_cast<float>(next() >> 40) / static_cast<float>(1 << 24);
  }

 private:
  uint64_t state_;
};

}  // namespace test
}  // namespace ryzanstein

#endif
