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

// What is wrong with the first bad row, over all threads, each of which stops at its own: messages do not
// vary.
class FirstProblem {
 public:
  // Row `row` of the product is row `file_row` of the file.
  void report(int row, int file_row, const char* reason) {
    std::lock_guard<std::mutex> lock(mutex_);
    if (row < row_) {
      row_ = row;
      file_row_ = file_row;
      reason_ = reason;
    }
  }
  void throw_if_any(const TensorFile& file, const std::string& tensor) const {
    if (reason_ != nullptr) file.refuse(tensor, "row " + std::to_string(file_row_) + " " + reason_);
  }

 private:
  std::mutex mutex_;
  int row_ = std::numeric_limits<int>::max(), file_row_ = 0;
  const char* reason_ = nullptr;
};

// One row as whole numbers: weight i = codes[i] * scales[i / group_columns].
struct Row {
  explicit Row(int columns)
      : codes(static_cast<size_t>(columns)),
        scales(static_cast<size_t>(columns)),
        floats(static_cast<size_t>(columns)) {}
  std::vector<int8_t> codes;
  std::vector<float> scales;
  std::vector<float> floats;
  int group_columns = 0;
  bool ternary_floats = false;
};

// What all rows of a tensor allow.
struct Form {
  bool whole;    // whole numbers under one scale in each row
  bool ternary;  // they are -1, 0, +1 after division by the largest
};

int round_up(int value, int step) { return (value + step - 1) / step * step; }

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
  const auto end = row.scales.begin() + static_cast<ptrdiff_t>(groups);
  if (std::all_of(row.scales.begin(), end, [&](float s) { return s == row.scales[0]; })) return true;
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

// Reads row r of a tensor of whole numbers; returns nullptr or what is wrong.
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

// Reads row r of a float tensor as whole numbers if it is ternary, else leaves `row.ternary_floats` false.
const char* read_floats(const Tensor& tensor, int r, Row& row) {
  tensor.to_floats(r, row.floats.data());
  row.group_columns = tensor.columns;
  float largest = 0;
  for (const float w : row.floats) {
    if (!std::isfinite(w)) return kNotFinite;
    largest = std::max(largest, std::fabs(w));
  }
  row.ternary_floats = true;
  for (const float w : row.floats)
    row.ternary_floats = row.ternary_floats && (w == 0 || std::fabs(w) == largest);
  if (!row.ternary_floats) return nullptr;
  for (size_t i = 0; i < row.floats.size(); i++) {
    row.codes[i] = static_cast<int8_t>((row.floats[i] > 0) - (row.floats[i] < 0));
  }
  row.scales[0] = largest;
  return nullptr;
}

const char* read_row(const Tensor& tensor, int r, Row& row) {
  row.ternary_floats = false;
  return tensor.type->to_codes != nullptr ? read_codes(tensor, r, row) : read_floats(tensor, r, row);
}

Form inspect(const TensorFile& file, const Tensor& tensor, ThreadPool& pool, std::vector<Row>& rows) {
  if (tensor.type->to_codes == nullptr && tensor.type->take_apart != nullptr) return {false, false};
  const bool floats = tensor.type->to_codes == nullptr;
  std::atomic<bool> ternary{true};
  std::atomic<bool> one_scale{true};
  FirstProblem problem;
  pool.run(tensor.rows, [&](int first, int count, int thread) {
    Row& row = rows[static_cast<size_t>(thread)];
    for (int r = first; r < first + count; r++) {
      // Most files are told by their first row.
      if (!tensor.type->ternary && !one_scale.load(std::memory_order_relaxed)) return;
      const char* reason = read_row(tensor, r, row);
      if (reason != nullptr) return problem.report(r, tensor.file_row(r), reason);
      if (floats && !row.ternary_floats) {
        one_scale = false;
      } else {
        if (!tensor.type->ternary && ternary.load(std::memory_order_relaxed) && !is_ternary(row.codes))
          ternary = false;
        if (!has_one_scale(row)) one_scale = false;
      }
    }
  });
  // Otherwise the rows are read again, in groups, all of them.
  if (tensor.type->ternary || one_scale) problem.throw_if_any(file, tensor.name);
  // Codes that differ in size by group (Q8_0) are ternary only under one scale.
  return {one_scale, tensor.type->ternary || (ternary && one_scale)};
}

