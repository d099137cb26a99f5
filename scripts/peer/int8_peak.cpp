// The integer peak of this CPU: multiply-adds of bytes from registers alone, with the widest instruction that
// it has.
//
// int8_peak THREADS MILLISECONDS prints the instruction and 10^9 multiply-adds per second. Compile with
// -march=native.
#include <immintrin.h>
#if defined(__AMX_INT8__) && defined(__linux__)
#include <sys/syscall.h>
#include <unistd.h>
#endif

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <numeric>
#include <thread>
#include <vector>

namespace {

// Enough independent sums to hide the latency of two units.
constexpr int kSums = 12;
constexpr int kRounds = 1000;

#if defined(__AMX_INT8__) && defined(__linux__)
constexpr const char* kInstruction = "TDPBUSD";
constexpr int64_t kRoundWork = 4 * 16 * 16 * 64;

struct Machine {
  struct alignas(64) Tiles {
    uint8_t palette = 1, start_row = 0, reserved[14] = {};
    uint16_t row_bytes[16] = {64, 64, 64, 64, 64, 64, 64, 64};
    uint8_t rows[16] = {16, 16, 16, 16, 16, 16, 16, 16};
  };

  // The system lends the tiles on request, once per process; asking again does no harm.
  Machine() {
    constexpr int kRequestPermission = 0x1023, kTileData = 18;
    if (syscall(SYS_arch_prctl, kRequestPermission, kTileData) != 0) std::exit(1);
    const Tiles tiles;
    _tile_loadconfig(&tiles);
  }
  ~Machine() { _tile_release(); }

  void work() {
    for (int i = 0; i < kRounds; i++) {
      _tile_dpbusd(0, 4, 5);
      _tile_dpbusd(1, 4, 6);
      _tile_dpbusd(2, 4, 5);
      _tile_dpbusd(3, 4, 6);
    }
  }
};
#else

#if defined(__AVX512VNNI__)
constexpr const char* kInstruction = "VPDPBUSD zmm";
constexpr int kLanes = 64;
using Vector = __m512i;
Vector constant(int value) { return _mm512_set1_epi32(value); }
Vector multiply_add(Vector sum, Vector a, Vector b) { return _mm512_dpbusd_epi32(sum, a, b); }
#elif defined(__AVXVNNI__)
constexpr const char* kInstruction = "VPDPBUSD ymm";
constexpr int kLanes = 32;
using Vector = __m256i;
Vector constant(int value) { return _mm256_set1_epi32(value); }
Vector multiply_add(Vector sum, Vector a, Vector b) { return _mm256_dpbusd_avx_epi32(sum, a, b); }
#elif defined(__AVX2__)
constexpr const char* kInstruction = "VPMADDUBSW ymm";
constexpr int kLanes = 32;
using Vector = __m256i;
Vector constant(int value) { return _mm256_set1_epi32(value); }
// The factor depends on the sum, so that the product is not taken out of the loop.
Vector multiply_add(Vector sum, Vector a, Vector b) {
  return _mm256_add_epi16(sum, _mm256_maddubs_epi16(a, _mm256_xor_si256(sum, b)));
}
#else
#error "This CPU has no AVX2."
#endif

constexpr int64_t kRoundWork = int64_t{kSums} * kLanes;

struct Machine {
  Vector sums[kSums] = {};

  void work() {
    const Vector a = constant(0x01020301), b = constant(0x7F01FF02);
    for (int i = 0; i < kRounds; i++) {
      for (Vector& sum : sums) sum = multiply_add(sum, a, b);
    }
    // What nobody reads would not be computed.
    for (Vector& sum : sums) asm volatile("" : "+x"(sum));
  }
};
#endif

// The sum of the threads' best slices: a slice is short enough to fall between two interruptions by other
// programs.
double rate(int threads, double milliseconds) {
  using Clock = std::chrono::steady_clock;
  const auto since = [](Clock::time_point start) {
    return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
  };
  std::atomic<int> ready{0};
  std::vector<double> best(static_cast<size_t>(threads));
  const auto measure = [&](size_t thread) {
    Machine machine;
    machine.work();
    ready++;
    while (ready < threads) std::this_thread::yield();
    const auto start = Clock::now();
    while (since(start) < milliseconds) {
      constexpr int kSlice = 100;
      const auto slice = Clock::now();
      for (int i = 0; i < kSlice; i++) machine.work();
      const double work = static_cast<double>(kRoundWork) * kRounds * kSlice;
      best[thread] = std::max(best[thread], work / since(slice) / 1e6);
    }
  };
  std::vector<std::thread> others;
  for (size_t i = 1; i < best.size(); i++) others.emplace_back(measure, i);
  measure(0);
  for (std::thread& other : others) other.join();
  return std::accumulate(best.begin(), best.end(), 0.0);
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 3) {
    std::fprintf(stderr, "usage: int8_peak THREADS MILLISECONDS\n");
    return 1;
  }
  std::printf("%s\n%.2f\n", kInstruction, rate(std::atoi(arguments[1]), std::atof(arguments[2])));
  return 0;
}
