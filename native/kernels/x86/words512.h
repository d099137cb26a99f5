// What VPDPBUSD does, on AVX-512 registers without VNNI: products of bytes, and then of words, added in
// pairs.
#ifndef RYZANSTEIN_KERNELS_X86_WORDS512_H_
#define RYZANSTEIN_KERNELS_X86_WORDS512_H_

#include "units512.h"

namespace ryzanstein {

constexpr bool kHasDot = false;

// sums[row] += 4 unsigned codes of the row, up to `largest`, x 4 signed activations
template <int largest>
RYZANSTEIN_INLINE Unit dot(Unit sums, Unit codes, Broadcast four) {
  const Unit ones = _mm512_set1_epi16(1);
  if constexpr (2 * 127 * largest <= 32767) {
    return add(sums, _mm512_madd_epi16(_mm512_maddubs_epi16(codes, four), ones));
  }
  // Two nibbles, for the sum of two products with larger codes does not fit a word.
  const Unit low = _mm512_maddubs_epi16(bits_and(codes, all_bytes(15)), four);
  const Unit high = _mm512_maddubs_epi16(bits_and(shift_words<4>(codes), all_bytes(15)), four);
  const Unit sixteens = _mm512_set1_epi16(16);
  return add(add(sums, _mm512_madd_epi16(low, ones)), _mm512_madd_epi16(high, sixteens));
}
template <int largest>
RYZANSTEIN_INLINE Unit dot_broadcast(Unit sums, Unit codes, const uint8_t* x) {
  return dot<largest>(sums, codes, broadcast(x));
}

}  // namespace ryzanstein

#endif
