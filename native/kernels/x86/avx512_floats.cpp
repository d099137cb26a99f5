// The float work on AVX-512: 16 lanes are one register.
// Flags: -mavx512f -mavx512bw -mavx512dq -mavx512vl -mfma
#include "lanes512.h"

namespace ryzanstein {

RYZANSTEIN_INLINE Ints add_pairs(Ints sums, Ints words, Pair pair) {
  return _mm512_add_epi32(sums, _mm512_madd_epi16(words, pair));
}

}  // namespace ryzanstein

// Written over the lanes above:
#include "../lanes_attention.h"

namespace ryzanstein {

extern const FloatKernels kAvx512Floats = kOverLanes;

}  // namespace ryzanstein
