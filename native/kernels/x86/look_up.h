// The T-MAC product: no multiplication, only table look-ups and additions, after Wei et al., "T-MAC: CPU
// Renaissance via Table Lookup for Low-Bit LLM Deployment on Edge" (2024), made exact: the 16-bit table
// entries are split into 7 low bits and the rest, and both kinds of byte sums are drained before they can
// overflow. The including file defines Bytes (one register of rows) and its operations; everything here is
// static.
#ifndef RYZANSTEIN_KERNELS_X86_LOOK_UP_H_
#define RYZANSTEIN_KERNELS_X86_LOOK_UP_H_

#include <immintrin.h>

#include "../layout.h"
#include "../prefetch.h"

namespace ryzanstein {

// Per unit a row adds two entries of -4..3 above the low bits: 16 units reach -128.
constexpr int kUnitsPerDrain = 16;

// Tables for LUT32 and LUT64, see layout.h: the 16 sums of each 4 activations, built in 16 words at once.
static void prepare_tables(const int8_t* x, int columns, void* prepared) {
  uint8_t* out = static_cast<uint8_t*>(prepared);
  const __m256i index = _mm256_setr_epi16(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
  __m256i selected[4];
  for (int i = 0; i < 4; i++) {
    const __m256i bit = _mm256_set1_epi16(static_cast<int16_t>(1 << i));
    selected[i] = _mm256_cmpeq_epi16(_mm256_and_si256(index, bit), bit);
  }
  int32_t sum = 0;
  uint8_t* table = out + kPreparedHeader;
  const int groups = (columns + 7) / 8 * 2;  // whole 64-byte lines
  for (int g = 0; g < groups; g++, table += 32) {
    __m256i entries = _mm256_setzero_si256();
    for (int i = 0; i < 4; i++) {
      const int16_t value = 4 * g + i < columns ? x[4 * g + i] : static_cast<int16_t>(0);
      sum += value;
      entries = _mm256_add_epi16(entries, _mm256_and_si256(selected[i], _mm256_set1_epi16(value)));
    }
    const __m256i low = _mm256_and_si256(entries, _mm256_set1_epi16(127)),
                  high = _mm256_srai_epi16(entries, 7);
    const __m256i bytes = _mm256_permute4x64_epi64(_mm256_packs_epi16(low, high), 0xd8);
    _mm256_store_si256(reinterpret_cast<__m256i*>(table), bytes);
  }
  *reinterpret_cast<int32_t*>(out) = sum;
}

// One block of kRows rows times one vector.
static void look_up_block(const uint8_t* block, int units, const uint8_t* prepared, int32_t* y) {
  const uint8_t* table = prepared + kPreparedHeader;
  const int32_t bias = *reinterpret_cast<const int32_t*>(prepared);
  Bytes totals[4] = {all_ints(-bias), all_ints(-bias), all_ints(-bias), all_ints(-bias)};
  for (int done = 0; done < units; done += kUnitsPerDrain) {
    const int here = units - done < kUnitsPerDrain ? units - done : kUnitsPerDrain;
    // Sums of the low bits: `pairs` adds whole words (even byte + 256 * odd byte), `odds` the odd bytes
    // alone.
    Bytes pairs = none(), odds = none(), above = none();
    for (int i = 0; i < here; i++, block += kRows, table += 32) {
      prefetch(block + kPrefetchAhead);
      const Bytes v = load(block), first = low_nibbles(v), second = high_nibbles(v);
      const Bytes low = broadcast_table(table), high = broadcast_table(table + 16);
      const Bytes lows = add_bytes(look_up(low, first), look_up(low, second));  // at most 254
      pairs = add_words(pairs, lows);
      odds = add_words(odds, odd_bytes(lows));
      above = add_bytes(above, add_bytes(look_up(high, first), look_up(high, second)));
    }
    // Words: even byte rows and odd byte rows, at most 16 * 2 * 508 each way.
    const Bytes even = add_words(subtract_words(pairs, up_one_byte(odds)), scale_above(up_one_byte(above)));
    const Bytes odd = add_words(odds, scale_above(above));
    totals[0] = add_ints(totals[0], even_words(even));
    totals[1] = add_ints(totals[1], even_words(odd));
    totals[2] = add_ints(totals[2], odd_words(even));
    totals[3] = add_ints(totals[3], odd_words(odd));
  }
  for (int j = 0; j < 4; j++) store_ints(y + j * kRows / 4, totals[j]);
}

// A block stays in the cache while the tokens pass over it.
static void look_up_blocks(const void* blocks, size_t block_bytes, int block_count, int columns,
                           const void* prepared, int tokens, int32_t* y, ptrdiff_t y_stride) {
  const uint8_t* w = static_cast<const uint8_t*>(blocks);
  const uint8_t* x = static_cast<const uint8_t*>(prepared);
  for (int b = 0; b < block_count; b++, w += block_bytes, y += kRows) {
    for (int t = 0; t < tokens; t++) {
      look_up_block(w, (columns + 3) / 4, x + static_cast<size_t>(t) * lut_prepared_bytes(columns),
                    y + t * y_stride);
    }
  }
}

}  // namespace ryzanstein

#endif
