// Blocks of the R16 layouts with dot products of four bytes, written once for every register width. The
// including file first defines Unit and its operations (units.h of its folder), kByteOffset and
// dot_broadcast; everything is static.
#ifndef RYZANSTEIN_KERNELS_DOT_PRODUCTS_H_
#define RYZANSTEIN_KERNELS_DOT_PRODUCTS_H_

#include "products.h"

namespace ryzanstein {

// sums[t][d] += digit d of a unit, in place, times token t's activations.
template <int T>
RYZANSTEIN_INLINE void add_two_bit_unit(Unit sums[T][4], const uint8_t* unit, const uint8_t* x,
                                        size_t prepared_bytes) {
  prefetch(unit + kPrefetchAhead);
  const Unit v = load(unit);
  const Unit d0 = bits_and(v, all_bytes(0x03)), d1 = bits_and(v, all_bytes(0x0c));
  const Unit d2 = bits_and(v, all_bytes(0x30)), d3 = bits_and(v, all_bytes(0xc0));
#pragma GCC unroll 6
  for (int t = 0; t < T; t++, x += prepared_bytes) {
    sums[t][0] = dot_broadcast(sums[t][0], d0, x);
    sums[t][1] = dot_broadcast(sums[t][1], d1, x + 4);
    sums[t][2] = dot_broadcast(sums[t][2], d2, x + 8);
    sums[t][3] = dot_broadcast(sums[t][3], d3, x + 12);
  }
}

// R16-2B, digits masked in place: digit d counts 4^d, taken back by a shift of its own sums. T * 4
// units of registers. Exact while 64 * 2 * 127 * columns / 4 < 2^31: columns < 528,000. One token with many
// registers uses two sets of sums to hide the latency of the multiply-adds.
template <int T>
static void masked_two_bit_block(const uint8_t* block, int units, const uint8_t* prepared,
                                 size_t prepared_bytes, int32_t* y, ptrdiff_t y_stride) {
  constexpr int kSets = T == 1 && kManyRegisters ? 2 : 1;
  Unit sums[kSets][T][4];
#pragma GCC unroll 24
  for (int i = 0; i < kSets * T * 4; i++) sums[i / (4 * T)][i / 4 % T][i % 4] = zero();
  const uint8_t* x = prepared + kPreparedHeader;
  int i = 0;
  for (; i + kSets <= units; i += kSets) {
#pragma GCC unroll 2
    for (int s = 0; s < kSets; s++, block += 64, x += 16)
      add_two_bit_unit<T>(sums[s], block, x, prepared_bytes);
  }
  if (i < units) add_two_bit_unit<T>(sums[0], block, x, prepared_bytes);
#pragma GCC unroll 6
  for (int t = 0; t < T; t++) {
    Unit c[4];
#pragma GCC unroll 4
    for (int d = 0; d < 4; d++) c[d] = kSets == 2 ? add(sums[0][t][d], sums[kSets - 1][t][d]) : sums[0][t][d];
    const Unit low = add(c[0], shift_sums<2>(c[1])), high = add(shift_sums<4>(c[2]), shift_sums<6>(c[3]));
    const Unit bias = all_ints(prepared_sum(prepared + static_cast<size_t>(t) * prepared_bytes));
    store_sums(y + t * y_stride, subtract(add(low, high), bias));
  }
}

template <int T>
RYZANSTEIN_INLINE void add_byte_unit(Unit sums[T], const uint8_t* unit, const uint8_t* x,
                                     size_t prepared_bytes) {
  prefetch(unit + kPrefetchAhead);
  const Unit v = load(unit);
#pragma GCC unroll 12
  for (int t = 0; t < T; t++, x += prepared_bytes) sums[t] = dot_broadcast(sums[t], v, x);
}

// R16-8: the packed units are operands already. Few tokens use several sets of sums to hide latency.
template <int T>
static void byte_block(const uint8_t* block, int units, const uint8_t* prepared, size_t prepared_bytes,
                       int32_t* y, ptrdiff_t y_stride) {
  constexpr int kSets = T == 1 ? 4 : T <= 3 && kManyRegisters ? 2 : 1;
  Unit sums[kSets][T];
#pragma GCC unroll 12
  for (int i = 0; i < kSets * T; i++) sums[i / T][i % T] = zero();
  const uint8_t* x = prepared + kPreparedHeader;
  int i = 0;
  for (; i + kSets <= units; i += kSets) {
#pragma GCC unroll 4
    for (int s = 0; s < kSets; s++, block += 64, x += 4) add_byte_unit<T>(sums[s], block, x, prepared_bytes);
  }
  for (; i < units; i++, block += 64, x += 4) add_byte_unit<T>(sums[0], block, x, prepared_bytes);
#pragma GCC unroll 12
  for (int t = 0; t < T; t++) {
    Unit sum = sums[0][t];
#pragma GCC unroll 4
    for (int s = 1; s < kSets; s++) sum = add(sum, sums[s][t]);
    const Unit bias =
        all_ints(kByteOffset * prepared_sum(prepared + static_cast<size_t>(t) * prepared_bytes));
    store_sums(y + t * y_stride, subtract(sum, bias));
  }
}

}  // namespace ryzanstein

#endif
