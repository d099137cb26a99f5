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

// What queries and keys are rounded to. Models with biases have scores in the hundreds, whose differences
// bytes lose.
enum class KeyLevels { kBytes = 1, kWords = 2 };

// For each layer and key/value head, keys in int8 or int16 and values in int8, each with a scale: keys so
// that the products of a query with all of them are one exact product, bytes as rows of a matrix, words as
// WordProducts has them; values in pairs as the kernel reads them. Positions from `length` on hold leftovers
// that are overwritten before they count.
class KvCache {
 public:
  KvCache(const Kernels& kernels, KeyLevels levels, int layers, int kv_heads, int head_size, int capacity);

  static size_t bytes_per_position(const Kernels& kernels, KeyLevels levels, int layers, int kv_heads,
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
    Scratch(const Kernels& kernels, KeyLevels levels, int head_size, int capacity);
    static constexpr size_t kBytesPerPosition = kAttentionRows * (2 * sizeof(float) + sizeof(int16_t));
    size_t bytes() const {
      return queries_.bytes() + products_.bytes() + weights_.bytes() + rounded_weights_.bytes();
    }

   private:
    friend class KvCache;
    AlignedBuffer queries_;          // [kAttentionRows]: prepared vectors, or words [head_size]
    AlignedBuffer products_;         // int32 [kAttentionRows][positions]: queries times keys
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
  // Blocks of keys that hold the first `positions` positions.
  int blocks(int positions) const { return (positions + block_rows_ - 1) / block_rows_; }
  size_t area(int layer, int kv_head) const {
    return static_cast<size_t>(layer) * kv_heads_ + static_cast<size_t>(kv_head);
  }

  // Rounds a key into its place, and returns its scale.
  float store_key(const float* key, void* block, int row);
  // Rounds a query, and returns its scale.
  float prepare_query(const float* query, int index, Scratch& scratch) const;
  // Products of the queries with the keys of so many blocks.
  void multiply(const void* keys, int blocks, int queries, Scratch& scratch) const;

  const Kernels* kernels_;
  KeyLevels levels_;
  int layers_;
  size_t kv_heads_;
  int head_size_;
  int capacity_;
  int block_rows_;  // positions of a block of keys
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
