// StateCache: compares by the kernel's product.
#include "state_cache.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <utility>

namespace ryzanstein {
namespace {

// Up to this many states, those of a draft, are compared with all others together, which are read once for
// them.
constexpr int kMaxCompared = 8;

size_t blocks_of(const MatrixKernel& kernel, int rows) {
  return static_cast<size_t>((rows + kernel.block_rows - 1) / kernel.block_rows);
}

}  // namespace

StateCache::StateCache(const Kernels& kernels, int width, int capacity)
    : kernels_(&kernels),
      kernel_(kernels.int8),
      floats_(kernels.floats),
      width_(width),
      block_bytes_(kernel_->block_bytes(width)),
      padded_(blocks_of(*kernel_, capacity) * static_cast<size_t>(kernel_->block_rows)),
      states_(static_cast<size_t>(capacity) * static_cast<size_t>(width)),
      packed_(blocks_of(*kernel_, capacity) * block_bytes_),
      prepared_(kMaxCompared * kernel_->prepared_bytes(width)),
      sums_(kMaxCompared * padded_ * sizeof(int32_t)),
      magnitudes_(static_cast<size_t>(capacity)),
      cosines_(static_cast<size_t>(capacity)) {}

size_t StateCache::bytes_per_state(const Kernels& kernels, int width) {
  const MatrixKernel& kernel = *kernels.int8;
  return static_cast<size_t>(width) + kernel.block_bytes(width) / static_cast<size_t>(kernel.block_rows) +
         kMaxCompared * sizeof(int32_t);
}

void StateCache::put(const float* states, int count) {
  const auto width = static_cast<size_t>(width_);
  const int first = length_;
  end_ = first + count;
  compared_ = 0;
  for (int i = first; i < end_; i++) {
    floats_->quantize(states + static_cast<size_t>(i - first) * width, width_, state(i));
    kernel_->pack_row(state(i), i % kernel_->block_rows, width_,
                      packed_.as<uint8_t>() + static_cast<size_t>(i / kernel_->block_rows) * block_bytes_);
    int64_t square = 0;
    for (size_t x = 0; x < width; x++) square += static_cast<int64_t>(state(i)[x]) * state(i)[x];
    magnitudes_[static_cast<size_t>(i)] =
        square == 0 ? 0 : static_cast<float>(1 / std::sqrt(static_cast<double>(square)));
  }
}

void StateCache::truncate(int length) {
  length_ = end_ = length;
  compared_ = 0;
}

void StateCache::reserve(int capacity) {
  if (static_cast<size_t>(capacity) <= magnitudes_.size()) return;
  StateCache larger(*kernels_, width_, capacity);
  larger.copy_head(*this, length_);
  *this = std::move(larger);
}

void StateCache::copy_head(const StateCache& other, int head) {
  std::memcpy(states_.as<int8_t>(), other.states_.as<int8_t>(),
              static_cast<size_t>(head) * static_cast<size_t>(width_));
  std::memcpy(packed_.as<uint8_t>(), other.packed_.as<uint8_t>(), blocks_of(*kernel_, head) * block_bytes_);
  std::copy(other.magnitudes_.begin(), other.magnitudes_.begin() + head, magnitudes_.begin());
  truncate(head);
}

const float* StateCache::cosines() {
  if (length_ == 0) return cosines_.data();
  const int last = length_ - 1;
  if (last < first_compared_ || last >= first_compared_ + compared_) {
    compare(last, std::min(kMaxCompared, end_ - last));
  }
  const int32_t* sums = sums_.as<int32_t>() + static_cast<size_t>(last - first_compared_) * padded_;
  const float magnitude = magnitudes_[static_cast<size_t>(last)];
  for (size_t i = 0; i < static_cast<size_t>(length_); i++) {
    cosines_[i] = static_cast<float>(sums[i]) * magnitudes_[i] * magnitude;
  }
  return cosines_.data();
}

void StateCache::compare(int first, int count) {
  const size_t vector_bytes = kernel_->prepared_bytes(width_);
  for (int i = 0; i < count; i++) {
    kernel_->prepare(state(first + i), width_,
                     prepared_.as<uint8_t>() + static_cast<size_t>(i) * vector_bytes);
  }
  kernel_->multiply(packed_.as<void>(), static_cast<int>(blocks_of(*kernel_, first + count)), width_,
                    prepared_.as<void>(), count, sums_.as<int32_t>(), static_cast<ptrdiff_t>(padded_));
  first_compared_ = first;
  compared_ = count;
}

}  // namespace ryzanstein
