// How a product of an R16 layout walks over its blocks and tokens, whatever multiplies one block; everything
// is static.
#ifndef RYZANSTEIN_KERNELS_PRODUCTS_H_
#define RYZANSTEIN_KERNELS_PRODUCTS_H_

#include "layout.h"
#include "prefetch.h"

namespace ryzanstein {

RYZANSTEIN_INLINE int32_t prepared_sum(const uint8_t* prepared) {
  return *reinterpret_cast<const int32_t*>(prepared);
}

// One block of 16 rows (`units` 64-byte units) times T prepared vectors into y[t * y_stride + row].
using BlockFunction = void (*)(const uint8_t* block, int units, const uint8_t* prepared,
                               size_t prepared_bytes, int32_t* y, ptrdiff_t y_stride);

// Every block in turn times all tokens, at most kGroup tokens at a time in groups of even size; by_tokens[T]
// does T. A block is read from memory once and stays in the cache for the other groups.
template <int kGroup>
static void multiply_blocks(const BlockFunction* by_tokens, const void* blocks, size_t block_bytes,
                            int block_count, const void* prepared, size_t prepared_bytes, int tokens,
                            int32_t* y, ptrdiff_t y_stride) {
  const uint8_t* w = static_cast<const uint8_t*>(blocks);
  const uint8_t* x = static_cast<const uint8_t*>(prepared);
  const int groups = (tokens + kGroup - 1) / kGroup, units = static_cast<int>(block_bytes / 64);
  for (int b = 0; b < block_count; b++, w += block_bytes, y += 16) {
    for (int g = 0, t = 0; g < groups; g++) {
      const int next = static_cast<int>(static_cast<int64_t>(tokens) * (g + 1) / groups);
      by_tokens[next - t](w, units, x + static_cast<size_t>(t) * prepared_bytes, prepared_bytes,
                          y + t * y_stride, y_stride);
      t = next;
    }
  }
}

}  // namespace ryzanstein

#endif
