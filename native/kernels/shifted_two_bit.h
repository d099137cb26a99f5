// Blocks of R16-2B with one unit of sums per token, for few registers or 16-bit sums. The including file
// first defines Unit and its operations, accumulate (sums of codes 0..2 x activations, in any form that holds
// kUnitsPerDrain units) and widen (that form to int32 sums); kSlowAccumulate says that few tokens need two
// sets of sums to hide its latency. Everything here is static.
#ifndef RYZANSTEIN_KERNELS_SHIFTED_TWO_BIT_H_
#define RYZANSTEIN_KERNELS_SHIFTED_TWO_BIT_H_

#include "products.h"

namespace ryzanstein {

// Digits are shifted down to codes 0..2 before they are multiplied.
template <int T>
static void shifted_two_bit_block(const uint8_t* block, int units, const uint8_t* prepared,
                                  size_t prepared_bytes, int32_t* y, ptrdiff_t y_stride) {
  constexpr int kSets = T <= 2 && kSlowAccumulate ? 2 : 1;
  const Unit mask = all_bytes(3);
  const uint8_t* x = prepared + kPreparedHeader;
  for (int done = 0; done < units; done += kUnitsPerDrain) {
    const int here = units - done < kUnitsPerDrain ? units - done : kUnitsPerDrain;
    Unit sums[kSets][T];
#pragma GCC unroll 8
    for (int i = 0; i < kSets * T; i++) sums[i / T][i % T] = zero();
    for (int i = 0; i < here; i++, block += 64, x += 16) {
      prefetch(block + kPrefetchAhead);
      const Unit v = load(block);
      const Unit digits[4] = {bits_and(v, mask), bits_and(shift_words<2>(v), mask),
                              bits_and(shift_words<4>(v), mask), bits_and(shift_words<6>(v), mask)};
#pragma GCC unroll 4
      for (int d = 0; d < 4; d++) {
#pragma GCC unroll 8
        for (int t = 0; t < T; t++) {
          const uint8_t* row = x + static_cast<size_t>(t) * prepared_bytes + 4 * d;
          sums[d % kSets][t] = accumulate(sums[d % kSets][t], digits[d], broadcast(row));
        }
      }
    }
#pragma GCC unroll 8
    for (int t = 0; t < T; t++) {
      const Unit before = done > 0
                              ? load_sums(y + t * y_stride)
                              : all_ints(-prepared_sum(prepared + static_cast<size_t>(t) * prepared_bytes));
      const Unit sum = widen(sums[0][t]);
      store_sums(y + t * y_stride, add(before, kSets == 2 ? add(sum, widen(sums[1][t])) : sum));
    }
  }
}

}  // namespace ryzanstein

#endif
