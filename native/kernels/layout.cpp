// Packing of weights and preparing of activations for the layouts drawn in layout.h; plain code for any CPU.
#include "layout.h"

#include <string.h>

namespace ryzanstein {

constexpr size_t kUnit = 64;

static size_t units(int columns, int per_unit) {
  return (static_cast<size_t>(columns) + static_cast<size_t>(per_unit) - 1) / static_cast<size_t>(per_unit);
}

size_t two_bit_block_bytes(int columns) { return units(columns, 16) * kUnit; }
size_t five_trit_block_bytes(int columns) { return units(columns, 20) * kUnit; }
size_t byte_block_bytes(int columns) { return units(columns, 4) * kUnit; }
size_t lut32_block_bytes(int columns) { return units(columns, 8) * kUnit; }
size_t lut64_block_bytes(int columns) { return units(columns, 4) * kUnit; }
size_t lut_prepared_bytes(int columns) { return kPreparedHeader + units(columns, 8) * kUnit; }

// Weight + 1 of four neighbours, a byte each. A unit is computed so, four bytes in a word: no sum or product
// of codes leaves its byte.
static uint32_t four_codes(const int8_t* row) {
  uint32_t four;
  memcpy(&four, row, 4);
  return ((four & 0x03030303u) + 0x01010101u) & 0x03030303u;
}

// `count` weights of a row from `begin` on; where the row ends before, in `padded`, with zeros behind.
static const int8_t* whole_unit(const int8_t* row, int begin, int count, int columns, int8_t* padded) {
  if (row != nullptr && begin + count <= columns) return row + begin;
  for (int i = 0; i < count; i++) padded[i] = row != nullptr && begin + i < columns ? row[begin + i] : 0;
  return padded;
}

void pack_two_bit_row(const int8_t* weights, int row, int columns, void* block) {
  uint8_t* out = static_cast<uint8_t*>(block) + 4 * row;
  const int count = static_cast<int>(units(columns, 16));
  for (int i = 0; i < count; i++, out += kUnit) {
    int8_t padded[16];
    const int8_t* w = whole_unit(weights, 16 * i, 16, columns, padded);
    const uint32_t four =
        four_codes(w) | four_codes(w + 4) << 2 | four_codes(w + 8) << 4 | four_codes(w + 12) << 6;
    memcpy(out, &four, 4);
  }
}

void pack_five_trit_row(const int8_t* weights, int row, int columns, void* block) {
  uint8_t* out = static_cast<uint8_t*>(block) + 4 * row;
  const int count = static_cast<int>(units(columns, 20));
  for (int i = 0; i < count; i++, out += kUnit) {
    int8_t padded[20];
    const int8_t* w = whole_unit(weights, 20 * i, 20, columns, padded);
    const uint32_t pair = four_codes(w + 12) + 3 * four_codes(w + 16);
    const uint32_t triple = four_codes(w) + 3 * four_codes(w + 4) + 9 * four_codes(w + 8);
    const uint32_t group = triple >> 2 & 0x3F3F3F3Fu;
    // u = pair < 8 ? 8 * pair + group : 8 * group + 7
    const uint32_t last = (pair >> 3 & 0x01010101u) * 0xFF;
    const uint32_t u = ((8 * pair + group) & ~last) | ((8 * group + 0x07070707u) & last);
    const uint32_t four = u | (triple & 0x03030303u) << 6;
    memcpy(out, &four, 4);
  }
}

constexpr uint32_t kPlus128 = 0x80808080u;  // to each byte

static void pack_bytes(const int8_t* weights, int row, int columns, uint32_t flip, void* block) {
  uint8_t* out = static_cast<uint8_t*>(block) + 4 * row;
  const int count = static_cast<int>(units(columns, 4));
  for (int i = 0; i < count; i++, out += kUnit) {
    int8_t padded[4];
    uint32_t four;
    memcpy(&four, whole_unit(weights, 4 * i, 4, columns, padded), 4);
    four ^= flip;
    memcpy(out, &four, 4);
  }
}

static void unpack_bytes(const void* block, int row, int columns, uint32_t flip, int8_t* weights) {
  const uint8_t* in = static_cast<const uint8_t*>(block) + 4 * row;
  for (int k = 0; k < columns; k += 4, in += kUnit) {
    uint32_t four;
    memcpy(&four, in, 4);
    four ^= flip;
    memcpy(weights + k, &four, static_cast<size_t>(columns - k < 4 ? columns - k : 4));
  }
}

void pack_byte_row(const int8_t* weights, int row, int columns, void* block) {
  pack_bytes(weights, row, columns, kPlus128, block);
}
void unpack_byte_row(const void* block, int row, int columns, int8_t* weights) {
  unpack_bytes(block, row, columns, kPlus128, weights);
}
void pack_signed_byte_row(const int8_t* weights, int row, int columns, void* block) {
  pack_bytes(weights, row, columns, 0, block);
}
void unpack_signed_byte_row(const void* block, int row, int columns, int8_t* weights) {
  unpack_bytes(block, row, columns, 0, weights);
}

static void pack_planes(const int8_t* weights, int row, int columns, int block_rows, void* block) {
  const int quarter = block_rows / 4;
  uint8_t* out = static_cast<uint8_t*>(block) + 4 * (row % quarter) + row / quarter;
  const int count = static_cast<int>(units(columns, 4 * 64 / block_rows)) * (64 / block_rows);
  for (int i = 0; i < count; i++, out += block_rows) {
    int8_t padded[4];
    const int8_t* w = whole_unit(weights, 4 * i, 4, columns, padded);
    unsigned planes = 0;
    for (unsigned k = 0; k < 4; k++) planes |= (w[k] >= 0 ? 1u : 0u) << k | (w[k] > 0 ? 1u : 0u) << (4 + k);
    *out = static_cast<uint8_t>(planes);
  }
}

void pack_lut32_row(const int8_t* weights, int row, int columns, void* block) {
  pack_planes(weights, row, columns, 32, block);
}

void pack_lut64_row(const int8_t* weights, int row, int columns, void* block) {
  pack_planes(weights, row, columns, 64, block);
}

// u -> t4 | g << 2 | t3 << 6, for u = 8 * pair + g and, where g would be 7, u = 8 * g + 7 with pair 8.
#define RYZANSTEIN_PAIR(p, g) static_cast<uint8_t>((p) / 3 | (g) << 2 | (p) % 3 << 6)
#define RYZANSTEIN_PAIR_ROW(p)                                                                \
  RYZANSTEIN_PAIR(p, 0), RYZANSTEIN_PAIR(p, 1), RYZANSTEIN_PAIR(p, 2), RYZANSTEIN_PAIR(p, 3), \
      RYZANSTEIN_PAIR(p, 4), RYZANSTEIN_PAIR(p, 5), RYZANSTEIN_PAIR(p, 6),                    \
      RYZANSTEIN_PAIR(8, (p) < 7 ? (p) : 0)
alignas(64) const uint8_t kPairTable[64] = {
    RYZANSTEIN_PAIR_ROW(0), RYZANSTEIN_PAIR_ROW(1), RYZANSTEIN_PAIR_ROW(2), RYZANSTEIN_PAIR_ROW(3),
    RYZANSTEIN_PAIR_ROW(4), RYZANSTEIN_PAIR_ROW(5), RYZANSTEIN_PAIR_ROW(6), RYZANSTEIN_PAIR_ROW(7)};

// c -> t0 | t1 << 2 | t2 << 4; c above 26 does not occur.
#define RYZANSTEIN_TRIPLE(c) static_cast<uint8_t>((c) > 26 ? 0 : (c) % 3 | (c) / 3 % 3 << 2 | (c) / 9 << 4)
#define RYZANSTEIN_TRIPLE_ROW(c)                                                                            \
  RYZANSTEIN_TRIPLE(c), RYZANSTEIN_TRIPLE((c) + 1), RYZANSTEIN_TRIPLE((c) + 2), RYZANSTEIN_TRIPLE((c) + 3), \
      RYZANSTEIN_TRIPLE((c) + 4), RYZANSTEIN_TRIPLE((c) + 5), RYZANSTEIN_TRIPLE((c) + 6),                   \
      RYZANSTEIN_TRIPLE((c) + 7)
alignas(64) const uint8_t kTripleTable[64] = {RYZANSTEIN_TRIPLE_ROW(0),  RYZANSTEIN_TRIPLE_ROW(8),
                                              RYZANSTEIN_TRIPLE_ROW(16), RYZANSTEIN_TRIPLE_ROW(24),
                                              RYZANSTEIN_TRIPLE_ROW(32), RYZANSTEIN_TRIPLE_ROW(40),
                                              RYZANSTEIN_TRIPLE_ROW(48), RYZANSTEIN_TRIPLE_ROW(56)};

size_t dot_prepared_bytes(int columns) {
  return static_cast<size_t>(kPreparedHeader) + units(columns, kPreparedStep) * kPreparedStep + kPreparedStep;
}

void prepare_dot(const int8_t* x, int columns, void* prepared) {
  uint8_t* out = static_cast<uint8_t*>(prepared);
  int32_t sum = 0;
  for (int k = 0; k < columns; k++) sum += x[k];
  memset(out, 0, kPreparedHeader);
  memcpy(out, &sum, sizeof sum);
  memcpy(out + kPreparedHeader, x, static_cast<size_t>(columns));
  memset(out + kPreparedHeader + columns, 0,
         dot_prepared_bytes(columns) - kPreparedHeader - static_cast<size_t>(columns));
}

}  // namespace ryzanstein
