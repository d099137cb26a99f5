// AMX: batches of 16 tokens and more in tiles of 16 tokens x 16 rows; fewer tokens as AVX-512 VNNI multiplies
// them.
// Flags: -mavx512f -mavx512bw -mavx512dq -mavx512vl -mavx512vnni -mamx-tile -mamx-int8 -mfma
#include "../products.h"
#include "shared.h"
#include "tiles.h"
#include "units512.h"

namespace ryzanstein {

// Four tiles of sums (token group g, block b in tile 2 * g + b), two of activations (4 + g), two of weights
// (6 + b). An unpacked R16 unit is one row of a weights tile: 4 columns of 16 rows; 16 units are a tile of 64
// columns.
constexpr int kTileBytes = 1024;
constexpr int kColumnsInCache = 640;  // 2 blocks x 16 rows x 640 bytes stay in the L1 cache

// Tiles for two groups of tokens, of 16 tokens each unless the last has fewer.
static void shape_tiles(int first_group, int second_group) {
  TileShapes shapes = {};
  for (int i = 0; i < 8; i++) {
    const bool weights = i >= 6, second = i == 2 || i == 3 || i == 5;
    shapes.row_bytes[i] = 64;
    shapes.rows[i] = static_cast<uint8_t>(weights ? 16 : second ? second_group : first_group);
  }
  set_up_tiles(shapes);
}

// G groups of tokens x B blocks over `tiles` weight tiles of each block. Sums start from y.
template <int G, int B>
static void multiply_tiles(const uint8_t* const codes[2], int tiles, const uint8_t* x, size_t prepared_bytes,
                           int32_t* y, ptrdiff_t y_stride) {
  const size_t row_bytes = static_cast<size_t>(y_stride) * sizeof(int32_t);
  int32_t* y1 = y + kTileTokens * y_stride;
  const uint8_t* x1 = x + kTileTokens * prepared_bytes;
  finish_stores(codes);
  _tile_loadd(0, y, row_bytes);
  if (B == 2) _tile_loadd(1, y + 16, row_bytes);
  if (G == 2) _tile_loadd(2, y1, row_bytes);
  if (G == 2 && B == 2) _tile_loadd(3, y1 + 16, row_bytes);
  for (int i = 0; i < tiles; i++) {
    _tile_loadd(6, codes[0] + i * kTileBytes, 64);
    _tile_loadd(4, x + i * kTileColumns, prepared_bytes);
    _tile_dpbsud(0, 4, 6);
    if (B == 2) {
      _tile_loadd(7, codes[1] + i * kTileBytes, 64);
      _tile_dpbsud(1, 4, 7);
    }
    if (G == 2) {
      _tile_loadd(5, x1 + i * kTileColumns, prepared_bytes);
      _tile_dpbsud(2, 5, 6);
      if (B == 2) _tile_dpbsud(3, 5, 7);
    }
  }
  _tile_stored(0, y, row_bytes);
  if (B == 2) _tile_stored(1, y + 16, row_bytes);
  if (G == 2) _tile_stored(2, y1, row_bytes);
  if (G == 2 && B == 2) _tile_stored(3, y1 + 16, row_bytes);
}

// Codes of `unit_count` units from unit `first` of a block: the layout's own unpacking, or the units as they
// are.
using UnpackFunction = void (*)(const uint8_t* units, int unit_count, uint8_t* out);

static void unpack_two_bits(const uint8_t* units, int unit_count, uint8_t* out) {
  const Unit mask = all_bytes(3);
  for (int i = 0; i < unit_count; i++, units += 64, out += 256) {
    const Unit v = load(units);
    store(out, bits_and(v, mask));
    store(out + 64, bits_and(shift_words<2>(v), mask));
    store(out + 128, bits_and(shift_words<4>(v), mask));
    store(out + 192, bits_and(shift_words<6>(v), mask));
  }
}

static void copy_units(const uint8_t* units, int unit_count, uint8_t* out) {
  for (int i = 0; i < unit_count; i++) store(out + 64 * i, load(units + 64 * i));
}

struct Product {
  const uint8_t* blocks;
  size_t block_bytes;
  int columns_per_unit;
  int bias;  // what the codes are above the weights
  const uint8_t* prepared;
  size_t prepared_bytes;
  int32_t* y;
  ptrdiff_t y_stride;
};

// Tokens in groups of shape_tiles(16, second_group); every unit of one or two blocks is unpacked once per k
// block.
template <UnpackFunction unpack>
static void multiply_groups(const Product& p, int block_count, int first_token, int tokens) {
  alignas(64) uint8_t codes[2][16 * kColumnsInCache];
  const uint8_t* const both_codes[2] = {codes[0], codes[1]};
  const int unit_count = static_cast<int>(p.block_bytes / 64), step = kColumnsInCache / p.columns_per_unit;
  for (int b = 0; b < block_count; b += 2) {
    const int blocks_here = b + 1 < block_count ? 2 : 1;
    for (int t = first_token; t < first_token + tokens; t++) {
      const Unit start =
          all_ints(-p.bias * prepared_sum(p.prepared + static_cast<size_t>(t) * p.prepared_bytes));
      for (int i = 0; i < blocks_here; i++) store_sums(p.y + t * p.y_stride + 16 * (b + i), start);
    }
    for (int u = 0; u < unit_count; u += step) {
      const int units_here = unit_count - u < step ? unit_count - u : step;
      const int columns_here = units_here * p.columns_per_unit;
      const int tiles = (columns_here + kTileColumns - 1) / kTileColumns;
      for (int i = 0; i < blocks_here; i++) {
        unpack(p.blocks + static_cast<size_t>(b + i) * p.block_bytes + static_cast<size_t>(u) * 64,
               units_here, codes[i]);
        for (int c = columns_here; c < tiles * kTileColumns; c += 4) store(codes[i] + 16 * c, zero());
      }
      const size_t first_column = static_cast<size_t>(u) * static_cast<size_t>(p.columns_per_unit);
      for (int t = first_token; t < first_token + tokens; t += 2 * kTileTokens) {
        const bool two_groups = first_token + tokens - t > kTileTokens;
        const auto multiply = two_groups ? (blocks_here == 2 ? multiply_tiles<2, 2> : multiply_tiles<2, 1>)
                                         : (blocks_here == 2 ? multiply_tiles<1, 2> : multiply_tiles<1, 1>);
        multiply(both_codes, tiles,
                 p.prepared + static_cast<size_t>(t) * p.prepared_bytes + kPreparedHeader + first_column,
                 p.prepared_bytes, p.y + t * p.y_stride + 16 * b, p.y_stride);
      }
    }
  }
}

// Whole pairs of token groups first, then what is left in tiles of its own size.
template <UnpackFunction unpack>
static void multiply_batch(const Product& p, int block_count, int tokens) {
  const int whole = tokens / (2 * kTileTokens) * (2 * kTileTokens), rest = tokens - whole;
  if (whole > 0) {
    shape_tiles(kTileTokens, kTileTokens);
    multiply_groups<unpack>(p, block_count, 0, whole);
  }
  if (rest > 0) {
    shape_tiles(rest < kTileTokens ? rest : kTileTokens,
                rest > kTileTokens ? rest - kTileTokens : kTileTokens);
    multiply_groups<unpack>(p, block_count, whole, rest);
  }
  _tile_release();
}

static void multiply_ternary(const void* blocks, int block_count, int columns, const void* prepared,
                             int tokens, int32_t* y, ptrdiff_t y_stride) {
  if (tokens < kTileTokens) {
    kAvx512VnniTernary.multiply(blocks, block_count, columns, prepared, tokens, y, y_stride);
    return;
  }
  const Product p = {static_cast<const uint8_t*>(blocks),   two_bit_block_bytes(columns), 16, 1,
                     static_cast<const uint8_t*>(prepared), dot_prepared_bytes(columns),  y,  y_stride};
  multiply_batch<unpack_two_bits>(p, block_count, tokens);
}

static void multiply_int8(const void* blocks, int block_count, int columns, const void* prepared, int tokens,
                          int32_t* y, ptrdiff_t y_stride) {
  if (tokens < kTileTokens) {
    kAvx512VnniInt8.multiply(blocks, block_count, columns, prepared, tokens, y, y_stride);
    return;
  }
  const Product p = {static_cast<const uint8_t*>(blocks),   byte_block_bytes(columns),   4, 128,
                     static_cast<const uint8_t*>(prepared), dot_prepared_bytes(columns), y, y_stride};
  multiply_batch<copy_units>(p, block_count, tokens);
}

static const MatrixKernel kTernary = {16,          two_bit_block_bytes, pack_two_bit_row, dot_prepared_bytes,
                                      prepare_dot, multiply_ternary};
static const MatrixKernel kInt8 = {16,          byte_block_bytes, pack_byte_row,  dot_prepared_bytes,
                                   prepare_dot, multiply_int8,    unpack_byte_row};

extern const Kernels kAmx = {&kTernary, &kInt8, &kAvx512VnniFloats, kAmxGrouped};

}  // namespace ryzanstein
