// Holds the reference's float kernels against their definitions in double precision, part of kernels_test.
#include <math.h>

#include "kernel_checks.h"

namespace ryzanstein {
namespace test {

// The reference itself, held against double precision and the C library.
void test_reference_floats(const KernelLevel& reference) {
  const FloatKernels& f = *reference.kernels.floats;
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
  worst = 0;
  f.gelu_multiply(x.data(), w.data(), n, y.data());
  std::vector<float> alone(x.size());
  f.gelu(x.data(), n, alone.data());
  for (size_t i = 0; i < x.size(); i++) {
    const double v = x[i], exact = 0.5 * v * (1 + tanh(sqrt(2 / acos(-1.0)) * (v + 0.044715 * v * v * v)));
    worst = fmax(worst, fabs(alone[i] - exact) / (fabs(exact) + 1e-6));
    worst = fmax(worst, fabs(y[i] - exact * w[i]) / (fabs(exact * w[i]) + 1e-6));
  }
  check(worst < 2e-6, reference.name, "gelu against double precision");
  double mean = 0, variance = 0;
  for (float v : x) mean += v;
  mean /= n;
  for (float v : x) variance += (v - mean) * (v - mean) / n;
  worst = 0;
  f.layer_norm(x.data(), w.data(), alone.data(), n, 1e-5f, y.data());
  for (size_t i = 0; i < x.size(); i++) {
    worst = fmax(worst, fabs(y[i] - ((x[i] - mean) / sqrt(variance + 1e-5) * w[i] + alone[i])));
  }
  check(worst < 5e-6, reference.name, "layer_norm against double precision");
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
  std::vector<int16_t> words(x.size());
  const float word_scale = f.quantize_words(x.data(), n, 5792, words.data());
  exact = fabs(word_scale - 20.0f / 5792) < 2e-4f;
  for (size_t i = 0; i < x.size(); i++)
    exact = exact && words[i] == static_cast<int>(nearbyint(x[i] / word_scale));
  check(exact, reference.name, "quantize_words has its largest word at the largest number");
  std::vector<float> turned(x.begin(), x.begin() + 2 * 48);
  f.spread(turned.data(), 2, 48);
  worst = 0;
  for (size_t i = 0; i < turned.size(); i++) {
    double expected = 0;
    for (size_t j = i / 16 * 16; j < i / 16 * 16 + 16; j++) {
      int ones = 0;
      for (size_t both = i & j & 15; both != 0; both /= 2) ones += both % 2;
      expected += (ones % 2 == 0 ? x[j] : -x[j]) / 4.0;
    }
    worst = fmax(worst, fabs(turned[i] - expected));
  }
  check(worst < 1e-5, reference.name, "spread is Hadamard's matrix of what divides a head");
}

// Numbers at the edges, and work that has one line.
void test_edges(const KernelLevel& level) {
  const FloatKernels& f = *level.kernels.floats;
  const float infinity = HUGE_VALF;
  for (const int n : {5, 16, 37}) {
    std::vector<int8_t> q(static_cast<size_t>(n), 99);
    const auto all = [&](int value) {
      for (const int8_t each : q) {
        if (each != value) return false;
      }
      return true;
    };
    std::vector<float> x(static_cast<size_t>(n), 0.0f);
    check(f.quantize(x.data(), n, q.data()) == 0 && all(0), level.name, "zeros have the scale 0");
    x.back() = -infinity;
    q.assign(q.size(), 99);
    check(f.quantize(x.data(), n, q.data()) == 0 && all(0), level.name, "so has what is not finite");
    x.assign(x.size(), -3.5f);
    check(f.quantize(x.data(), n, q.data()) == 3.5f / 127 && all(-127), level.name,
          "the largest is 127 steps");
    x.assign(x.size(), 2.5f);
    x[0] = 127;
    f.quantize(x.data(), n, q.data());
    q[0] = 2;
    check(all(2), level.name, "halves are rounded to even");

    std::vector<int32_t> sums(static_cast<size_t>(n), 7);
    std::vector<float> y(static_cast<size_t>(n)), scales(static_cast<size_t>(n), 0.5f);
    const auto is = [&](float value) {
      for (const float each : y) {
        if (each != value) return false;
      }
      return true;
    };
    f.scale_rows(sums.data(), scales.data(), n, 3, y.data());
    check(is(10.5f), level.name, "scale_rows");
    f.add(scales.data(), n, y.data());
    check(is(11), level.name, "add");
    f.relu2_multiply(y.data(), scales.data(), n, y.data());
    check(is(60.5f), level.name, "relu2_multiply of more than 0");
    x.assign(x.size(), -2);
    f.relu2_multiply(x.data(), scales.data(), n, y.data());
    check(is(0), level.name, "relu2_multiply of less");
    x.assign(x.size(), 1);
    const LogitSummary summary = f.summarize(x.data(), n);
    check(summary.best == 0 && summary.maximum == 1 && summary.exp_sum == static_cast<float>(n), level.name,
          "the first of equal logits is the best");
  }
}

// Causal softmax attention and the rotary embedding, against their definitions.
void test_reference_attention(const KernelLevel& reference) {
  const FloatKernels& f = *reference.kernels.floats;
  constexpr int kPositions = 45, kStride = 48, kRows = kAttentionRows, kHeads = 3, kSize = 32;
  Random random(13);
  const auto numbers = [&](int n) {
    std::vector<float> v(static_cast<size_t>(n));
    for (float& x : v) x = static_cast<float>(random.between(-3000, 3000)) / 1000.0f;
    return v;
  };
  std::vector<float> scales = numbers(2 * kStride), y(kRows * kSize), weights(kRows * kStride);
  for (float& scale : scales) scale = fabsf(scale) * 1e-4f;
  std::vector<int32_t> products(kRows * kStride);
  for (int32_t& each : products) each = random.between(-90000, 90000);
  std::vector<int8_t> values(kStride * kSize);
  for (int8_t& each : values) each = static_cast<int8_t>(random.between(-127, 127));
  std::vector<int16_t> rounded(weights.size());
  AttentionRow rows[kRows];
  for (int r = 0; r < kRows; r++) {
    rows[r] = {kPositions - (kRows - 1) / kHeads + r / kHeads, 0.25f,
               &products[static_cast<size_t>(r * kStride)],    &weights[static_cast<size_t>(r * kStride)],
               &rounded[static_cast<size_t>(r * kStride)],     &y[static_cast<size_t>(r * kSize)]};
  }
  f.attend({rows, kRows, kSize, scales.data(), scales.data() + kStride, values.data()});
  double worst = 0;
  for (const AttentionRow& row : rows) {
    double expected_weights[kPositions], sum = 0, heaviest = 0;
    for (size_t p = 0; p < static_cast<size_t>(row.visible); p++) {
      const double e = exp(row.products[p] * static_cast<double>(scales[p]) * 0.25);
      sum += e;
      expected_weights[p] = e * static_cast<double>(scales[kStride + p]);
      heaviest = fmax(heaviest, expected_weights[p]);
    }
    for (size_t d = 0; d < kSize; d++) {
      double expected = 0;
      for (size_t p = 0; p < static_cast<size_t>(row.visible); p++) {
        expected += expected_weights[p] / sum * values[(p / 2 * kSize + d) * 2 + p % 2];
      }
      // Weights are rounded to steps of heaviest / kLargestWeight; values are 127 at most.
      const double bound = 0.5 * heaviest / kLargestWeight / sum * 127 * row.visible;
      worst = fmax(worst, fabs(static_cast<double>(row.y[d]) - expected) / bound);
    }
  }
  check(worst < 0.5, reference.name, "attention against double precision");

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