// Brings a row that was just read to one scale, and to codes -1, 0, +1 for the ternary kernel.
void simplify(bool ternary, Row& row) {
  has_one_scale(row);
  if (!ternary) return;
  const int c = largest_code(row.codes);
  if (c <= 1) return;
  for (int8_t& code : row.codes) code = static_cast<int8_t>(code / c);
  row.scales[0] *= static_cast<float>(c);
}

// One row taken apart into the groups of its form.
class GroupedParts {
 public:
  explicit GroupedParts(int columns)
      : codes_(static_cast<size_t>(round_up(columns, 256))),
        halves_(2 * codes_.size() / 16),
        bytes_(2 * codes_.size() / 16),
        floats_(static_cast<size_t>(columns)) {}

  // Returns nullptr or what is wrong with row r.
  const char* read(const Tensor& tensor, int r) {
    if (tensor.type->take_apart != nullptr) {
      tensor.type->take_apart(tensor.row(r), tensor.columns, parts());
      return has_finite_scales(shape_of(tensor.type->form), tensor.columns) ? nullptr : kNotFinite;
    }
    tensor.to_floats(r, floats_.data());
    for (const float w : floats_) {
      if (!std::isfinite(w)) return kNotFinite;
    }
    if (tensor.type->form == GroupedForm::kF32) return nullptr;
    return round_to_q8_0(floats_.data(), tensor.columns, parts()) ? nullptr
                                                                  : "holds a number that is too large";
  }

  GroupedRow row() { return {codes_.data(), scales(), minima(), sub_scales(), sub_minima(), floats_.data()}; }

 private:
  bool has_finite_scales(const FormShape& form, int columns) {
    const uint16_t exponent = form.scales == kUpperHalves ? 0x7F80 : 0x7C00;
    const int count = columns / (has_sub_scales(form) ? 256 : form.group);
    const auto is_finite = [&](uint16_t half) { return (half & exponent) != exponent; };
    return std::all_of(scales(), scales() + count, is_finite) &&
           (!form.minima || std::all_of(minima(), minima() + count, is_finite));
  }

  RowParts parts() { return {codes_.data(), scales(), minima(), sub_scales(), sub_minima()}; }
  uint16_t* scales() { return halves_.data(); }
  uint16_t* minima() { return halves_.data() + halves_.size() / 2; }
  uint8_t* sub_scales() { return bytes_.data(); }
  uint8_t* sub_minima() { return bytes_.data() + bytes_.size() / 2; }

  std::vector<uint8_t> codes_;
  std::vector<uint16_t> halves_;  // of groups of 16 at least: scales, then minima
  std::vector<uint8_t> bytes_;    // sub-scales, then sub-minima
  std::vector<float> floats_;
};

// Of any number of tokens.
size_t most_prepared_bytes(const GroupedKernel& kernel, int columns) {
  size_t most = 0;
  for (int tokens = 1; tokens <= kMaxTokens; tokens++)
    most = std::max(most, kernel.prepared_bytes(columns, tokens));
  return most;
}

}  // namespace

void check_rows(const TensorFile& file, const Tensor& tensor, ThreadPool& pool) {
  std::vector<Row> scratch(static_cast<size_t>(pool.threads()), Row(tensor.columns));
  FirstProblem problem;
  pool.run(tensor.rows, [&](int first, int count, int thread) {
    for (int r = first; r < first + count; r++) {
      const char* reason = read_row(tensor, r, scratch[static_cast<size_t>(thread)]);
      if (reason != nullptr) return problem.report(r, tensor.file_row(r), reason);
    }
  });
  problem.throw_if_any(file, tensor.name);
}

Linear::Linear(const TensorFile& file, const std::vector<LinearPart>& parts, float multiplier,
               const Kernels& kernels, ThreadPool& pool)
    : floats_(kernels.floats), multiplier_(multiplier), columns_(parts[0].weight.columns) {
  bool whole = true, ternary = true;
  exact_ = multiplier == 1;
  std::vector<Row> scratch(static_cast<size_t>(pool.threads()), Row(columns_));
  for (const LinearPart& part : parts) {
    RYZANSTEIN_CHECK(part.weight.columns == columns_, "tensors that share an input have equal rows");
    const Form form = inspect(file, part.weight, pool, scratch);
    whole = whole && form.whole;
    ternary = ternary && form.ternary;
    exact_ = exact_ && part.weight.type->to_codes != nullptr;
  }
  if (whole) {
    ternary_ = ternary;
    kernel_ = ternary ? kernels.ternary : kernels.int8;
    RYZANSTEIN_CHECK(block_rows() <= kLargestBlockRows, "a row block fits the scratch memory");
  }
  for (const LinearPart& part : parts) {
    first_rows_.push_back(rows_);
    rows_ += round_up(part.weight.rows, block_rows());
  }
  if (std::any_of(parts.begin(), parts.end(), [](const LinearPart& part) { return !part.bias.empty(); })) {
    biases_ = AlignedBuffer(static_cast<size_t>(rows_) * sizeof(float));
  }
  for (size_t i = 0; i < parts.size(); i++) {
    for (int r = 0; r < parts[i].weight.rows && !parts[i].bias.empty(); r++) {
      const auto file_row = static_cast<size_t>(parts[i].weight.file_row(r));
      biases_.as<float>()[first_rows_[i] + r] = parts[i].bias[file_row] * multiplier;
    }
  }
  if (whole) {
    pack_whole(parts, multiplier, pool);
  } else {
    pack_grouped(file, parts, kernels, pool);
  }
}

