// The keys and values of the tokens so far: one session's memory of its text.
#ifndef RYZANSTEIN_MODEL_KV_CACHE_H_
#define RYZANSTEIN_MODEL_KV_CACHE_H_

#include <cstdint>
#include <cstring>

#include "../base/aligned_buffer.h"
#include "../kernels/kernels.h"

namespace ryzanstein {

// [layer][kv head] areas of half-precision keys, and of values, as the kernels lay them out. Positions from
// `length` on hold leftovers that are overwritten before they are read.
class KvCache {
 public:
  KvCache(int layers, int kv_heads, int head_size, int capacity)
      : kv_heads_(kv_heads),
        head_size_(head_size),
        capacity_(capacity),
        area_(kv_cache_halves(capacity, head_size)),
        keys_(area_ * static_cast<size_t>(layers) * static_cast<size_t>(kv_heads) * sizeof(uint16_t)),
        values_(keys_.bytes()) {}

  int capacity() const { return capacity_; }
  uint16_t* keys(int layer, int kv_head) { return keys_.as<uint16_t>() + offset(layer, kv_head); }
  uint16_t* values(int layer, int kv_head) { return values_.as<uint16_t>() + offset(layer, kv_head); }
  size_t bytes() const { return keys_.bytes() + values_.bytes(); }

  // Takes the first `head` positions over from a cache of the same shape.
  void copy_head(const KvCache& other, int head) {
    const size_t halves = kv_cache_halves(head, head_size_);
    for (size_t at = 0; at < keys_.bytes() / sizeof(uint16_t); at += area_) {
      std::memcpy(keys_.as<uint16_t>() + at, other.keys_.as<uint16_t>() + at, halves * sizeof(uint16_t));
      std::memcpy(values_.as<uint16_t>() + at, other.values_.as<uint16_t>() + at, halves * sizeof(uint16_t));
    }
    length = head;
  }

  int length = 0;

 private:
  size_t offset(int layer, int kv_head) const {
    return area_ *
           (static_cast<size_t>(layer) * static_cast<size_t>(kv_heads_) + static_cast<size_t>(kv_head));
  }

  int kv_heads_;
  int head_size_;
  int capacity_;
  size_t area_;  // halves of one area, a multiple of 32: areas begin on a cache line
  AlignedBuffer keys_;
  AlignedBuffer values_;
};

}  // namespace ryzanstein

#endif
