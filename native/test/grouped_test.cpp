// Grouped weights of every form, part of kernels_test: rows come back from their blocks exactly, the
// reference computes what the contract says, and a level gives the reference's bits.
#include <math.h>

#include <algorithm>

#include "../kernels/grouped_layout.h"
#include "kernel_checks.h"

namespace ryzanstein {
namespace test {
namespace {

constexpr const char* kNames[] = {
#define RYZANSTEIN_FORM(name, bits, group, offset, scales, minima, table) #name,
#include "../kernels/forms.inc"
#undef RYZANSTEIN_FORM
    "kF32"};

// Rows as a file has them, in memory of their own.
struct Matrix {
  Matrix(GroupedForm form_, int rows_, int columns_) : form(form_), rows(rows_), columns(columns_) {}
  GroupedForm form;
  int rows, columns;
  std::vector<uint8_t> codes, sub_scales, sub_minima;
  std::vector<uint16_t> scales, minima;
  std::vector<float> floats;
  size_t per_row = 0, groups = 0, scales_per_row = 0;

  GroupedRow row(int r) const {
    const auto i = static_cast<size_t>(r);
    GroupedRow w = {};
    if (form == GroupedForm::kF32) {
      w.floats = &floats[i * static_cast<size_t>(columns)];
      return w;
    }
    w.codes = &codes[i * per_row];
    w.scales = &scales[i * scales_per_row];
    w.minima = &minima[i * scales_per_row];
    w.sub_scales = &sub_scales[i * groups];
    w.sub_minima = &sub_minima[i * groups];
    return w;
  }
};

enum class Codes { kRandom, kHighest, kLowest };

// A half in about -0.01 .. 0.03; some are zeros, some the smallest there are.
uint16_t random_half(Random& random) {
  const int kind = random.below(12);
  if (kind < 2) return static_cast<uint16_t>(kind);
  const int exponent = random.between(3, 9), sign = random.below(4) == 0 ? 0x8000 : 0;
  return static_cast<uint16_t>(sign | exponent << 10 | random.below(1024));
}

Matrix random_matrix(GroupedForm form, int rows, int columns, Codes kind, Random& random) {
  Matrix m(form, rows, columns);
  if (form == GroupedForm::kF32) {
    for (int i = 0; i < rows * columns; i++) m.floats.push_back(random.uniform(-1, 1));
    return m;
  }
  const FormShape& f = shape_of(form);
  m.groups = static_cast<size_t>((columns + f.group - 1) / f.group);
  m.per_row = m.groups * static_cast<size_t>(f.group);
  m.scales_per_row = has_sub_scales(f) ? m.per_row / 256 : m.groups;
  const int top = (1 << f.bits) - 1, step = f.bits == 1 ? 2 : 1;
  const auto n = static_cast<size_t>(rows);
  for (size_t i = 0; i < n * m.per_row; i++) {
    const int code = kind == Codes::kRandom ? random.between(0, top) : kind == Codes::kHighest ? top : 0;
    m.codes.push_back(static_cast<uint8_t>(step * code));
  }
  for (size_t i = 0; i < n * m.scales_per_row; i++) {
    m.scales.push_back(f.scales == kUpperHalves ? static_cast<uint16_t>(random.between(0, 130) << 7)
                                                : random_half(random));
    m.minima.push_back(random_half(random));
  }
  const int subs = f.scales == kSignedUnder256 ? 256 : f.scales == kNibblesUnder256 ? 16 : 64;
  for (size_t i = 0; i < n * m.groups; i++) {
    m.sub_scales.push_back(static_cast<uint8_t>(random.below(subs)));
    m.sub_minima.push_back(static_cast<uint8_t>(random.below(subs)));
  }
  return m;
}

float scale_of(const Matrix& m, const std::vector<uint16_t>& scales, const std::vector<uint8_t>& subs, int r,
               int g) {
  const FormShape& f = shape_of(m.form);
  const size_t at = static_cast<size_t>(r) * m.groups + static_cast<size_t>(g);
  if (f.scales == kUpperHalves) {
    const uint32_t bits = static_cast<uint32_t>(scales[at]) << 16;
    float scale;
    memcpy(&scale, &bits, sizeof scale);
    return scale;
  }
  if (!has_sub_scales(f)) return half_to_float(scales[at]);
  const float sub = f.scales == kSignedUnder256 ? static_cast<float>(static_cast<int8_t>(subs[at]))
                                                : static_cast<float>(subs[at]);
  return half_to_float(scales[at * static_cast<size_t>(f.group) / 256]) * sub;
}

float weight_of(const Matrix& m, int r, int k) {
  if (m.form == GroupedForm::kF32) return m.floats[static_cast<size_t>(r * m.columns + k)];
  const FormShape& f = shape_of(m.form);
  const int code = m.codes[static_cast<size_t>(r) * m.per_row + static_cast<size_t>(k)];
  const int value = (f.table == kNoTable ? code : kCodeTables[f.table][code]) - f.offset;
  const float w = static_cast<float>(value) * scale_of(m, m.scales, m.sub_scales, r, k / f.group);
  return f.minima ? w - scale_of(m, m.minima, m.sub_minima, r, k / f.group) : w;
}

struct PackedMatrix {
  const GroupedKernel& kernel;
  int blocks;
  Buffer memory;
  PackedMatrix(const GroupedKernel& k, const Matrix& m)
      : kernel(k),
        blocks((m.rows + kGroupedRows - 1) / kGroupedRows),
        memory(k.block_bytes(m.columns) * static_cast<size_t>(blocks)) {
    // Backwards, so that a row that wrote into others would be seen.
    for (int r = blocks * kGroupedRows - 1; r >= 0; r--) {
      const GroupedRow row = r < m.rows ? m.row(r) : GroupedRow{};
      k.pack_row(r < m.rows ? &row : nullptr, r % kGroupedRows, m.columns,
                 memory.data() + k.block_bytes(m.columns) * static_cast<size_t>(r / kGroupedRows));
    }
  }
};

bool rows_come_back(PackedMatrix& packed, const Matrix& m) {
  std::vector<float> y(static_cast<size_t>(m.columns));
  for (int r = 0; r < m.rows; r++) {
    packed.kernel.unpack_row(
        packed.memory.data() + packed.kernel.block_bytes(m.columns) * static_cast<size_t>(r / kGroupedRows),
        r % kGroupedRows, m.columns, y.data());
    for (int k = 0; k < m.columns; k++) {
      const float w = weight_of(m, r, k);
      if (memcmp(&w, &y[static_cast<size_t>(k)], sizeof w) != 0) return false;
    }
  }
  return true;
}

// y of all tokens, token-major, without the rows that fill up the last block; empty if something was written
// outside.
std::vector<float> product(PackedMatrix& packed, const Matrix& m, const std::vector<float>& x, int tokens,
                           const float* start) {
  const GroupedKernel& k = packed.kernel;
  Buffer prepared(k.prepared_bytes(m.columns, tokens));
  for (int t = tokens - 1; t >= 0; t--) {
    k.prepare(&x[static_cast<size_t>(t) * static_cast<size_t>(m.columns)], m.columns, 0.75f, t, tokens,
              prepared.data());
  }
  const int width = packed.blocks * kGroupedRows, stride = width + 3;
  Buffer out(static_cast<size_t>(stride) * static_cast<size_t>(tokens) * sizeof(float));
  memset(out.data(), 0x55, static_cast<size_t>(stride) * static_cast<size_t>(tokens) * sizeof(float));
  auto* y = reinterpret_cast<float*>(out.data());
  // In two goes, as threads do, one of which fetches ahead.
  const int half = packed.blocks / 2;
  k.multiply(packed.memory.data(), half, m.columns, prepared.data(), tokens, start, y, stride, 0);
  k.multiply(packed.memory.data() + static_cast<size_t>(half) * k.block_bytes(m.columns),
             packed.blocks - half, m.columns, prepared.data(), tokens,
             start != nullptr ? start + half * kGroupedRows : nullptr, y + half * kGroupedRows, stride,
             kFetchAhead);
  bool tidy = prepared.intact() && out.intact() && packed.memory.intact();
  std::vector<float> result;
  for (int t = 0; t < tokens; t++) {
    result.insert(result.end(), y + t * stride, y + t * stride + m.rows);
    for (int r = width; r < stride; r++) tidy = tidy && out.ints()[t * stride + r] == 0x55555555;
  }
  return tidy ? result : std::vector<float>();
}

bool same_bits(const std::vector<float>& a, const std::vector<float>& b) {
  return !a.empty() && a.size() == b.size() && memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0;
}

// Activations of which some groups are zeros and others have one large value.
std::vector<float> activations(int tokens, int columns, int kind, Random& random) {
  std::vector<float> x(static_cast<size_t>(tokens) * static_cast<size_t>(columns));
  for (size_t i = 0; i < x.size(); i++) {
    x[i] = kind == 0 ? random.uniform(-2, 2) : kind == 1 ? 3.0f : random.below(2) ? -3.0f : 3.0f;
    if (kind == 0 && random.below(200) == 0) x[i] *= 100;
    if (kind == 0 && i / 64 % 7 == 3) x[i] = 0;
  }
  return x;
}

// Against the weights and the rounded activations in double precision.
bool near_definition(const Matrix& m, const std::vector<float>& x, int tokens, const float* start,
                     const std::vector<float>& y, const FloatKernels& floats) {
  for (int t = 0; t < tokens; t++) {
    std::vector<double> rounded;
    const int step = m.form == GroupedForm::kF32 ? kMostScaleColumns : scale_columns(shape_of(m.form));
    for (int first = 0; first < m.columns; first += step) {
      const int n = std::min(step, m.columns - first);
      const float* from = &x[static_cast<size_t>(t * m.columns + first)];
      int8_t q[kMostScaleColumns];
      const double scale = static_cast<double>(floats.quantize(from, n, q)) * 0.75;
      for (int i = 0; i < n; i++)
        rounded.push_back(m.form == GroupedForm::kF32 ? from[i] * 0.75 : q[i] * scale);
    }
    for (int r = 0; r < m.rows; r++) {
      double sum = start != nullptr ? static_cast<double>(start[r]) : 0, size = std::fabs(sum);
      for (int k = 0; k < m.columns; k++) {
        const double product = static_cast<double>(weight_of(m, r, k)) * rounded[static_cast<size_t>(k)];
        sum += product;
        size += std::fabs(product);
      }
      if (!(std::fabs(static_cast<double>(y[static_cast<size_t>(t * m.rows + r)]) - sum) <=
            1e-5 * size + 1e-30))
        return false;
    }
  }
  return true;
}

// One product of a level in every bit that the reference has; of the reference itself, as the contract says.
struct Case {
  GroupedForm form;
  int rows, columns, tokens;
  Codes codes;
  int fill;  // of the activations
  bool starts;
};

void check_product(const KernelLevel& level, const KernelLevel& reference, const Case& c, Random& random) {
  const int f = static_cast<int>(c.form);
  const Matrix m = random_matrix(c.form, c.rows, c.columns, c.codes, random);
  const std::vector<float> x = activations(c.tokens, c.columns, c.fill, random);
  std::vector<float> biases;
  for (int r = 0; r < c.rows + kGroupedRows; r++) biases.push_back(random.uniform(-1, 1));
  const float* start = c.starts ? biases.data() : nullptr;
  PackedMatrix packed(*level.kernels.grouped[f], m), other(*reference.kernels.grouped[f], m);
  const std::vector<float> y = product(packed, m, x, c.tokens, start);
  char what[160];
  snprintf(what, sizeof what, "%s, %d rows x %d columns x %d tokens, codes %d, activations %d", kNames[f],
           c.rows, c.columns, c.tokens, static_cast<int>(c.codes), c.fill);
  check(rows_come_back(packed, m), level.name, (std::string("rows of ") + what).c_str());
  if (&level == &reference) {
    check(!y.empty() && near_definition(m, x, c.tokens, start, y, *level.kernels.floats), level.name, what);
  } else {
    check(same_bits(y, product(other, m, x, c.tokens, start)), level.name, what);
  }
}

}  // namespace

void test_grouped(const KernelLevel& level, const KernelLevel& reference, bool everything) {
  const bool own = &level == &reference;
  Random random(9);
  for (int f = 0; f < kForms; f++) {
    const GroupedForm form = static_cast<GroupedForm>(f);
    if (!own && level.kernels.grouped[f] == reference.kernels.grouped[f]) continue;
    const bool whole = form != GroupedForm::kF32 && has_sub_scales(shape_of(form));
    const int step = form == GroupedForm::kF32 ? 1 : whole ? 256 : shape_of(form).group;
    int index = 0;
    for (const int wanted : {1, 32, 64, 96, 128, 160, 256, 300, 512, 576, 896, 1280, 4864}) {
      const int columns = (wanted + step - 1) / step * step;
      for (const Codes codes : {Codes::kRandom, Codes::kHighest, Codes::kLowest}) {
        for (int fill = 0; fill < 3; fill++, index++) {
          if (!everything && wanted > 600 && index % 4 != 0) continue;
          const int tokens = own ? 1 + index % 3 : 1 + (index * 5 + f) % 64,
                    rows = columns > 4000 ? 17 : random.between(1, 50);
          check_product(level, reference, {form, rows, columns, tokens, codes, fill, index % 2 == 0}, random);
        }
      }
    }
    if (own) continue;
    // Batches around whole tiles of tokens, and larger than the engine has them.
    for (const int tokens : {15, 16, 17, 24, 25, 31, 32, 33, 48, 64, 100, 512}) {
      const int columns = (600 + step - 1) / step * step, rows = tokens > 64 ? 20 : 40;
      check_product(level, reference, {form, rows, columns, tokens, Codes::kRandom, 0, tokens % 2 != 0},
                    random);
    }
  }
}

}  // namespace test
}  // namespace ryzanstein
