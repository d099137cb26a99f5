// The keys and values of the tokens so far: one session's memory of its text.
#ifndef RYZANSTEIN_MODEL_KV_CACHE_H_
#define RYZANSTEIN_MODEL_KV_CACHE_H_

#include <cstdint>
#include <cstring>

#include "../base/aligned_buffer.h"
#include "../kernels/kernels.h"

namespace ryzanstein {

// For each layer and key/value head: keys as rows of an int8 matrix, so that the products of a query with all
// of them are one exact matrix product, each key with a scale; values in half precision. Positions from
// `length` on hold leftovers that are overwritten before they are read.
class KvCache {
 public:
  // `kernel` is the level's for int8 weights.
  KvCache(const MatrixKernel& kernel, int layers, int kv_heads, int head_size, int capacity)
      : kernel_(&kernel),
        kv_heads_(static_cast<size_t>(kv_heads)),
        head_size_(head_size),
        capacity_(capacity),
        areas_(static_cast<size_t>(layers) * kv_heads_),
        blocks_(static_cast<size_t>(blocks(capacity))),
        padded_(blocks_ * static_cast<size_t>(kernel.block_rows)),
        keys_(areas_ * blocks_ * kernel.block_bytes(head_size)),
        key_scales_(areas_ * padded_ * sizeof(float)),
        values_(areas_ * padded_ * static_cast<size_t>(head_size) * sizeof(uint16_t)) {}

  int capacity() const { return capacity_; }
  size_t bytes() const { return keys_.bytes() + key_scales_.bytes() + values_.bytes(); }

  // Row blocks of the keys of the first `positions` positions.
  int blocks(int positions) const { return (positions + kernel_->block_rows - 1) / kernel_->block_rows; }
  const void* keys(int layer, int kv_head) const {
    return keys_.as<uint8_t>() + key_offset(area(layer, kv_head), 0);
  }
  const float* key_scales(int layer, int kv_head) const {
    return key_scales_.as<float>() + area(layer, kv_head) * padded_;
  }
  uint16_t* values(int layer, int kv_head) {
    return values_.as<uint16_t>() + area(layer, kv_head) * padded_ * static_cast<size_t>(head_size_);
  }

  void store_key(int layer, int kv_head, int position, const int8_t* key, float scale) {
    const size_t at = area(layer, kv_head);
    kernel_->pack_row(key, position % kernel_->block_rows, head_size_,
                      keys_.as<uint8_t>() + key_offset(at, position / kernel_->block_rows));
    key_scales_.as<float>()[at * padded_ + static_cast<size_t>(position)] = scale;
  }

  // Takes the first `head` positions over from a cache of the same shape.
  void copy_head(const KvCache& other, int head) {
    const size_t key_bytes = static_cast<size_t>(blocks(head)) * kernel_->block_bytes(head_size_);
    const auto positions = static_cast<size_t>(head), size = static_cast<size_t>(head_size_);
    for (size_t at = 0; at < areas_; at++) {
      std::memcpy(keys_.as<uint8_t>() + key_offset(at, 0), other.keys_.as<uint8_t>() + key_offset(at, 0),
                  key_bytes);
      std::memcpy(key_scales_.as<float>() + at * padded_, other.key_scales_.as<float>() + at * padded_,
                  positions * sizeof(float));
      std::memcpy(values_.as<uint16_t>() + at * padded_ * size,
                  other.values_.as<uint16_t>() + at * padded_ * size, positions * size * sizeof(uint16_t));
    }
    length = head;
  }

  int length = 0;

 private:
  size_t area(int layer, int kv_head) const {
    return static_cast<size_t>(layer) * kv_heads_ + static_cast<size_t>(kv_head);
  }
  size_t key_offset(size_t area, int block) const {
    return (area * blocks_ + static_cast<size_t>(block)) * kernel_->block_bytes(head_size_);
  }

  const MatrixKernel* kernel_;
  size_t kv_heads_;
  int head_size_;
  int capacity_;
  size_t areas_;   // layers x key/value heads
  size_t blocks_;  // of the keys of an area
  size_t padded_;  // positions of whole blocks
  AlignedBuffer keys_;
  AlignedBuffer key_scales_;
  AlignedBuffer values_;
};

}  // namespace ryzanstein

#endif
