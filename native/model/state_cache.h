// What the model made of each token of a text, the vectors that its head reads: to find places that are
// similar.
#ifndef RYZANSTEIN_MODEL_STATE_CACHE_H_
#define RYZANSTEIN_MODEL_STATE_CACHE_H_

#include <cstdint>
#include <vector>

#include "../base/aligned_buffer.h"
#include "../kernels/contracts.h"

namespace ryzanstein {

// States [width] are rounded to int8, each by its own largest number, which leaves its direction. They are
// packed like the rows of a matrix, so one exact product compares one of them, or those of a draft, with all.
class StateCache {
 public:
  StateCache(const Kernels& kernels, int width, int capacity);

  static size_t bytes_per_state(const Kernels& kernels, int width);

  int length() const { return length_; }
  size_t bytes() const { return states_.bytes() + packed_.bytes() + sums_.bytes(); }

  // Puts states [count][width] behind those that were kept, in place of others put there; there must be room.
  void put(const float* states, int count);
  // The next `count` of those that were put are part of the text from now on.
  void keep(int count) { length_ += count; }
  // length in 0 .. length(); what was put behind it is gone.
  void truncate(int length);
  // Makes room for at least so many states; those that are kept stay, those put behind them are gone.
  void reserve(int capacity);
  // Takes the first `head` states over from a cache of the same width; there must be room.
  void copy_head(const StateCache& other, int head);

  // The cosine of the angle between the last state and each, [length], valid until the next call; 0 where a
  // state is all zeros.
  const float* cosines();

 private:
  int8_t* state(int i) { return states_.as<int8_t>() + static_cast<size_t>(i) * static_cast<size_t>(width_); }
  void compare(int first, int count);

  const Kernels* kernels_;
  const MatrixKernel* kernel_;
  const FloatKernels* floats_;
  int width_;
  int length_ = 0;
  int end_ = 0;  // of what was put
  // Those whose products with all are in sums_.
  int first_compared_ = 0;
  int compared_ = 0;
  size_t block_bytes_;
  size_t padded_;                  // states of whole blocks
  AlignedBuffer states_;           // int8 [capacity][width]
  AlignedBuffer packed_;           // the same in blocks
  AlignedBuffer prepared_;         // kMaxCompared vectors
  AlignedBuffer sums_;             // int32 [kMaxCompared][padded_]
  std::vector<float> magnitudes_;  // 1 / length of each
  std::vector<float> cosines_;
};

}  // namespace ryzanstein

#endif
