// How a product with grouped weights walks over its blocks and tiles of tokens, whatever multiplies one
// block; everything is static.
#ifndef RYZANSTEIN_KERNELS_GROUPED_PRODUCTS_H_
#define RYZANSTEIN_KERNELS_GROUPED_PRODUCTS_H_

#include "grouped_layout.h"
#include "prefetch.h"

namespace ryzanstein {

// What one block of 16 rows is multiplied with, and where the outcome goes.
struct BlockTask {
  const uint8_t* x;  // a tile of tokens
  PreparedShape shape;
  int columns;
  size_t block_bytes;
  int tokens;  // of the tile, that count
  const float* start;
  float* y;
  ptrdiff_t y_stride;
  // The weights to fetch meanwhile. Where several tiles of tokens use this block, memory idles: a part of the
  // next one, of which there are so many. One tile alone reads without a rest: all that lies
  // `ahead` bytes further on, in one part, or nothing (no parts), as was measured.
  const uint8_t* ahead;
  int parts;
};

using GroupedBlock = void (*)(const uint8_t* block, const BlockTask& task);

// Every block, or every two, in turn times all tiles of `width` tokens: it is read from memory once and stays
// in the cache. `block_count` is a multiple of `at_once`.
template <int at_once = 1>
RYZANSTEIN_INLINE void multiply_grouped(const FormShape& form, GroupedBlock multiply, int width,
                                        const void* blocks, int block_count, int columns,
                                        const void* prepared, int tokens, const float* start, float* y,
                                        ptrdiff_t y_stride, int ahead) {
  const int tiles = (tokens + width - 1) / width;
  const size_t block_bytes = grouped_block_bytes(form, columns), stride = at_once * block_bytes;
  const uint8_t* block = static_cast<const uint8_t*>(blocks);
  BlockTask task = {};
  task.shape = prepared_shape(form, columns, width);
  task.columns = columns;
  task.block_bytes = block_bytes;
  task.y_stride = y_stride;
  task.parts = tiles > at_once ? tiles / at_once : ahead > 0 ? 1 : 0;
  for (int b = 0; b < block_count; b += at_once, block += stride) {
    for (int i = 0; i < tiles; i++) {
      task.x = static_cast<const uint8_t*>(prepared) + static_cast<size_t>(i) * task.shape.bytes;
      task.tokens = tokens - i * width < width ? tokens - i * width : width;
      task.start = start != nullptr ? start + b * kGroupedRows : nullptr;
      task.y = y + static_cast<ptrdiff_t>(i) * width * y_stride + b * kGroupedRows;
      task.ahead =
          block + (tiles == 1 ? static_cast<size_t>(ahead)
                              : stride + stride / static_cast<size_t>(tiles) * static_cast<size_t>(i));
      multiply(block, task);
    }
  }
}

// How far what is fetched advances with each group.
RYZANSTEIN_INLINE int fetch_step(const FormShape& form, const BlockTask& task) {
  return task.parts == 0 ? 0 : tile_bytes(form) / tile_groups(form) / task.parts;
}

RYZANSTEIN_INLINE const uint8_t* fetch(const uint8_t* ahead, int step) {
  for (int line = 0; line < step; line += 64) prefetch(ahead + line);
  return ahead + step;
}

}  // namespace ryzanstein

#endif
