// KvCache: rounds keys, values and queries, and hands them to the kernels.
#include "kv_cache.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <utility>

namespace ryzanstein {
namespace {

// A low digit reaches half of the step of the high one. All products of heads of kMaxHeadSize fit an int32.
constexpr int kDigit = 254;

size_t padded_positions(const Kernels& kernels, int positions) {
  const int block_rows = kernels.int8->block_rows;
  return static_cast<size_t>((positions + block_rows - 1) / block_rows * block_rows);
}

}  // namespace

KvCache::Scratch::Scratch(const Kernels& kernels, KeyDigits digits, int head_size, int capacity)
    : queries_(static_cast<size_t>(digits) * kAttentionRows *
               kernels.int8->prepared_bytes(static_cast<int>(digits) * head_size)),
      products_(static_cast<size_t>(digits) * kAttentionRows * padded_positions(kernels, capacity) *
                sizeof(int32_t)),
      weights_(kAttentionRows * padded_positions(kernels, capacity) * sizeof(float)),
      rounded_weights_(kAttentionRows * padded_positions(kernels, capacity) * sizeof(int16_t)) {}

KvCache::KvCache(const Kernels& kernels, KeyDigits digits, int layers, int kv_heads, int head_size,
                 int capacity)
    : kernels_(&kernels),
      digits_(static_cast<int>(digits)),
      layers_(layers),
      kv_heads_(static_cast<size_t>(kv_heads)),
      head_size_(head_size),
      capacity_(capacity),
      key_block_bytes_(kernels.int8->block_bytes(digits_ * head_size)),
      areas_(static_cast<size_t>(layers) * kv_heads_),
      blocks_(static_cast<size_t>(blocks(capacity))),
      padded_(padded_positions(kernels, capacity)),
      keys_(areas_ * blocks_ * key_block_bytes_),
      values_(areas_ * padded_ * static_cast<size_t>(head_size)),
      key_scales_(areas_ * padded_ * sizeof(float)),
      value_scales_(key_scales_.bytes()) {}

size_t KvCache::bytes_per_position(const Kernels& kernels, KeyDigits digits, int layers, int kv_heads,
                                   int head_size) {
  const MatrixKernel& kernel = *kernels.int8;
  const size_t key =
      kernel.block_bytes(static_cast<int>(digits) * head_size) / static_cast<size_t>(kernel.block_rows);
  return static_cast<size_t>(layers) * static_cast<size_t>(kv_heads) *
         (key + static_cast<size_t>(head_size) + 2 * sizeof(float));
}

float KvCache::round(const float* x, int8_t* q) const {
  const float scale = kernels_->floats->quantize(x, head_size_, q);
  if (digits_ == 1 || scale == 0) {
    std::fill_n(q + head_size_, (digits_ - 1) * head_size_, int8_t{0});
    return scale;
  }
  // What is left is at most half a step of the high digits, and as much as float rounding adds.
  const float step = scale / kDigit;
  for (int d = 0; d < head_size_; d++) {
    const float low = std::nearbyint((x[d] - static_cast<float>(q[d]) * scale) / step);
    q[head_size_ + d] = static_cast<int8_t>(std::clamp(low, -127.0f, 127.0f));
  }
  return step;
}

void KvCache::store(int layer, int kv_head, int position, const float* key, const float* value) {
  const MatrixKernel& kernel = *kernels_->int8;
  const size_t at = static_cast<size_t>(position), first = area(layer, kv_head) * padded_;
  int8_t rounded[2 * kMaxHeadSize];
  key_scales_.as<float>()[first + at] = round(key, rounded);
  kernel.pack_row(rounded, position % kernel.block_rows, digits_ * head_size_,
                  keys_.as<uint8_t>() +
                      (area(layer, kv_head) * blocks_ + static_cast<size_t>(position / kernel.block_rows)) *
                          key_block_bytes_);
  value_scales_.as<float>()[first + at] = kernels_->floats->quantize(value, head_size_, rounded);
  int8_t* pairs = values_.as<int8_t>() + (first + at / 2 * 2) * static_cast<size_t>(head_size_) + at % 2;
  for (int d = 0; d < head_size_; d++) pairs[2 * d] = rounded[d];
}

void KvCache::attend(int layer, int kv_head, const Query* queries, int count, float scale,
                     Scratch& scratch) const {
  const MatrixKernel& kernel = *kernels_->int8;
  const int columns = digits_ * head_size_;
  const size_t query_bytes = kernel.prepared_bytes(columns);
  const int seen = blocks(queries[count - 1].visible);
  const ptrdiff_t stride = static_cast<ptrdiff_t>(seen) * kernel.block_rows;
  const auto prepare = [&](const int8_t* query, int vector) {
    kernel.prepare(query, columns,
                   scratch.queries_.as<uint8_t>() + static_cast<size_t>(vector) * query_bytes);
  };
  AttentionRow rows[kAttentionRows];
  for (int i = 0; i < count; i++) {
    int8_t rounded[3 * kMaxHeadSize];  // high | low | high
    rows[i].visible = queries[i].visible;
    // Of the product high | 0: with two digits its unit is kDigit of the lows' units.
    rows[i].scale = round(queries[i].query, rounded) * scale * (digits_ == 2 ? kDigit : 1);
    rows[i].products = scratch.products_.as<int32_t>() + i * stride;
    rows[i].weights = scratch.weights_.as<float>() + i * stride;
    rows[i].rounded_weights = scratch.rounded_weights_.as<int16_t>() + i * stride;
    rows[i].y = queries[i].y;
    if (digits_ == 2) {
      std::memcpy(rounded + columns, rounded, static_cast<size_t>(head_size_));
      prepare(rounded + head_size_, count + i);
      std::memset(rounded + head_size_, 0, static_cast<size_t>(head_size_));
    }
    prepare(rounded, i);
  }
  const size_t first = area(layer, kv_head) * padded_;
  auto* products = scratch.products_.as<int32_t>();
  kernel.multiply(keys_.as<uint8_t>() + area(layer, kv_head) * blocks_ * key_block_bytes_, seen, columns,
                  scratch.queries_.as<void>(), digits_ * count, products, stride);
  if (digits_ == 2) {
    const int32_t* lows = products + count * stride;
    for (ptrdiff_t i = 0; i < count * stride; i++) products[i] = kDigit * products[i] + lows[i];
  }
  kernels_->floats->attend({rows, count, head_size_, key_scales_.as<float>() + first,
                            value_scales_.as<float>() + first,
                            values_.as<int8_t>() + first * static_cast<size_t>(head_size_)});
}

void KvCache::reserve(int capacity) {
  if (capacity <= capacity_) return;
  KvCache larger(*kernels_, static_cast<KeyDigits>(digits_), layers_, static_cast<int>(kv_heads_), head_size_,
                 capacity);
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
