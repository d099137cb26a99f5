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

// A tensor of the file, and what is added to its product.
struct LinearPart {
  Tensor weight;
  Floats bias;  // [rows], or none
};

// Throws BadModel (through `file`) for weights or scales that are not finite or outside of their type's
// range.
void check_rows(const TensorFile& file, const Tensor& tensor, ThreadPool& pool);

class LinearInputs;

// y = W x + b. W is one or several tensors of equal columns, one below the other; each starts on a whole row
// block. It is made once from the file, and multiplied by threads in row blocks.
//
// Where the weights of every row are whole numbers under one scale, the product is one exact int32 sum for
// each row. Otherwise each tensor keeps a scale for each group of columns, as its type has them; floats of 16
// bits are rounded as Q8_0 would round them, those of 32 bits stay what they are, and so do their inputs.
class Linear {
 public:
  Linear() = default;
  // The product is times `multiplier`. Throws BadModel (through `file`) for weights or scales that are not
  // finite or outside of their type's range.
  Linear(const TensorFile& file, const std::vector<LinearPart>& parts, float multiplier,
         const Kernels& kernels, ThreadPool& pool);

  int columns() const { return columns_; }
  int rows() const { return rows_; }  // with the rows that fill up the last block of each part
  int row_of(int part) const { return first_rows_[static_cast<size_t>(part)]; }
  int block_rows() const { return kernel_ != nullptr ? kernel_->block_rows : kGroupedRows; }
  int blocks() const { return rows_ / block_rows(); }
  size_t bytes() const { return packed_.bytes() + scales_.bytes() + biases_.bytes(); }
  // Multiplied by the ternary kernel, with one scale for each row.
  bool ternary_rows() const { return ternary_; }
  // Whether the rows of W can be had back: equal to those of the file, or floats rounded as in the product.
  bool holds_rows() const { return kernel_ == nullptr || (exact_ && kernel_->unpack_row != nullptr); }
  // Row r of the first part, y [columns].
  void row(int r, LinearInputs& inputs, int thread, float* y) const;

  // Makes x [columns] the input of this token, one of `tokens`, 1 .. kMaxTokens. Each thread may do so for
  // tokens of its own.
  void prepare(const float* x, int token, int tokens, LinearInputs& inputs, int thread) const;
  // y[t * rows() + row] for the rows of the blocks first .. first + count - 1 and the inputs t < tokens that
  // this Linear has prepared. Returns early, with y undone, once `stop()` is true.
  void multiply(int first, int count, int tokens, LinearInputs& inputs, int thread, float* y,
                const Stop& stop) const;

 private:
  friend class LinearInputs;
  // A tensor with a scale for each group.
  struct GroupedPart {
    const GroupedKernel* kernel;
    int ahead;  // how far its weights are fetched ahead
    int first_block, blocks;
    size_t block_bytes;
    size_t packed_at;    // where its blocks begin, bytes
    size_t prepared_at;  // where its inputs do; equal forms share them
  };

  void pack_whole(const std::vector<LinearPart>& parts, float multiplier, ThreadPool& pool);
  void pack_grouped(const TensorFile& file, const std::vector<LinearPart>& parts, const Kernels& kernels,
                    ThreadPool& pool);
  void multiply_whole(int first, int count, int tokens, const LinearInputs& inputs, int32_t* sums,
                      float* y) const;
  void multiply_grouped(int first, int count, int tokens, const LinearInputs& inputs, float* y) const;

  const MatrixKernel* kernel_ = nullptr;  // of whole numbers under one scale
  const FloatKernels* floats_ = nullptr;
  std::vector<GroupedPart> grouped_;  // otherwise
  bool ternary_ = false;
  bool exact_ = false;    // whole numbers: weight = code * scale, neither rounded nor multiplied
  float multiplier_ = 1;  // of the inputs of groups
  int columns_ = 0;
  int rows_ = 0;
  size_t prepared_bytes_ = 0;  // of kMaxTokens inputs
  size_t block_bytes_ = 0;     // of whole numbers
  std::vector<int> first_rows_;
  AlignedBuffer packed_;
  AlignedBuffer scales_;  // [row] of whole numbers
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

  AlignedBuffer vectors_;     // in the kernel's form
  float scales_[kMaxTokens];  // of the rounded inputs of whole numbers
  std::vector<Scratch> scratch_;
};

}  // namespace ryzanstein

#endif
