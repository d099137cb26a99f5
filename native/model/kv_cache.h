// The keys and values of the tokens so far, one session's memory of its text, and the attention to them.
#ifndef RYZANSTEIN_MODEL_KV_CACHE_H_
#define RYZANSTEIN_MODEL_KV_CACHE_H_

#include <cstddef>
#include <cstdint>

#include "../base/aligned_buffer.h"
#include "../kernels/contracts.h"

namespace ryzanstein {

constexpr int kMaxHeadSize = 512;

// One head of one token that attends.
struct Query {
  const float* query;  // [head_size]
  int visible;         // it sees the positions 0 .. visible - 1
  float* y;            // [head_size]
};

// In how many digits of int8 queries and keys are held. Models with biases have scores in the hundreds, whose
// differences one digit loses.
enum class KeyDigits { kOne = 1, kTwo = 2 };

// For each layer and key/value head, keys and values in int8, each with a scale: keys as rows of a matrix, so
// that the products of a query with all of them are one exact matrix product, values in pairs as the kernel
// reads them. Positions from `length` on hold leftovers that are overwritten before they count.
//
// With two digits a number is (high * kDigit + low) * scale; a key is a row high | low of twice the columns,
// and a query two vectors, high | 0 and low | high: their products, the first one times kDigit, leave out the
// lows' product alone.
class KvCache {
 public:
  KvCache(const Kernels& kernels, KeyDigits digits, int layers, int kv_heads, int head_size, int capacity);

  static size_t bytes_per_position(const Kernels& kernels, KeyDigits digits, int layers, int kv_heads,
                                   int head_size);

  int capacity() const { return capacity_; }
  // Makes room for at least so many positions; what is held stays.
  void reserve(int capacity);
  size_t bytes() const {
    return keys_.bytes() + values_.bytes() + key_scales_.bytes() + value_scales_.bytes();
  }

  // What a thread needs to attend to up to `capacity` positions.
  class Scratch {
   public:
    Scratch() = default;
    Scratch(const Kernels& kernels, KeyDigits digits, int head_size, int capacity);
    size_t bytes() const {
      return queries_.bytes() + products_.bytes() + weights_.bytes() + rounded_weights_.bytes();
    }

   private:
    friend class KvCache;
    AlignedBuffer queries_;          // [digits][kAttentionRows] prepared vectors
    AlignedBuffer products_;         // int32 [digits][kAttentionRows][positions]: queries times keys
    AlignedBuffer weights_;          // float [kAttentionRows][positions]
    AlignedBuffer rounded_weights_;  // int16 [kAttentionRows][positions]
  };

  // Keeps key and value [head_size] of a position, rounded.
  void store(int layer, int kv_head, int position, const float* key, const float* value);

  // y = softmax(query * keys * scale) * values, for 1 .. kAttentionRows queries whose `visible` does not fall
  // from one to the next.
  void attend(int layer, int kv_head, const Query* queries, int count, float scale, Scratch& scratch) const;

  // Takes the first `head` positions over from a cache of the same shape; there must be room.
  void copy_head(const KvCache& other, int head);

  int length = 0;

 private:
  // Row blocks of the keys of the first `positions` positions.
  int blocks(int positions) const {
    return (positions + kernels_->int8->block_rows - 1) / kernels_->int8->block_rows;
  }
  size_t area(int layer, int kv_head) const {
    return static_cast<size_t>(layer) * kv_heads_ + static_cast<size_t>(kv_head);
  }

  // Rounds x [head_size] to digits, high ones first: q [digits][head_size]. Returns the scale.
  float round(const float* x, int8_t* q) const;

  const Kernels* kernels_;
  int digits_;
  int layers_;
  size_t kv_heads_;
  int head_size_;
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
