// A weight matrix in the kernels' layout: made once from the file, multiplied by threads in row blocks.
#ifndef RYZANSTEIN_MODEL_MATRIX_H_
#define RYZANSTEIN_MODEL_MATRIX_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "../base/aligned_buffer.h"
#include "../base/thread_pool.h"
#include "../kernels/contracts.h"
#include "tensor_file.h"

namespace ryzanstein {

// Tokens that one forward pass takes at most.
constexpr int kMaxTokens = 64;

// int32 sums of one thread, before they are scaled; stays in its first-level cache.
constexpr int kSums = 8192;

// May weights that are floats in the file be rounded to int8 with a scale per row? The output head's may.
enum class Rounding { kNone, kInt8Rows };

// One or several tensors of equal columns, one below the other; each starts on a whole row block.
// Where every row has one scale the product is one int32 sum per row; otherwise (several scales in a row) it
// is one int32 sum per group of columns, and the scaled groups are added in ascending order as floats.
class Matrix {
 public:
  Matrix() = default;
  // Throws BadModel (through `file`) for weights that are no integers times a scale, or a scale that is not
  // finite.
  Matrix(const TensorFile& file, const std::vector<Tensor>& tensors, Rounding rounding,
         const Kernels& kernels, ThreadPool& pool);

  int columns() const { return columns_; }
  int rows() const { return rows_; }  // with the rows that fill up the last block of each tensor
  int row_of(int tensor) const { return first_rows_[static_cast<size_t>(tensor)]; }
  int blocks() const { return rows_ / kernel_->block_rows; }
  size_t bytes() const { return packed_.bytes() + scales_.bytes(); }
  bool ternary() const { return ternary_; }
  int groups() const { return groups_; }

  // Bytes of kMaxTokens prepared vectors, a multiple of 64.
  size_t prepared_bytes() const { return static_cast<size_t>(groups_) * kMaxTokens * vector_bytes_; }
  // Puts vector x [columns] at place `token` of `prepared`.
  void prepare(const int8_t* x, int token, void* prepared) const;
  // y[t * y_stride + row] for the rows of the blocks first .. first + count - 1 and t < tokens: the product
  // times factors[t]. `sums` [kSums] is the thread's own. Returns early, with y undone, once `stop()` is
  // true.
  template <class Stop>
  void multiply(int first, int count, const void* prepared, int tokens, const float* factors, int32_t* sums,
                float* y, ptrdiff_t y_stride, const Stop& stop) const {
    const int step = blocks_at_once(tokens);
    for (int block = first; block < first + count && !stop(); block += step) {
      const int part = block + step <= first + count ? step : first + count - block;
      multiply_blocks(block, part, prepared, tokens, factors, sums, y, y_stride);
    }
  }

 private:
  int blocks_at_once(int tokens) const;
  void multiply_blocks(int first, int count, const void* prepared, int tokens, const float* factors,
                       int32_t* sums, float* y, ptrdiff_t y_stride) const;

  const MatrixKernel* kernel_ = nullptr;
  const FloatKernels* floats_ = nullptr;
  bool ternary_ = false;
  int columns_ = 0;
  int rows_ = 0;
  int groups_ = 1;
  int group_columns_ = 0;
  size_t vector_bytes_ = 0;  // one prepared group of one token
  size_t block_bytes_ = 0;   // one group of one row block; the groups of a block lie together
  std::vector<int> first_rows_;
  AlignedBuffer packed_;
  AlignedBuffer scales_;  // [group][row]
};

}  // namespace ryzanstein

#endif
