// Linear: reads the file's weights as integers and scales, decides which product is exact, packs, multiplies.
#include "linear.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstring>
#include <limits>
#include <mutex>
#include <string>

#include "../base/check.h"

namespace ryzanstein {
namespace {

constexpr int kLargestBlockRows = 64;

// int32 sums of one thread, before they are scaled: they stay in its first-level cache.
constexpr int kSums = 8192;

// What is wrong with the lowest bad row, over all threads: messages do not vary.
class FirstProblem {
 public:
  void report(int row, const char* reason) {
    std::lock_guard<std::mutex> lock(mutex_);
    if (row < row_) {
      row_ = row;
      reason_ = reason;
    }
  }
  void throw_if_any(const TensorFile& file, const std::string& tensor) const {
    if (reason_ != nullptr) file.refuse(tensor, "row " + std::to_string(row_) + " " + reason_);
  }

 private:
  std::mutex mutex_;
  int row_ = std::numeric_limits<int>::max();
  const char* reason_ = nullptr;
};

// One row as integers: weight i = codes[i] * scales[i / group_columns].
struct Row {
  explicit Row(int columns)
      : codes(static_cast<size_t>(columns)),
        scales(static_cast<size_t>(columns)),
        floats(static_cast<size_t>(columns)) {}
  std::vector<int8_t> codes;
  std::vector<float> scales;
  std::vector<float> floats;
  int group_columns = 0;
};

// What all rows of a tensor allow.
struct Form {
  bool ternary = true;    // codes are -1, 0, +1 after division by the largest
  bool one_scale = true;  // in each row
  int group_columns = 0;  // of the file
};

int largest_code(const std::vector<int8_t>& codes) {
  int largest = 0;
  for (const int8_t code : codes) largest = std::max(largest, std::abs(static_cast<int>(code)));
  return largest;
}

// Each code is -c, 0 or +c.
bool is_ternary(const std::vector<int8_t>& codes) {
  const int c = largest_code(codes);
  return std::all_of(codes.begin(), codes.end(),
                     [c](int8_t code) { return code == 0 || std::abs(code) == c; });
}

// Groups whose codes are all zero fit every scale.
bool has_one_scale(Row& row) {
  const size_t groups = row.codes.size() / static_cast<size_t>(row.group_columns);
  if (std::all_of(&row.scales[0], &row.scales[groups], [&](float s) { return s == row.scales[0]; }))
    return true;
  bool found = false;
  float scale = 0;
  for (size_t g = 0; g < groups; g++) {
    const auto first = row.codes.begin() + static_cast<ptrdiff_t>(g) * row.group_columns;
    if (std::all_of(first, first + row.group_columns, [](int8_t code) { return code == 0; })) continue;
    if (found && row.scales[g] != scale) return false;
    found = true;
    scale = row.scales[g];
  }
  std::fill(row.scales.begin(), row.scales.end(), scale);
  return true;
}

const char* const kNotFinite = "holds a number that is not finite";

// Reads row r of an integer tensor; returns nullptr or what is wrong.
const char* read_codes(const Tensor& tensor, int r, Row& row) {
  row.group_columns = tensor.type->scale_columns > 0 ? tensor.type->scale_columns : tensor.columns;
  row.scales[0] = tensor.tensor_scale;
  if (!tensor.type->to_codes(tensor.row(r), tensor.columns, row.codes.data(), row.scales.data())) {
    return "holds a weight that is not -1, 0 or +1";
  }
  for (int g = 0; g < tensor.columns / row.group_columns; g++) {
    if (!std::isfinite(row.scales[static_cast<size_t>(g)])) return kNotFinite;
  }
  return nullptr;
}

// Reads row r of a float tensor as ternary weights, or rounded to int8 where that is allowed.
const char* read_floats(const Tensor& tensor, int r, Rounding rounding, Row& row) {
  tensor.type->to_floats(tensor.row(r), tensor.columns, row.floats.data());
  row.group_columns = tensor.columns;
  float largest = 0;
  for (const float w : row.floats) {
    if (!std::isfinite(w)) return kNotFinite;
    largest = std::max(largest, std::fabs(w));
  }
  bool ternary = true;
  for (const float w : row.floats) ternary = ternary && (w == 0 || std::fabs(w) == largest);
  if (!ternary && rounding == Rounding::kNone) {
    return "is not ternary: its weights are not all 0 or plus or minus one number";
  }
  const float step = ternary ? largest : largest / 127;
  for (size_t i = 0; i < row.floats.size(); i++) {
    row.codes[i] = step > 0 ? static_cast<int8_t>(std::lrint(std::clamp(row.floats[i] / step, -127.f, 127.f)))
                            : int8_t{0};
  }
  row.scales[0] = step;
  return nullptr;
}

const char* read_row(const Tensor& tensor, int r, Rounding rounding, Row& row) {
  return tensor.type->to_codes != nullptr ? read_codes(tensor, r, row)
                                          : read_floats(tensor, r, rounding, row);
}

Form inspect(const TensorFile& file, const Tensor& tensor, Rounding rounding, ThreadPool& pool,
             std::vector<Row>& rows) {
  std::atomic<bool> ternary{true};
  std::atomic<bool> one_scale{true};
  FirstProblem problem;
  pool.run(tensor.rows, [&](int first, int count, int thread) {
    Row& row = rows[static_cast<size_t>(thread)];
    for (int r = first; r < first + count; r++) {
      const char* reason = read_row(tensor, r, rounding, row);
      if (reason != nullptr) return problem.report(tensor.file_row(r), reason);
      if (!tensor.type->ternary && ternary.load(std::memory_order_relaxed) && !is_ternary(row.codes))
        ternary = false;
      if (!has_one_scale(row)) one_scale = false;
    }
  });
  problem.throw_if_any(file, tensor.name);
  Form form;
  form.one_scale = one_scale;
  // Codes that differ in size by group (Q8_0) are ternary only under one scale.
  form.ternary = tensor.type->ternary || (ternary && one_scale);
  form.group_columns = tensor.type->scale_columns > 0 ? tensor.type->scale_columns : tensor.columns;
  return form;
}

// Brings a row that was just read to one scale, and to codes -1, 0, +1 for the ternary kernel.
void simplify(bool one_scale, bool ternary, Row& row) {
  if (one_scale) has_one_scale(row);
  if (!ternary) return;
  const int c = largest_code(row.codes);
  if (c <= 1) return;
  for (int8_t& code : row.codes) code = static_cast<int8_t>(code / c);
  for (float& scale : row.scales) scale *= static_cast<float>(c);
}

int round_up(int value, int step) { return (value + step - 1) / step * step; }

}  // namespace

Linear::Linear(const TensorFile& file, const std::vector<LinearPart>& parts, Rounding rounding,
               float multiplier, const Kernels& kernels, ThreadPool& pool)
    : floats_(kernels.floats), ternary_(true), exact_(multiplier == 1), columns_(parts[0].weight.columns) {
  std::vector<Row> scratch(static_cast<size_t>(pool.threads()), Row(columns_));
  bool one_scale = true, biased = false;
  group_columns_ = columns_;
  for (const LinearPart& part : parts) {
    RYZANSTEIN_CHECK(part.weight.columns == columns_, "tensors that share an input have equal rows");
    const Form form = inspect(file, part.weight, rounding, pool, scratch);
    ternary_ = ternary_ && form.ternary;
    one_scale = one_scale && form.one_scale;
    if (!form.one_scale) group_columns_ = std::min(group_columns_, form.group_columns);
    biased = biased || !part.bias.empty();
    exact_ = exact_ && part.weight.type->to_codes != nullptr;
  }
  kernel_ = ternary_ ? kernels.ternary : kernels.int8;
  groups_ = columns_ / group_columns_;
  vector_bytes_ = kernel_->prepared_bytes(group_columns_);
  block_bytes_ = kernel_->block_bytes(group_columns_);
  RYZANSTEIN_CHECK(block_rows() <= kLargestBlockRows, "a row block fits the scratch memory");
  for (const LinearPart& part : parts) {
    first_rows_.push_back(rows_);
    rows_ += round_up(part.weight.rows, block_rows());
  }
  packed_ = AlignedBuffer(static_cast<size_t>(blocks()) * static_cast<size_t>(groups_) * block_bytes_);
  scales_ = AlignedBuffer(static_cast<size_t>(groups_) * static_cast<size_t>(rows_) * sizeof(float));
  if (biased) biases_ = AlignedBuffer(static_cast<size_t>(rows_) * sizeof(float));

  for (size_t i = 0; i < parts.size(); i++) {
    const Tensor& tensor = parts[i].weight;
    const Floats& bias = parts[i].bias;
    const int first_row = first_rows_[i];
    pool.run(round_up(tensor.rows, block_rows()) / block_rows(), [&](int first, int count, int thread) {
      Row& row = scratch[static_cast<size_t>(thread)];
      for (int r = first * block_rows(); r < (first + count) * block_rows(); r++) {
        const bool real = r < tensor.rows;  // the rest fills the last block up
        const int packed_row = first_row + r;
        if (real) {
          read_row(tensor, r, rounding, row);
          simplify(one_scale, ternary_, row);
          if (!bias.empty()) {
            biases_.as<float>()[packed_row] = bias[static_cast<size_t>(tensor.file_row(r))] * multiplier;
          }
        }
        for (int g = 0; g < groups_; g++) {
          const int column = g * group_columns_;
          uint8_t* block = packed_.as<uint8_t>() +
                           (static_cast<size_t>(packed_row / block_rows()) * static_cast<size_t>(groups_) +
                            static_cast<size_t>(g)) *
                               block_bytes_;
          kernel_->pack_row(real ? row.codes.data() + column : nullptr, packed_row % block_rows(),
                            group_columns_, block);
          if (real) {
            scales_.as<float>()[static_cast<size_t>(g) * rows_ + packed_row] =
                row.scales[static_cast<size_t>(column / row.group_columns)] * multiplier;
          }
        }
      }
    });
  }
}

void Linear::prepare(const float* x, int token, LinearInputs& inputs, int thread) const {
  auto* rounded = inputs.scratch_[static_cast<size_t>(thread)].rounded.as<int8_t>();
  inputs.scales_[token] = floats_->quantize(x, columns_, rounded);
  for (int g = 0; g < groups_; g++) {
    kernel_->prepare(rounded + static_cast<size_t>(g) * group_columns_, group_columns_,
                     inputs.vectors_.as<uint8_t>() +
                         (static_cast<size_t>(g) * kMaxTokens + static_cast<size_t>(token)) * vector_bytes_);
  }
}

void Linear::multiply(int first, int count, int tokens, LinearInputs& inputs, int thread, float* y,
                      const Stop& stop) const {
  auto* sums = inputs.scratch_[static_cast<size_t>(thread)].sums.as<int32_t>();
  const int step = std::max(1, kSums / (block_rows() * tokens));
  for (int block = first; block < first + count && !stop(); block += step) {
    multiply_blocks(block, std::min(step, first + count - block), tokens, inputs, sums, y);
  }
}

void Linear::multiply_blocks(int first, int count, int tokens, const LinearInputs& inputs, int32_t* sums,
                             float* y) const {
  const int row = first * block_rows(), rows = count * block_rows();
  if (groups_ == 1) {
    kernel_->multiply(packed_.as<uint8_t>() + static_cast<size_t>(first) * block_bytes_, count, columns_,
                      inputs.vectors_.as<void>(), tokens, sums, rows);
    for (int t = 0; t < tokens; t++) {
      floats_->scale_rows(sums + t * rows, scales_.as<float>() + row, rows, inputs.scales_[t],
                          y + static_cast<ptrdiff_t>(t) * rows_ + row);
    }
  } else {
    for (int block = first; block < first + count; block++) multiply_groups(block, tokens, inputs, sums, y);
  }
  if (biases_.bytes() == 0) return;
  for (int t = 0; t < tokens; t++) {
    floats_->add(biases_.as<float>() + row, rows, y + static_cast<ptrdiff_t>(t) * rows_ + row);
  }
}

void Linear::multiply_groups(int block, int tokens, const LinearInputs& inputs, int32_t* sums,
                             float* y) const {
  const int row = block * block_rows();
  float scaled[kLargestBlockRows];
  for (int g = 0; g < groups_; g++) {
    kernel_->multiply(packed_.as<uint8_t>() + (static_cast<size_t>(block) * groups_ + g) * block_bytes_, 1,
                      group_columns_,
                      inputs.vectors_.as<uint8_t>() + static_cast<size_t>(g) * kMaxTokens * vector_bytes_,
                      tokens, sums, block_rows());
    const float* scales = scales_.as<float>() + static_cast<size_t>(g) * rows_ + row;
    for (int t = 0; t < tokens; t++) {
      float* to = y + static_cast<ptrdiff_t>(t) * rows_ + row;
      floats_->scale_rows(sums + t * block_rows(), scales, block_rows(), inputs.scales_[t],
                          g == 0 ? to : scaled);
      if (g > 0) floats_->add(scaled, block_rows(), to);
    }
  }
}

void Linear::row(int r, LinearInputs& inputs, int thread, float* y) const {
  auto* codes = inputs.scratch_[static_cast<size_t>(thread)].rounded.as<int8_t>();
  for (int g = 0; g < groups_; g++) {
    const size_t block =
        static_cast<size_t>(r / block_rows()) * static_cast<size_t>(groups_) + static_cast<size_t>(g);
    kernel_->unpack_row(packed_.as<uint8_t>() + block * block_bytes_, r % block_rows(), group_columns_,
                        codes);
    const float scale =
        scales_.as<float>()[static_cast<size_t>(g) * static_cast<size_t>(rows_) + static_cast<size_t>(r)];
    for (int i = 0; i < group_columns_; i++) *y++ = scale * static_cast<float>(codes[i]);
  }
}

LinearInputs::LinearInputs(const std::vector<const Linear*>& linears, int threads) {
  size_t prepared = 0, columns = 0;
  for (const Linear* linear : linears) {
    prepared = std::max(prepared, linear->prepared_bytes());
    columns = std::max(columns, static_cast<size_t>(linear->columns()));
  }
  vectors_ = AlignedBuffer(prepared);
  for (int thread = 0; thread < threads; thread++) {
    scratch_.push_back({AlignedBuffer(columns), AlignedBuffer(kSums * sizeof(int32_t))});
  }
}

size_t LinearInputs::bytes() const {
  size_t sum = vectors_.bytes();
  for (const Scratch& each : scratch_) sum += each.rounded.bytes() + each.sums.bytes();
  return sum;
}

}  // namespace ryzanstein
