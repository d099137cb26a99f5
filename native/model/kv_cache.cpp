// KvCache: rounds keys, values and queries, and hands them to the kernels.
#include "kv_cache.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <utility>

namespace ryzanstein {
namespace {

// The positions whose keys lie together.
int rows_of_block(const Kernels& kernels, KeyLevels levels) {
  return levels == KeyLevels::kWords ? 16 : kernels.int8->block_rows;
}

size_t bytes_of_block(const Kernels& kernels, KeyLevels levels, int head_size) {
  return levels == KeyLevels::kWords ? 16 * sizeof(int16_t) * static_cast<size_t>(head_size)
                                     : kernels.int8->block_bytes(head_size);
}

size_t query_bytes(const Kernels& kernels, KeyLevels levels, int head_size) {
  return levels == KeyLevels::kWords ? sizeof(int16_t) * static_cast<size_t>(head_size)
                                     : kernels.int8->prepared_bytes(head_size);
}

size_t padded_positions(const Kernels& kernels, KeyLevels levels, int positions) {
  const int rows = rows_of_block(kernels, levels);
  return static_cast<size_t>((positions + rows - 1) / rows * rows);
}

// The largest word: products of heads of such words fit an int32.
int largest_word(int head_size) {
  return static_cast<int>(std::sqrt(static_cast<double>(std::numeric_limits<int32_t>::max()) / head_size));
}

}  // namespace

KvCache::Scratch::Scratch(const Kernels& kernels, KeyLevels levels, int head_size, int capacity)
    : queries_(kAttentionRows * query_bytes(kernels, levels, head_size)),
      products_(kAttentionRows * padded_positions(kernels, levels, capacity) * sizeof(int32_t)),
      weights_(kAttentionRows * padded_positions(kernels, levels, capacity) * sizeof(float)),
      rounded_weights_(kAttentionRows * padded_positions(kernels, levels, capacity) * sizeof(int16_t)) {}

KvCache::KvCache(const Kernels& kernels, KeyLevels levels, int layers, int kv_heads, int head_size,
                 int capacity)
    : kernels_(&kernels),
      levels_(levels),
      layers_(layers),
      kv_heads_(static_cast<size_t>(kv_heads)),
      head_size_(head_size),
      capacity_(capacity),
      block_rows_(rows_of_block(kernels, levels)),
      key_block_bytes_(bytes_of_block(kernels, levels, head_size)),
      areas_(static_cast<size_t>(layers) * kv_heads_),
      blocks_(static_cast<size_t>(blocks(capacity))),
      padded_(padded_positions(kernels, levels, capacity)),
      keys_(areas_ * blocks_ * key_block_bytes_),
      values_(areas_ * padded_ * static_cast<size_t>(head_size)),
      key_scales_(areas_ * padded_ * sizeof(float)),
      value_scales_(key_scales_.bytes()) {}

size_t KvCache::bytes_per_position(const Kernels& kernels, KeyLevels levels, int layers, int kv_heads,
                                   int head_size) {
  const size_t key =
      bytes_of_block(kernels, levels, head_size) / static_cast<size_t>(rows_of_block(kernels, levels));
  return static_cast<size_t>(layers) * static_cast<size_t>(kv_heads) *
         (key + static_cast<size_t>(head_size) + 2 * sizeof(float));
}

float KvCache::store_key(const float* key, void* block, int row) {
  if (levels_ == KeyLevels::kBytes) {
    int8_t rounded[kMaxHeadSize];
    const float scale = kernels_->floats->quantize(key, head_size_, rounded);
    kernels_->int8->pack_row(rounded, row, head_size_, block);
    return scale;
  }
  int16_t rounded[kMaxHeadSize];
  const float scale = kernels_->floats->quantize_words(key, head_size_, largest_word(head_size_), rounded);
  auto* pairs = static_cast<int16_t*>(block) + 2 * row;
  for (int d = 0; d < head_size_; d += 2, pairs += 32) std::memcpy(pairs, rounded + d, 2 * sizeof *pairs);
  return scale;
}

void KvCache::store(int layer, int kv_head, int position, const float* key, const float* value) {
  const size_t at = static_cast<size_t>(position), first = area(layer, kv_head) * padded_;
  const size_t block = area(layer, kv_head) * blocks_ + static_cast<size_t>(position / block_rows_);
  key_scales_.as<float>()[first + at] =
      store_key(key, keys_.as<uint8_t>() + block * key_block_bytes_, position % block_rows_);
  int8_t rounded[kMaxHeadSize];
  value_scales_.as<float>()[first + at] = kernels_->floats->quantize(value, head_size_, rounded);
  int8_t* pairs = values_.as<int8_t>() + (first + at / 2 * 2) * static_cast<size_t>(head_size_) + at % 2;
  for (int d = 0; d < head_size_; d++) pairs[2 * d] = rounded[d];
}

float KvCache::prepare_query(const float* query, int index, Scratch& scratch) const {
  auto* prepared = scratch.queries_.as<uint8_t>() +
                   static_cast<size_t>(index) * query_bytes(*kernels_, levels_, head_size_);
  if (levels_ == KeyLevels::kWords) {
    return kernels_->floats->quantize_words(query, head_size_, largest_word(head_size_),
                                            reinterpret_cast<int16_t*>(prepared));
  }
  int8_t rounded[kMaxHeadSize];
  const float scale = kernels_->floats->quantize(query, head_size_, rounded);
  kernels_->int8->prepare(rounded, head_size_, prepared);
  return scale;
}

void KvCache::multiply(const void* keys, int blocks, int queries, Scratch& scratch) const {
  auto* products = scratch.products_.as<int32_t>();
  const ptrdiff_t stride = static_cast<ptrdiff_t>(blocks) * block_rows_;
  if (levels_ == KeyLevels::kWords) {
    return kernels_->floats->multiply_words({static_cast<const int16_t*>(keys), blocks, head_size_,
                                             scratch.queries_.as<int16_t>(), queries, products, stride});
  }
  kernels_->int8->multiply(keys, blocks, head_size_, scratch.queries_.as<void>(), queries, products, stride);
}

void KvCache::attend(int layer, int kv_head, const Query* queries, int count, float scale,
                     Scratch& scratch) const {
  const int seen = blocks(queries[count - 1].visible);
  const ptrdiff_t stride = static_cast<ptrdiff_t>(seen) * block_rows_;
  AttentionRow rows[kAttentionRows];
  for (int i = 0; i < count; i++) {
    rows[i] = {queries[i].visible,
               prepare_query(queries[i].query, i, scratch) * scale,
               scratch.products_.as<int32_t>() + i * stride,
               scratch.weights_.as<float>() + i * stride,
               scratch.rounded_weights_.as<int16_t>() + i * stride,
               queries[i].y};
  }
  multiply(keys_.as<uint8_t>() + area(layer, kv_head) * blocks_ * key_block_bytes_, seen, count, scratch);
  const size_t first = area(layer, kv_head) * padded_;
  kernels_->floats->attend({rows, count, head_size_, key_scales_.as<float>() + first,
                            value_scales_.as<float>() + first,
                            values_.as<int8_t>() + first * static_cast<size_t>(head_size_)});
}

void KvCache::reserve(int capacity) {
  if (capacity <= capacity_) return;
  KvCache larger(*kernels_, levels_, layers_, static_cast<int>(kv_heads_), head_size_, capacity);
  larger.copy_head(*this, length);
  *this = std::move(larger);
}

void KvCache::copy_head(const KvCache& other, int head) {
  const auto copy = [&](AlignedBuffer& to, const AlignedBuffer& from, size_t bytes) {
    for (size_t area = 0; area < areas_; area++) {
      std::memcpy(to.as<uint8_t>() + area * (to.bytes() / areas_),
                  from.as<uint8_t>() + area * (from.bytes() / areas_), bytes);
    }
  };
  const auto positions = static_cast<size_t>(head);
  copy(keys_, other.keys_, static_cast<size_t>(blocks(head)) * key_block_bytes_);
  copy(values_, other.values_, (positions + 1) / 2 * 2 * static_cast<size_t>(head_size_));
  copy(key_scales_, other.key_scales_, positions * sizeof(float));
  copy(value_scales_, other.value_scales_, positions * sizeof(float));
  length = head;
}

}  // namespace ryzanstein
