// VPDPBUSD of AVX-VNNI on 256 bits. g++ 12 copies registers around the intrinsic: hence the assembly.
#ifndef RYZANSTEIN_KERNELS_X86_DOT256_H_
#define RYZANSTEIN_KERNELS_X86_DOT256_H_

#include "units256.h"

namespace ryzanstein {

// sums[row] += 4 unsigned codes of the row x 4 signed activations
#if defined(__GNUC__)
RYZANSTEIN_INLINE __m256i dot(__m256i sums, __m256i codes, Broadcast x) {
  __asm__("%{vex%} vpdpbusd %2, %1, %0" : "+x"(sums) : "x"(codes), "x"(x));
  return sums;
}
#else
RYZANSTEIN_INLINE __m256i dot(__m256i sums, __m256i codes, Broadcast x) {
  return _mm256_dpbusd_avx_epi32(sums, codes, x);
}
#endif

}  // namespace ryzanstein

#endif
