// Products with the weights of a model: floats in, floats out. How weights are packed and inputs are rounded
// is known here alone.
#ifndef RYZANSTEIN_MODEL_LINEAR_H_
#define RYZANSTEIN_MODEL_LINEAR_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "../base/aligned_buffer.h"
#include "../base/thread_pool.h"
#include "../kernels/contracts.h"
#include "stop.h"
#include "tensor_file.h"

namespace ryzanstein {

// Tokens that one forward pass takes at most.
constexpr int kMaxTokens = 64;

using Floats = std::vector<float>;

// May weights that are floats in the file be rounded to int8 with a scale per row? The output head's may.
enum class Rounding { kNone, kInt8Rows };

// A tensor of the file, and what is added to its product.
struct LinearPart {
  Tensor weight;
  Floats bias;  // [rows], or none
};

class LinearInputs;

// y = W x + b. W is one or several tensors of equal columns, one below the other; each starts on a whole row
// block. It is made once from the file, and multiplied by threads in row blocks.
class Linear {
 public:
  Linear() = default;
  // The product is times `multiplier`. Throws BadModel (through `file`) for weights that are no integers
  // times a scale, or a scale that is not finite.
  Linear(const TensorFile& file, const std::vector<LinearPart>& parts, Rounding rounding, float multiplier,
         const Kernels& kernels, ThreadPool& pool);

  int columns() const { return columns_; }
  int rows() const { return rows_; }  // with the rows that fill up the last block of each part
  int row_of(int part) const { return first_rows_[static_cast<size_t>(part)]; }
  int block_rows() const { return kernel_->block_rows; }
  int blocks() const { return rows_ / block_rows(); }
  size_t bytes() const { return packed_.bytes() + scales_.bytes() + biases_.bytes(); }
  // Multiplied by the ternary kernel, with one scale for each row.
  bool ternary_rows() const { return ternary_ && groups_ == 1; }
  // Whether the rows of W can be had back, equal to those of the file.
  bool holds_rows() const { return exact_ && kernel_->unpack_row != nullptr; }
  // Row r of the first part, y [columns].
  void row(int r, LinearInputs& inputs, int thread, float* y) const;

  // Makes x [columns] the input of this token, 0 .. kMaxTokens - 1. Each thread may do so for tokens of its
  // own.
  void prepare(const float* x, int token, LinearInputs& inputs, int thread) const;
  // y[t * rows() + row] for the rows of the blocks first .. first + count - 1 and the inputs t < tokens that
  // this Linear has prepared. Returns early, with y undone, once `stop()` is true.
  void multiply(int first, int count, int tokens, LinearInputs& inputs, int thread, float* y,
                const Stop& stop) const;

 private:
  friend class LinearInputs;
  size_t prepared_bytes() const { return static_cast<size_t>(groups_) * kMaxTokens * vector_bytes_; }
  void multiply_blocks(int first, int count, int tokens, const LinearInputs& inputs, int32_t* sums,
                       float* y) const;
  void multiply_groups(int block, int tokens, const LinearInputs& inputs, int32_t* sums, float* y) const;

  const MatrixKernel* kernel_ = nullptr;
  const FloatKernels* floats_ = nullptr;
  bool ternary_ = false;
  bool exact_ = false;  // weight = code * scale, neither rounded nor multiplied
  int columns_ = 0;
  int rows_ = 0;
  // Where every row has one scale the product is one int32 sum per row; otherwise (several scales in a row)
  // it is one int32 sum per group of columns, and the scaled groups are added in ascending order as floats.
  int groups_ = 1;
  int group_columns_ = 0;
  size_t vector_bytes_ = 0;  // one prepared group of one token
  size_t block_bytes_ = 0;   // one group of one row block; the groups of a block lie together
  std::vector<int> first_rows_;
  AlignedBuffer packed_;
  AlignedBuffer scales_;  // [group][row]
  AlignedBuffer biases_;  // [row], or none
};

// The inputs of a product, and what threads need for it. All Linears of a model take turns with one of these.
class LinearInputs {
 public:
  LinearInputs(const std::vector<const Linear*>& linears, int threads);
  size_t bytes() const;

 private:
  friend class Linear;
  struct Scratch {
    AlignedBuffer rounded;  // int8 [columns]
    AlignedBuffer sums;     // int32, before they are scaled
  };

  AlignedBuffer vectors_;     // int8 in the kernel's form, [group][token]
  float scales_[kMaxTokens];  // of the rounded inputs
  std::vector<Scratch> scratch_;
};

}  // namespace ryzanstein

#endif
