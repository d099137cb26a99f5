// Holds a level against the scalar reference in small cases: integers and floats bit by bit.
#include <math.h>
#include <string.h>

#include <vector>

#include "dispatch.h"
#include "grouped_layout.h"

namespace ryzanstein {
namespace {

struct Random {
  uint64_t state = 0x9E3779B97F4A7C15ull;
  uint32_t next() {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return static_cast<uint32_t>(state * 0x2545F4914F6CDD1Dull >> 33);
  }
  int between(int low, int high) {
    return low + static_cast<int>(next() % static_cast<uint32_t>(high - low + 1));
  }
  float normal() { return static_cast<float>(between(-4000, 4000) + between(-4000, 4000)) / 2500.0f; }
};

struct alignas(64) Line {
  uint8_t bytes[64];
};

using Lines = std::vector<Line>;  // storage aligned to 64 bytes

Lines lines(size_t bytes) { return Lines((bytes + 63) / 64); }

// The product of a whole matrix with one kernel, rows x tokens, token-major, without the padding rows.
std::vector<int32_t> product(const MatrixKernel& kernel, const std::vector<int8_t>& weights, int rows,
                             int columns, const std::vector<int8_t>& x, int tokens) {
  const int blocks = (rows + kernel.block_rows - 1) / kernel.block_rows;
  const size_t block_bytes = kernel.block_bytes(columns), prepared_bytes = kernel.prepared_bytes(columns);
  Lines packed = lines(block_bytes * static_cast<size_t>(blocks));
  for (int b = 0; b < blocks; b++) {
    for (int r = 0; r < kernel.block_rows; r++) {
      const int row = b * kernel.block_rows + r;
      kernel.pack_row(row < rows ? &weights[static_cast<size_t>(row) * columns] : nullptr, r, columns,
                      packed[0].bytes + block_bytes * static_cast<size_t>(b));
    }
  }
  Lines prepared = lines(prepared_bytes * static_cast<size_t>(tokens));
  for (int t = 0; t < tokens; t++) {
    kernel.prepare(&x[static_cast<size_t>(t) * columns], columns,
                   prepared[0].bytes + prepared_bytes * static_cast<size_t>(t));
  }
  const size_t stride = static_cast<size_t>(blocks * kernel.block_rows);
  std::vector<int32_t> padded(stride * static_cast<size_t>(tokens), 0x55555555), y;
  kernel.multiply(packed.data(), blocks, columns, prepared.data(), tokens, padded.data(),
                  static_cast<ptrdiff_t>(stride));
  for (int t = 0; t < tokens; t++) {
    y.insert(y.end(), padded.begin() + static_cast<ptrdiff_t>(stride) * t,
             padded.begin() + static_cast<ptrdiff_t>(stride) * t + rows);
  }
  return y;
}

void compare_products(const MatrixKernel& kernel, const MatrixKernel& reference, int limit, Random& random,
                      SelfTest* result) {
  const int shapes[][3] = {{16, 1, 1},    {33, 20, 2},   {64, 257, 3},   {70, 512, 1}, {48, 1280, 13},
                           {17, 2560, 5}, {130, 96, 33}, {40, 1300, 47}, {16, 64, 16}};
  for (const auto& shape : shapes) {
    for (int extreme = 0; extreme < 3; extreme++) {
      const int rows = shape[0], columns = shape[1], tokens = shape[2];
      std::vector<int8_t> weights(static_cast<size_t>(rows) * columns),
          x(static_cast<size_t>(tokens) * columns);
      for (int8_t& w : weights) {
        w = static_cast<int8_t>(extreme == 1 ? limit : extreme == 2 ? -limit : random.between(-limit, limit));
      }
      for (int8_t& v : x) v = static_cast<int8_t>(extreme ? 127 : random.between(-127, 127));
      result->cases++;
      if (product(kernel, weights, rows, columns, x, tokens) !=
          product(reference, weights, rows, columns, x, tokens)) {
        result->mismatches++;
      }
    }
  }
}

// Rows of one form, packed with one kernel, times activations: token-major, with the rows that fill up the
// last block, which are made of nothing.
std::vector<float> grouped_product(const GroupedKernel& kernel, const std::vector<GroupedRow>& rows,
                                   int columns, const std::vector<float>& x, int tokens) {
  const int count = static_cast<int>(rows.size()), blocks = (count + kGroupedRows - 1) / kGroupedRows;
  const size_t block_bytes = kernel.block_bytes(columns), width = static_cast<size_t>(blocks * kGroupedRows);
  Lines packed = lines(block_bytes * static_cast<size_t>(blocks));
  for (int r = 0; r < blocks * kGroupedRows; r++) {
    kernel.pack_row(r < count ? &rows[static_cast<size_t>(r)] : nullptr, r % kGroupedRows, columns,
                    packed[0].bytes + block_bytes * static_cast<size_t>(r / kGroupedRows));
  }
  Lines prepared = lines(kernel.prepared_bytes(columns, tokens));
  for (int t = 0; t < tokens; t++) {
    kernel.prepare(&x[static_cast<size_t>(t * columns)], columns, 1, t, tokens, prepared.data());
  }
  std::vector<float> y(width * static_cast<size_t>(tokens));
  kernel.multiply(packed.data(), blocks, columns, prepared.data(), tokens, nullptr, y.data(),
                  static_cast<ptrdiff_t>(width), kFetchAhead);
  return y;
}

void compare_grouped(GroupedForm form, const GroupedKernel& kernel, const GroupedKernel& reference,
                     Random& random, SelfTest* result) {
  const int rows = 20, bits = form == GroupedForm::kF32 ? 8 : shape_of(form).bits;
  for (const int tokens : {1, 2, 3, 6, 8, 13, 16, 19}) {
    const int columns = tokens % 2 == 0 ? 1280 : 768;
    const auto n = static_cast<size_t>(columns);
    std::vector<uint8_t> codes(rows * n), subs(rows * n);
    std::vector<uint16_t> halves(rows * n);
    for (uint8_t& code : codes)
      code = static_cast<uint8_t>(random.between(0, (1 << bits) - 1) << (bits == 1));
    for (uint8_t& sub : subs) sub = static_cast<uint8_t>(random.between(0, 255));
    for (uint16_t& half : halves) half = static_cast<uint16_t>(random.between(0, 0x2FFF));
    std::vector<float> x(static_cast<size_t>(tokens) * n), weights(rows * n);
    for (float& v : x) v = random.normal();
    for (float& v : weights) v = random.normal();
    std::vector<GroupedRow> all;
    for (size_t r = 0; r < rows; r++) {
      const size_t at = r * n;
      all.push_back(
          {&codes[at], &halves[at], &halves[at] + n / 2, &subs[at], &subs[at] + n / 2, &weights[at]});
    }
    const std::vector<float> one = grouped_product(kernel, all, columns, x, tokens);
    const std::vector<float> two = grouped_product(reference, all, columns, x, tokens);
    result->cases++;
    if (memcmp(one.data(), two.data(), one.size() * sizeof(float)) != 0) result->mismatches++;
  }
}

struct FloatComparison {
  SelfTest* result;
  void same(const float* a, const float* b, size_t n) {
    result->cases++;
    if (memcmp(a, b, n * sizeof(float)) == 0) return;
    result->mismatches++;
    for (size_t i = 0; i < n; i++) {
      const double error = fabs(static_cast<double>(a[i]) - b[i]) / (fabs(static_cast<double>(b[i])) + 1e-30);
      if (!(error <= result->maximum_error)) result->maximum_error = error;
    }
  }
  void same(const std::vector<float>& a, const std::vector<float>& b) { same(a.data(), b.data(), a.size()); }
};

std::vector<float> normals(Random& random, int n) {
  std::vector<float> x(static_cast<size_t>(n));
  for (float& v : x) v = random.normal();
  return x;
}

// Softmax attention of the last `tokens` tokens, kAttentionRows rows at a time; products [tokens * heads]
// [positions, rounded up to 16].
std::vector<float> attention(const FloatKernels& floats, const std::vector<int32_t>& products,
                             const std::vector<float>& scales, const std::vector<int8_t>& values,
                             int positions, int tokens, int heads, int head_size) {
  const auto stride = static_cast<size_t>((positions + 15) / 16 * 16), size = static_cast<size_t>(head_size);
  std::vector<float> weights(kAttentionRows * stride), y(static_cast<size_t>(tokens * heads) * size);
  std::vector<int16_t> rounded(weights.size());
  AttentionRow rows[kAttentionRows];
  for (int done = 0; done < tokens * heads; done += kAttentionRows) {
    const int count = tokens * heads - done < kAttentionRows ? tokens * heads - done : kAttentionRows;
    for (int i = 0; i < count; i++) {
      const size_t row = static_cast<size_t>(done + i), place = static_cast<size_t>(i) * stride;
      rows[i] = {positions - tokens + (done + i) / heads + 1,
                 0.5f,
                 &products[row * stride],
                 &weights[place],
                 &rounded[place],
                 &y[row * size]};
    }
    floats.attend({rows, count, head_size, scales.data(), scales.data() + stride, values.data()});
  }
  return y;
}

void compare_floats(const FloatKernels& level, const FloatKernels& reference, Random& random,
                    SelfTest* result) {
  FloatComparison compare = {result};
  for (int n : {1, 7, 16, 31, 100, 512, 1280}) {
    const std::vector<float> x = normals(random, n), w = normals(random, n);
    std::vector<float> a(x.size()), b(x.size());
    level.rms_norm(x.data(), w.data(), n, 1e-5f, a.data());
    reference.rms_norm(x.data(), w.data(), n, 1e-5f, b.data());
    compare.same(a, b);
    level.layer_norm(x.data(), w.data(), x.data(), n, 1e-5f, a.data());
    reference.layer_norm(x.data(), w.data(), x.data(), n, 1e-5f, b.data());
    compare.same(a, b);
    std::vector<int8_t> p(x.size()), q(x.size());
    const float s = level.quantize(x.data(), n, p.data()), r = reference.quantize(x.data(), n, q.data());
    compare.same(&s, &r, 1);
    result->cases++;
    if (p != q) result->mismatches++;
    std::vector<int16_t> wide(x.size()), other_wide(x.size());
    const float wide_scale = level.quantize_words(x.data(), n, 5792, wide.data());
    const float other_scale = reference.quantize_words(x.data(), n, 5792, other_wide.data());
    compare.same(&wide_scale, &other_scale, 1);
    result->cases++;
    if (wide != other_wide) result->mismatches++;
    std::vector<int32_t> sums(x.size());
    for (int32_t& v : sums) v = random.between(-9000000, 9000000);
    level.scale_rows(sums.data(), w.data(), n, s, a.data());
    reference.scale_rows(sums.data(), w.data(), n, s, b.data());
    compare.same(a, b);
    level.add(x.data(), n, a.data());
    reference.add(x.data(), n, b.data());
    compare.same(a, b);
    level.silu_multiply(a.data(), w.data(), n, a.data());
    reference.silu_multiply(b.data(), w.data(), n, b.data());
    compare.same(a, b);
    level.relu2_multiply(x.data(), w.data(), n, a.data());
    reference.relu2_multiply(x.data(), w.data(), n, b.data());
    compare.same(a, b);
    level.gelu_multiply(x.data(), w.data(), n, a.data());
    reference.gelu_multiply(x.data(), w.data(), n, b.data());
    compare.same(a, b);
    level.gelu(x.data(), n, a.data());
    reference.gelu(x.data(), n, b.data());
    compare.same(a, b);
    const LogitSummary one = level.summarize(x.data(), n), two = reference.summarize(x.data(), n);
    compare.same(&one.maximum, &two.maximum, 1);
    compare.same(&one.exp_sum, &two.exp_sum, 1);
    result->cases++;
    if (one.best != two.best) result->mismatches++;
  }
  for (int dimensions : {64, 48, 20}) {
    const std::vector<float> x = normals(random, 3 * 64), c = normals(random, 32), s = normals(random, 32);
    std::vector<float> a = x, b = x;
    level.rope(a.data(), 3, 64, dimensions, c.data(), s.data());
    reference.rope(b.data(), 3, 64, dimensions, c.data(), s.data());
    compare.same(a, b);
  }
  for (int head_size : {16, 48, 64, 80, 256}) {
    std::vector<float> a = normals(random, 3 * head_size), b = a;
    level.spread(a.data(), 3, head_size);
    reference.spread(b.data(), 3, head_size);
    compare.same(a, b);
    for (int count = 1; count <= kAttentionRows; count++) {
      const int groups = 1 + count % 4, stride = 16 * groups;
      std::vector<int16_t> keys(static_cast<size_t>(stride * head_size));
      std::vector<int16_t> queries(static_cast<size_t>(count * head_size));
      const int top = 32767 / (1 + head_size / 32);
      for (int16_t& key : keys) key = static_cast<int16_t>(random.between(-top, top));
      for (int16_t& query : queries) query = static_cast<int16_t>(random.between(-2000, 2000));
      std::vector<int32_t> p(static_cast<size_t>(count * stride)), q(p.size());
      level.multiply_words({keys.data(), groups, head_size, queries.data(), count, p.data(), stride});
      reference.multiply_words({keys.data(), groups, head_size, queries.data(), count, q.data(), stride});
      result->cases++;
      if (p != q) result->mismatches++;
    }
  }
  const int cases[][4] = {{1, 1, 1, 64},  {17, 17, 2, 64}, {100, 1, 2, 64}, {70, 9, 3, 80},
                          {33, 5, 1, 16}, {40, 3, 8, 128}, {2500, 2, 2, 32}};
  for (const auto& c : cases) {
    const int positions = c[0], tokens = c[1], heads = c[2], size = c[3];
    const int stride = (positions + 15) / 16 * 16;
    std::vector<int32_t> products(static_cast<size_t>(tokens * heads * stride));
    for (int32_t& each : products) each = random.between(-127 * 127 * size, 127 * 127 * size);
    std::vector<float> scales = normals(random, 2 * stride);
    for (float& each : scales) each = fabsf(each) * 1e-4f;
    std::vector<int8_t> values(static_cast<size_t>(stride * size));
    for (int8_t& each : values) each = static_cast<int8_t>(random.between(-127, 127));
    compare.same(attention(level, products, scales, values, positions, tokens, heads, size),
                 attention(reference, products, scales, values, positions, tokens, heads, size));
  }
}

}  // namespace

SelfTest selftest(const KernelLevel& level) {
  SelfTest result = {0, 0, 0.0};
  const Kernels &kernels = level.kernels, &reference = reference_level().kernels;
  Random random;
  compare_products(*kernels.ternary, *reference.ternary, 1, random, &result);
  compare_products(*kernels.int8, *reference.int8, 127, random, &result);
  compare_floats(*kernels.floats, *reference.floats, random, &result);
  for (int form = 0; form < kForms; form++) {
    if (kernels.grouped[form] == reference.grouped[form]) continue;
    compare_grouped(static_cast<GroupedForm>(form), *kernels.grouped[form], *reference.grouped[form], random,
                    &result);
  }
  return result;
}

}  // namespace ryzanstein
