// What the model made of each token of a text: the vectors that its head reads, to find places that are
// alike.
#ifndef RYZANSTEIN_MODEL_STATE_CACHE_H_
#define RYZANSTEIN_MODEL_STATE_CACHE_H_

#include <cstdint>
#include <vector>

#include "../base/aligned_buffer.h"
#include "../kernels/kernels.h"

namespace ryzanstein {

// States are int8 [width], as the forward pass quantises them before the head. They are packed like the rows
// of a matrix, so one exact product compares the last of them with all.
class StateCache {
 public:
  // `kernel` is the level's for int8 weights.
  StateCache(const MatrixKernel& kernel, int width, int capacity);

  int width() const { return width_; }
  int length() const { return length_; }
  size_t bytes() const { return states_.bytes() + packed_.bytes(); }

  // There must be room.
  void append(const int8_t* state);
  // length in 0 .. length().
  void truncate(int length);
  // Takes the first `head` states over from a cache of the same width and capacity.
  void copy_head(const StateCache& other, int head);

  // The cosine of the angle between the last state and each, [length], valid until the next call; 0 where a
  // state is all zeros.
  const float* cosines();

 private:
  const int8_t* state(int i) const {
    return states_.as<int8_t>() + static_cast<size_t>(i) * static_cast<size_t>(width_);
  }

  const MatrixKernel* kernel_;
  int width_;
  int length_ = 0;
  size_t block_bytes_;
  AlignedBuffer states_;           // int8 [capacity][width]
  AlignedBuffer packed_;           // the same in blocks
  AlignedBuffer prepared_;         // the last one
  AlignedBuffer sums_;             // int32 [capacity, rounded up to blocks]
  std::vector<float> magnitudes_;  // 1 / length of each
  std::vector<float> cosines_;
};

}  // namespace ryzanstein

#endif
