// What the files that multiply by AMX tiles share: their size, and how they are set up.
#ifndef RYZANSTEIN_KERNELS_X86_TILES_H_
#define RYZANSTEIN_KERNELS_X86_TILES_H_

#include <immintrin.h>

#include "../contracts.h"

namespace ryzanstein {

constexpr int kTileTokens = 16;
constexpr int kTileColumns = 64;

// g++ is not told that the tile intrinsics read memory (its bug 114098): without this it drops or delays what
// was stored before them.
RYZANSTEIN_INLINE void finish_stores(const void* p) {
#if defined(__GNUC__)
  __asm__ volatile("" : : "r"(p) : "memory");
#else
  (void)p;
#endif
}

struct alignas(64) TileShapes {
  uint8_t palette, start_row, reserved[14];
  uint16_t row_bytes[16];
  uint8_t rows[16];
};

// Of the eight tiles, tile i has rows[i] rows of row_bytes[i] bytes.
RYZANSTEIN_INLINE void set_up_tiles(TileShapes& shapes) {
  shapes.palette = 1;
  finish_stores(&shapes);
  _tile_loadconfig(&shapes);
}

}  // namespace ryzanstein

#endif
