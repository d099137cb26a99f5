// Holds the float kernels against their definitions, part of kernels_test: halves one by one, the reference
// in double precision.
#include <math.h>

#include "kernel_checks.h"

namespace ryzanstein {
namespace test {

// The value of a half, from its definition.
static double half_value(uint16_t half) {
  const int exponent = half >> 10 & 31, mantissa = half & 1023;
  const double magnitude = exponent == 0    ? ldexp(mantissa, -24)
                           : exponent == 31 ? (double)INFINITY
                                            : ldexp(1024 + mantissa, exponent - 25);
  return half & 0x8000 ? -magnitude : magnitude;
}

// One position only: softmax is 1 and the output is the value, which shows how the level reads halves.
void test_halves(const KernelLevel& level, const KernelLevel& reference) {
  constexpr int kSize = 256;
  Buffer values(sizeof(uint16_t) * kSize), weights(sizeof(float) * 16);
  uint16_t* halves = reinterpret_cast<uint16_t*>(values.data());
  const std::vector<int32_t> products(16, 1);
  const std::vector<float> key_scales(16, 1.0f);
  std::vector<float> y(kSize);
  const AttentionRow row = {1, 1.0f, products.data(), reinterpret_cast<float*>(weights.data()), y.data()};
  int wrong_reads = 0;
  for (int first = 0; first < 65536; first += kSize) {
    for (int i = 0; i < kSize; i++) halves[i] = static_cast<uint16_t>(first + i);
    level.floats->attend({&row, 1, key_scales.data(), halves, kSize});
    for (int i = 0; i < kSize; i++) {
      const bool nan = (halves[i] & 0x7c00) == 0x7c00 && (halves[i] & 1023) != 0;
      if (!nan && static_cast<double>(y[static_cast<size_t>(i)]) != half_value(halves[i])) wrong_reads++;
    }
  }
  check(wrong_reads == 0, level.name, "every half is read as what it means");

  Random random(7);
  std::vector<uint16_t> a(16), b(16);
  int wrong_stores = 0;
  for (int round = 0; round < 20000; round++) {
    float x[16];
    for (float& v : x) {
      // Any float; a half; the middle between two halves, where rounding must go to the even one.
      const uint16_t half = static_cast<uint16_t>(random.next() % 0x7c00);
      uint32_t bits = random.next() << 16 ^ random.next();
      if (round % 3 == 0) {
        const float middle =
            static_cast<float>((half_value(half) + half_value(static_cast<uint16_t>(half + 1))) / 2);
        memcpy(&bits, &middle, 4);
        bits += random.next() % 3 - 1;
      }
      memcpy(&v, &bits, 4);
      if (v != v) v = 0;
    }
    level.floats->store_value(x, 16, 0, a.data());
    reference.floats->store_value(x, 16, 0, b.data());
    if (a != b) wrong_stores++;
  }
  check(wrong_stores == 0, level.name, "floats round to halves as in the reference");
}

// The reference itself, held against double precision and the C library.
void test_reference_floats(const KernelLevel& reference) {
  const FloatKernels& f = *reference.floats;
  Random random(11);
  const int n = 1000;
  std::vector<float> x(n), w(n), y(n);
  for (size_t i = 0; i < x.size(); i++) {
    x[i] = static_cast<float>(random.between(-20000, 20000)) / 1000.0f;
    w[i] = static_cast<float>(random.between(-2000, 2000)) / 1000.0f;
  }
  double squares = 0, worst = 0;
  for (float v : x) squares += static_cast<double>(v) * v;
  f.rms_norm(x.data(), w.data(), n, 1e-5f, y.data());
  for (size_t i = 0; i < x.size(); i++) {
    worst = fmax(worst, fabs(y[i] - x[i] / sqrt(squares / n + 1e-5) * w[i]));
  }
  check(worst < 2e-6, reference.name, "rms_norm against double precision");
  worst = 0;
  f.silu_multiply(x.data(), w.data(), n, y.data());
  for (size_t i = 0; i < x.size(); i++) {
    const double exact = x[i] / (1 + exp(-static_cast<double>(x[i]))) * w[i];
    worst = fmax(worst, fabs(y[i] - exact) / (fabs(exact) + 1e-12));
  }
  check(worst < 1e-6, reference.name, "silu_multiply against double precision");
  double largest = -1e9, sum = 0;
  for (float v : x) largest = fmax(largest, v);
  for (float v : x) sum += exp(v - largest);
  const LogitSummary s = f.summarize(x.data(), n);
  check(s.maximum == static_cast<float>(largest) && x[static_cast<size_t>(s.best)] == s.maximum &&
            fabs(s.exp_sum - sum) < 1e-5 * sum,
        reference.name, "summarize against double precision");
  std::vector<int8_t> q(x.size());
  const float scale = f.quantize(x.data(), n, q.data());
  bool exact = true;
  for (size_t i = 0; i < x.size(); i++) exact = exact && q[i] == static_cast<int>(nearbyint(x[i] / scale));
  check(exact, reference.name, "quantize rounds half to even");
}

// Causal softmax attention and the rotary embedding, against their definitions.
void test_reference_attention(const KernelLevel& reference) {
  const FloatKernels& f = *reference.floats;
  constexpr int kPositions = 45, kStride = 48, kRows = kAttentionRows, kHeads = 3, kSize = 32;
  Random random(13);
  const auto numbers = [&](int n) {
    std::vector<float> v(static_cast<size_t>(n));
    for (float& x : v) x = static_cast<float>(random.between(-3000, 3000)) / 1000.0f;
    return v;
  };
  const std::vector<float> v = numbers(kPositions * kSize);
  std::vector<float> key_scales = numbers(kStride), y(kRows * kSize);
  for (float& scale : key_scales) scale *= 1e-4f;
  std::vector<int32_t> products(kRows * kStride);
  for (int32_t& each : products) each = random.between(-90000, 90000);
  Buffer values(sizeof(uint16_t) * kPositions * kSize), weights(sizeof(float) * kRows * kStride);
  uint16_t* halves = reinterpret_cast<uint16_t*>(values.data());
  for (int p = 0; p < kPositions; p++) f.store_value(&v[static_cast<size_t>(p * kSize)], kSize, p, halves);
  AttentionRow rows[kRows];
  for (int r = 0; r < kRows; r++) {
    rows[r] = {kPositions - (kRows - 1) / kHeads + r / kHeads, 0.25f,
               &products[static_cast<size_t>(r * kStride)],
               reinterpret_cast<float*>(weights.data()) + r * kStride, &y[static_cast<size_t>(r * kSize)]};
  }
  f.attend({rows, kRows, key_scales.data(), halves, kSize});
  double worst = 0;
  for (const AttentionRow& row : rows) {
    double expected_weights[kPositions], sum = 0;
    for (int p = 0; p < row.visible; p++) {
      sum += expected_weights[p] = exp(static_cast<double>(row.products[p]) *
                                       static_cast<double>(key_scales[static_cast<size_t>(p)]) * 0.25);
    }
    for (int d = 0; d < kSize; d++) {
      double expected = 0;
      for (int p = 0; p < row.visible; p++) {
        expected += expected_weights[p] / sum * half_value(halves[p * kSize + d]);
      }
      worst = fmax(worst, fabs(static_cast<double>(row.y[d]) - expected));
    }
  }
  check(worst < 2e-5, reference.name, "attention against double precision");

  std::vector<float> turned = numbers(2 * kSize), cosines, sines;
  const std::vector<float> before = turned;
  for (int i = 0; i < 12; i++) {
    cosines.push_back(static_cast<float>(cos(0.3 * i + 0.1)));
    sines.push_back(static_cast<float>(sin(0.3 * i + 0.1)));
  }
  f.rope(turned.data(), 2, kSize, 24, cosines.data(), sines.data());
  worst = 0;
  for (size_t h = 0; h < 2; h++) {
    for (size_t i = 0; i < kSize; i++) {
      const size_t at = h * kSize + i, pair = i % 12;
      const double c = cos(0.3 * static_cast<double>(pair) + 0.1),
                   s = sin(0.3 * static_cast<double>(pair) + 0.1);
      const double expected = i >= 24   ? before[at]
                              : i >= 12 ? before[at] * c + before[at - 12] * s
                                        : before[at] * c - before[at + 12] * s;
      worst = fmax(worst, fabs(turned[at] - expected));
    }
  }
  check(worst < 1e-6, reference.name, "rope turns pairs of halves and leaves the rest");
}

}  // namespace test
}  // namespace ryzanstein
