// VPDPBUSD on AVX-512 registers. g++ 12 copies registers around the intrinsic and does not fold the broadcast
// into it, which costs up to a quarter of the speed: hence the assembly.
#ifndef RYZANSTEIN_KERNELS_X86_DOT512_H_
#define RYZANSTEIN_KERNELS_X86_DOT512_H_

#include "units512.h"

namespace ryzanstein {

// sums[row] += 4 unsigned codes of the row x 4 signed activations
#if defined(__GNUC__)
RYZANSTEIN_INLINE Unit dot_broadcast(Unit sums, Unit codes, const uint8_t* x) {
  __asm__("vpdpbusd %2%{1to16%}, %1, %0"
          : "+v"(sums)
          : "v"(codes), "m"(*reinterpret_cast<const int32_t*>(x)));
  return sums;
}
// The same, `four` activations of a token being in a register already.
RYZANSTEIN_INLINE Unit dot(Unit sums, Unit codes, Broadcast four) {
  __asm__("vpdpbusd %2, %1, %0" : "+v"(sums) : "v"(codes), "v"(four));
  return sums;
}
#else
RYZANSTEIN_INLINE Unit dot_broadcast(Unit sums, Unit codes, const uint8_t* x) {
  return _mm512_dpbusd_epi32(sums, codes, broadcast(x));
}
RYZANSTEIN_INLINE Unit dot(Unit sums, Unit codes, Broadcast four) {
  return _mm512_dpbusd_epi32(sums, codes, four);
}
#endif

}  // namespace ryzanstein

#endif
