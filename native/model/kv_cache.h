// The keys and values of the tokens so far: one session's memory of its text.
#ifndef RYZANSTEIN_MODEL_KV_CACHE_H_
#define RYZANSTEIN_MODEL_KV_CACHE_H_

#include <cstdint>
#include <cstring>

#include "../base/aligned_buffer.h"
#include "../kernels/contracts.h"

namespace ryzanstein {

// For each layer and key/value head, keys and values in int8, each with a scale: keys as rows of a matrix, so
// that the products of a query with all of them are one exact matrix product, values in pairs as attend reads
// them. Positions from `length` on hold leftovers that are overwritten before they count.
class KvCache {
 public:
  // `kernel` is the level's for int8 weights.
  KvCache(const MatrixKernel& kernel, int layers, int kv_heads, int head_size, int capacity)
      : kernel_(&kernel),
        kv_heads_(static_cast<size_t>(kv_heads)),
        head_size_(static_cast<size_t>(head_size)),
        capacity_(capacity),
        key_block_bytes_(kernel.block_bytes(head_size)),
        areas_(static_cast<size_t>(layers) * kv_heads_),
        blocks_(static_cast<size_t>(blocks(capacity))),
        padded_(blocks_ * static_cast<size_t>(kernel.block_rows)),
        keys_(areas_ * blocks_ * key_block_bytes_),
        values_(areas_ * padded_ * head_size_),
        key_scales_(areas_ * padded_ * sizeof(float)),
        value_scales_(key_scales_.bytes()) {}

  int capacity() const { return capacity_; }
  size_t bytes() const {
    return keys_.bytes() + values_.bytes() + key_scales_.bytes() + value_scales_.bytes();
  }

  // Row blocks of the keys of the first `positions` positions.
  int blocks(int positions) const { return (positions + kernel_->block_rows - 1) / kernel_->block_rows; }
  const uint8_t* keys(int layer, int kv_head) const {
    return keys_.as<uint8_t>() + key_offset(layer, kv_head);
  }
  const int8_t* values(int layer, int kv_head) const {
    return values_.as<int8_t>() + area(layer, kv_head) * padded_ * head_size_;
  }
  const float* key_scales(int layer, int kv_head) const {
    return key_scales_.as<float>() + area(layer, kv_head) * padded_;
  }
  const float* value_scales(int layer, int kv_head) const {
    return value_scales_.as<float>() + area(layer, kv_head) * padded_;
  }

  void store_key(int layer, int kv_head, int position, const int8_t* key, float scale) {
    uint8_t* block = keys_.as<uint8_t>() + key_offset(layer, kv_head) +
                     static_cast<size_t>(position / kernel_->block_rows) * key_block_bytes_;
    kernel_->pack_row(key, position % kernel_->block_rows, static_cast<int>(head_size_), block);
    key_scales_.as<float>()[area(layer, kv_head) * padded_ + static_cast<size_t>(position)] = scale;
  }

  void store_value(int layer, int kv_head, int position, const int8_t* value, float scale) {
    const size_t first = area(layer, kv_head) * padded_, at = static_cast<size_t>(position);
    int8_t* pairs = values_.as<int8_t>() + (first + at / 2 * 2) * head_size_ + at % 2;
    for (size_t d = 0; d < head_size_; d++) pairs[2 * d] = value[d];
    value_scales_.as<float>()[first + at] = scale;
  }

  // Takes the first `head` positions over from a cache of the same shape.
  void copy_head(const KvCache& other, int head) {
    const auto copy = [&](AlignedBuffer& to, const AlignedBuffer& from, size_t bytes) {
      for (size_t at = 0; at < to.bytes(); at += to.bytes() / areas_) {
        std::memcpy(to.as<uint8_t>() + at, from.as<uint8_t>() + at, bytes);
      }
    };
    const auto positions = static_cast<size_t>(head);
    copy(keys_, other.keys_, static_cast<size_t>(blocks(head)) * key_block_bytes_);
    copy(values_, other.values_, (positions + 1) / 2 * 2 * head_size_);
    copy(key_scales_, other.key_scales_, positions * sizeof(float));
    copy(value_scales_, other.value_scales_, positions * sizeof(float));
    length = head;
  }

  int length = 0;

 private:
  size_t area(int layer, int kv_head) const {
    return static_cast<size_t>(layer) * kv_heads_ + static_cast<size_t>(kv_head);
  }
  size_t key_offset(int layer, int kv_head) const {
    return area(layer, kv_head) * blocks_ * key_block_bytes_;
  }

  const MatrixKernel* kernel_;
  size_t kv_heads_;
  size_t head_size_;
  int capacity_;
  size_t key_block_bytes_;
  size_t areas_;   // layers x key/value heads
  size_t blocks_;  // of the keys of an area
  size_t padded_;  // positions of whole blocks
  AlignedBuffer keys_;
  AlignedBuffer values_;
  AlignedBuffer key_scales_;
  AlignedBuffer value_scales_;
};

}  // namespace ryzanstein

#endif