void Linear::pack_whole(const std::vector<LinearPart>& parts, float multiplier, ThreadPool& pool) {
  prepared_bytes_ = kMaxTokens * kernel_->prepared_bytes(columns_);
  block_bytes_ = kernel_->block_bytes(columns_);
  packed_ = AlignedBuffer(static_cast<size_t>(blocks()) * block_bytes_);
  scales_ = AlignedBuffer(static_cast<size_t>(rows_) * sizeof(float));
  std::vector<Row> scratch(static_cast<size_t>(pool.threads()), Row(columns_));
  for (size_t i = 0; i < parts.size(); i++) {
    const Tensor& tensor = parts[i].weight;
    pool.run(round_up(tensor.rows, block_rows()) / block_rows(), [&](int first, int count, int thread) {
      Row& row = scratch[static_cast<size_t>(thread)];
      for (int r = first * block_rows(); r < (first + count) * block_rows(); r++) {
        const bool real = r < tensor.rows;  // the rest fills the last block up
        const int packed_row = first_rows_[i] + r;
        if (real) {
          read_row(tensor, r, row);
          simplify(ternary_, row);
          scales_.as<float>()[packed_row] = row.scales[0] * multiplier;
        }
        kernel_->pack_row(
            real ? row.codes.data() : nullptr, packed_row % block_rows(), columns_,
            packed_.as<uint8_t>() + static_cast<size_t>(packed_row / block_rows()) * block_bytes_);
      }
    });
  }
}

void Linear::pack_grouped(const TensorFile& file, const std::vector<LinearPart>& parts,
                          const Kernels& kernels, ThreadPool& pool) {
  size_t packed_bytes = 0;
  for (size_t i = 0; i < parts.size(); i++) {
    GroupedPart part;
    const auto form = static_cast<size_t>(parts[i].weight.type->form);
    part.kernel = kernels.grouped[form];
    part.ahead = kernels.ahead[form];
    part.first_block = first_rows_[i] / kGroupedRows;
    part.blocks = (parts[i].weight.rows + kGroupedRows - 1) / kGroupedRows;
    part.block_bytes = part.kernel->block_bytes(columns_);
    part.packed_at = packed_bytes;
    packed_bytes += part.block_bytes * static_cast<size_t>(part.blocks);
    const auto same = std::find_if(grouped_.begin(), grouped_.end(),
                                   [&](const GroupedPart& other) { return other.kernel == part.kernel; });
    part.prepared_at = same != grouped_.end() ? same->prepared_at : prepared_bytes_;
    if (same == grouped_.end()) prepared_bytes_ += most_prepared_bytes(*part.kernel, columns_);
    grouped_.push_back(part);
  }
  packed_ = AlignedBuffer(packed_bytes);
  std::vector<GroupedParts> scratch(static_cast<size_t>(pool.threads()), GroupedParts(columns_));
  for (size_t i = 0; i < parts.size(); i++) {
    const Tensor& tensor = parts[i].weight;
    const GroupedPart& part = grouped_[i];
    FirstProblem problem;
    pool.run(part.blocks, [&](int first, int count, int thread) {
      GroupedParts& groups = scratch[static_cast<size_t>(thread)];
      for (int r = first * kGroupedRows; r < (first + count) * kGroupedRows; r++) {
        const bool real = r < tensor.rows;
        const char* reason = real ? groups.read(tensor, r) : nullptr;
        if (reason != nullptr) return problem.report(r, tensor.file_row(r), reason);
        const GroupedRow row = groups.row();
        part.kernel->pack_row(real ? &row : nullptr, r % kGroupedRows, columns_,
                              packed_.as<uint8_t>() + part.packed_at +
                                  static_cast<size_t>(r / kGroupedRows) * part.block_bytes);
      }
    });
    problem.throw_if_any(file, tensor.name);
  }
}

