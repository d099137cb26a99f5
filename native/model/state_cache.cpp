// StateCache: compares by the kernel's product.
#include "state_cache.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace ryzanstein {
namespace {

size_t blocks_of(const MatrixKernel& kernel, int rows) {
  return static_cast<size_t>((rows + kernel.block_rows - 1) / kernel.block_rows);
}

}  // namespace

StateCache::StateCache(const MatrixKernel& kernel, int width, int capacity)
    : kernel_(&kernel),
      width_(width),
      block_bytes_(kernel.block_bytes(width)),
      states_(static_cast<size_t>(capacity) * static_cast<size_t>(width)),
      packed_(blocks_of(kernel, capacity) * block_bytes_),
      prepared_(kernel.prepared_bytes(width)),
      sums_(blocks_of(kernel, capacity) * static_cast<size_t>(kernel.block_rows) * sizeof(int32_t)),
      magnitudes_(static_cast<size_t>(capacity)),
      cosines_(static_cast<size_t>(capacity)) {}

void StateCache::append(const int8_t* state) {
  std::memcpy(states_.as<int8_t>() + static_cast<size_t>(length_) * static_cast<size_t>(width_), state,
              static_cast<size_t>(width_));
  kernel_->pack_row(
      state, length_ % kernel_->block_rows, width_,
      packed_.as<uint8_t>() + static_cast<size_t>(length_ / kernel_->block_rows) * block_bytes_);
  int64_t square = 0;
  for (int i = 0; i < width_; i++) square += static_cast<int64_t>(state[i]) * state[i];
  magnitudes_[static_cast<size_t>(length_)] =
      square == 0 ? 0 : static_cast<float>(1 / std::sqrt(static_cast<double>(square)));
  length_++;
}

void StateCache::truncate(int length) { length_ = length; }

void StateCache::copy_head(const StateCache& other, int head) {
  std::memcpy(states_.as<int8_t>(), other.states_.as<int8_t>(),
              static_cast<size_t>(head) * static_cast<size_t>(width_));
  std::memcpy(packed_.as<uint8_t>(), other.packed_.as<uint8_t>(), blocks_of(*kernel_, head) * block_bytes_);
  std::copy(other.magnitudes_.begin(), other.magnitudes_.begin() + head, magnitudes_.begin());
  length_ = head;
}

const float* StateCache::cosines() {
  if (length_ == 0) return cosines_.data();
  kernel_->prepare(state(length_ - 1), width_, prepared_.as<void>());
  kernel_->multiply(packed_.as<void>(), static_cast<int>(blocks_of(*kernel_, length_)), width_,
                    prepared_.as<void>(), 1, sums_.as<int32_t>(), 0);
  const float last = magnitudes_[static_cast<size_t>(length_ - 1)];
  for (int i = 0; i < length_; i++) {
    const auto at = static_cast<size_t>(i);
    cosines_[at] = static_cast<float>(sums_.as<int32_t>()[i]) * magnitudes_[at] * last;
  }
  return cosines_.data();
}

}  // namespace ryzanstein
