// The float work on AVX-512 with VNNI, which adds up the products of words at once.
// Flags: -mavx512f -mavx512bw -mavx512dq -mavx512vl -mavx512vnni -mfma
#include "lanes512.h"

namespace ryzanstein {

RYZANSTEIN_INLINE Ints add_pairs(Ints sums, Ints words, Pair pair) {
  return _mm512_dpwssd_epi32(sums, words, pair);
}

}  // namespace ryzanstein

// Written over the lanes above:
#include "../lanes_attention.h"

namespace ryzanstein {

extern const FloatKernels kAvx512VnniFloats = kOverLanes;

}  // namespace ryzanstein
