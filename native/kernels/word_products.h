// Blocks of the R16 layouts without a dot product of bytes: VPMADDUBSW for ternary, VPMADDWD for int8
// weights. The including file includes units256.h or units512.h first; everything here is static.
#ifndef RYZANSTEIN_KERNELS_WORD_PRODUCTS_H_
#define RYZANSTEIN_KERNELS_WORD_PRODUCTS_H_

#include "products.h"

namespace ryzanstein {

// Each unit adds 4 pairs of products, at most 2 * 2 * 127 each, to a word: 16 units make 32,512, one more
// would overflow.
constexpr int kUnitsPerDrain = 16;
constexpr bool kSlowAccumulate = false;
RYZANSTEIN_INLINE Unit accumulate(Unit sums, Unit codes, Broadcast x) {
  return accumulate_words(sums, codes, x);
}
RYZANSTEIN_INLINE Unit widen(Unit sums) { return widen_words(sums); }

}  // namespace ryzanstein

#include "shifted_two_bit.h"

namespace ryzanstein {

// The prepared form for int8 weights: the sum as in the R16 layouts, then the vector as int16, padded with
// zeros.
static size_t word_prepared_bytes(int columns) {
  return kPreparedHeader + (static_cast<size_t>(columns) + 31) / 32 * 64;
}

static void prepare_words(const int8_t* x, int columns, void* prepared) {
  uint8_t* out = static_cast<uint8_t*>(prepared);
  int16_t* words = reinterpret_cast<int16_t*>(out + kPreparedHeader);
  int32_t sum = 0;
  for (int k = 0; k < columns; k++) {
    words[k] = x[k];
    sum += x[k];
  }
  for (int k = columns; k % 32 != 0; k++) words[k] = 0;
  *reinterpret_cast<int32_t*>(out) = sum;
}

// R16-8: bytes become words, products of words are added in pairs.
template <int T>
static void word_block(const uint8_t* block, int units, const uint8_t* prepared, size_t prepared_bytes,
                       int32_t* y, ptrdiff_t y_stride) {
  Words sums[T][kWordRegisters];
#pragma GCC unroll 8
  for (int t = 0; t < T; t++) {
#pragma GCC unroll 4
    for (int i = 0; i < kWordRegisters; i++) sums[t][i] = no_words();
  }
  const uint8_t* x = prepared + kPreparedHeader;
  for (int u = 0; u < units; u++, block += 64, x += 8) {
    prefetch(block + kPrefetchAhead);
    Words broadcasts[T];
#pragma GCC unroll 8
    for (int t = 0; t < T; t++) broadcasts[t] = broadcast_words(x + static_cast<size_t>(t) * prepared_bytes);
#pragma GCC unroll 4
    for (int i = 0; i < kWordRegisters; i++) {
      const Words w = load_words(block, i);
#pragma GCC unroll 8
      for (int t = 0; t < T; t++) sums[t][i] = multiply_words(sums[t][i], w, broadcasts[t]);
    }
  }
#pragma GCC unroll 8
  for (int t = 0; t < T; t++) {
    const Unit bias = all_ints(128 * prepared_sum(prepared + static_cast<size_t>(t) * prepared_bytes));
    store_sums(y + t * y_stride, subtract(fold_rows(sums[t]), bias));
  }
}

}  // namespace ryzanstein

#endif