void Linear::prepare(const float* x, int token, int tokens, LinearInputs& inputs, int thread) const {
  auto* vectors = inputs.vectors_.as<uint8_t>();
  if (kernel_ != nullptr) {
    auto* rounded = inputs.scratch_[static_cast<size_t>(thread)].rounded.as<int8_t>();
    inputs.scales_[token] = floats_->quantize(x, columns_, rounded);
    kernel_->prepare(rounded, columns_,
                     vectors + static_cast<size_t>(token) * kernel_->prepared_bytes(columns_));
  }
  for (size_t i = 0; i < grouped_.size(); i++) {
    const GroupedPart& part = grouped_[i];
    const bool first_of_form =
        std::none_of(grouped_.begin(), grouped_.begin() + static_cast<ptrdiff_t>(i),
                     [&](const GroupedPart& other) { return other.prepared_at == part.prepared_at; });
    if (first_of_form)
      part.kernel->prepare(x, columns_, multiplier_, token, tokens, vectors + part.prepared_at);
  }
}

void Linear::multiply(int first, int count, int tokens, LinearInputs& inputs, int thread, float* y,
                      const Stop& stop) const {
  auto* sums = inputs.scratch_[static_cast<size_t>(thread)].sums.as<int32_t>();
  const int step = std::max(1, kSums / (block_rows() * tokens));
  for (int block = first; block < first + count && !stop(); block += step) {
    const int here = std::min(step, first + count - block);
    if (kernel_ != nullptr) {
      multiply_whole(block, here, tokens, inputs, sums, y);
    } else {
      multiply_grouped(block, here, tokens, inputs, y);
    }
  }
}

void Linear::multiply_whole(int first, int count, int tokens, const LinearInputs& inputs, int32_t* sums,
                            float* y) const {
  const int row = first * block_rows(), rows = count * block_rows();
  kernel_->multiply(packed_.as<uint8_t>() + static_cast<size_t>(first) * block_bytes_, count, columns_,
                    inputs.vectors_.as<void>(), tokens, sums, rows);
  for (int t = 0; t < tokens; t++) {
    float* to = y + static_cast<ptrdiff_t>(t) * rows_ + row;
    floats_->scale_rows(sums + t * rows, scales_.as<float>() + row, rows, inputs.scales_[t], to);
    if (biases_.bytes() != 0) floats_->add(biases_.as<float>() + row, rows, to);
  }
}

void Linear::multiply_grouped(int first, int count, int tokens, const LinearInputs& inputs, float* y) const {
  for (const GroupedPart& part : grouped_) {
    const int from = std::max(first, part.first_block);
    const int blocks = std::min(first + count, part.first_block + part.blocks) - from;
    if (blocks <= 0) continue;
    const int row = from * kGroupedRows;
    part.kernel->multiply(packed_.as<uint8_t>() + part.packed_at +
                              static_cast<size_t>(from - part.first_block) * part.block_bytes,
                          blocks, columns_, inputs.vectors_.as<uint8_t>() + part.prepared_at, tokens,
                          biases_.bytes() == 0 ? nullptr : biases_.as<float>() + row, y + row, rows_,
                          part.ahead);
  }
}

void Linear::row(int r, LinearInputs& inputs, int thread, float* y) const {
  const int block = r / block_rows(), row = r % block_rows();
  if (kernel_ == nullptr) {
    const GroupedPart& part = grouped_[0];
    return part.kernel->unpack_row(packed_.as<uint8_t>() + static_cast<size_t>(block) * part.block_bytes, row,
                                   columns_, y);
  }
  auto* codes = inputs.scratch_[static_cast<size_t>(thread)].rounded.as<int8_t>();
  kernel_->unpack_row(packed_.as<uint8_t>() + static_cast<size_t>(block) * block_bytes_, row, columns_,
                      codes);
  const float scale = scales_.as<float>()[r];
  for (int i = 0; i < columns_; i++) y[i] = scale * static_cast<float>(codes[i]);
}

LinearInputs::LinearInputs(const std::vector<const Linear*>& linears, int threads) {
  size_t prepared = 0, columns = 0;
  for (const Linear* linear : linears) {
    prepared = std::max(prepared, linear->prepared_bytes_);
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
