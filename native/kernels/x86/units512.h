// One 64-byte unit of a packed block in one AVX-512 register; 16 int32 sums, one per row, in another.
#ifndef RYZANSTEIN_KERNELS_X86_UNITS512_H_
#define RYZANSTEIN_KERNELS_X86_UNITS512_H_

#include <immintrin.h>

#include "../contracts.h"

namespace ryzanstein {

using Unit = __m512i;
using Broadcast = __m512i;  // 4 activations, the same for every row

// VPDPBUSD takes unsigned bytes: int8 weights are packed with this added.
constexpr int kByteOffset = 128;
constexpr bool kManyRegisters = true;

// Keeps g++ from moving all loads of an unrolled loop to its front, which does not fit into 32 registers.
RYZANSTEIN_INLINE __m512i in_place(__m512i v) {
#if defined(__GNUC__)
  __asm__("" : "+v"(v));
#endif
  return v;
}

RYZANSTEIN_INLINE Unit load(const uint8_t* p) { return _mm512_load_si512(p); }
RYZANSTEIN_INLINE void store(uint8_t* p, Unit v) { _mm512_store_si512(p, v); }
RYZANSTEIN_INLINE Unit zero() { return _mm512_setzero_si512(); }
RYZANSTEIN_INLINE Unit all_bytes(int v) { return _mm512_set1_epi8(static_cast<char>(v)); }
RYZANSTEIN_INLINE Unit all_ints(int32_t v) { return _mm512_set1_epi32(v); }
RYZANSTEIN_INLINE Unit bits_and(Unit a, Unit b) { return _mm512_and_si512(a, b); }
RYZANSTEIN_INLINE Unit add(Unit a, Unit b) { return _mm512_add_epi32(a, b); }
RYZANSTEIN_INLINE Unit subtract(Unit a, Unit b) { return _mm512_sub_epi32(a, b); }
// Within 16-bit words: bits that come from a neighbouring byte must be masked away.
template <int n>
RYZANSTEIN_INLINE Unit shift_words(Unit v) {
  return _mm512_srli_epi16(v, n);
}
template <int n>
RYZANSTEIN_INLINE Unit shift_sums(Unit v) {
  return _mm512_srai_epi32(v, n);
}
RYZANSTEIN_INLINE Unit load_sums(const int32_t* y) { return _mm512_loadu_si512(y); }
RYZANSTEIN_INLINE void store_sums(int32_t* y, Unit v) { _mm512_storeu_si512(y, v); }
RYZANSTEIN_INLINE Broadcast broadcast(const uint8_t* x) {
  return _mm512_set1_epi32(*reinterpret_cast<const int32_t*>(x));
}

// 8 rows x 4 columns of an R16-8 unit as unsigned words, register 0 or 1 of it.
using Words = __m512i;
constexpr int kWordRegisters = 2;
RYZANSTEIN_INLINE Words load_words(const uint8_t* unit, int i) {
  return _mm512_cvtepu8_epi16(_mm256_load_si256(reinterpret_cast<const __m256i*>(unit) + i));
}
RYZANSTEIN_INLINE Words no_words() { return _mm512_setzero_si512(); }
RYZANSTEIN_INLINE Words broadcast_words(const uint8_t* x) {
  return _mm512_set1_epi64(*reinterpret_cast<const int64_t*>(x));
}
RYZANSTEIN_INLINE Words multiply_words(Words sums, Words w, Words x) {
  return _mm512_add_epi32(sums, _mm512_madd_epi16(w, x));
}
// Two partial sums per row, side by side, become one.
RYZANSTEIN_INLINE __m256i fold_words(Words sums) {
  const __m256i folded = _mm256_hadd_epi32(_mm512_castsi512_si256(sums), _mm512_extracti64x4_epi64(sums, 1));
  return _mm256_permute4x64_epi64(folded, 0xd8);
}
RYZANSTEIN_INLINE Unit fold_rows(const Words sums[kWordRegisters]) {
  return _mm512_inserti64x4(_mm512_castsi256_si512(fold_words(sums[0])), fold_words(sums[1]), 1);
}

// Words of code sums in 0..508 x sign: a unit of codes 0..2 times activations, added up in 16 bits.
RYZANSTEIN_INLINE Unit accumulate_words(Unit sums, Unit codes, Broadcast x) {
  return _mm512_add_epi16(sums, _mm512_maddubs_epi16(codes, x));
}
RYZANSTEIN_INLINE Unit widen_words(Unit sums) { return _mm512_madd_epi16(sums, _mm512_set1_epi16(1)); }

}  // namespace ryzanstein

#endif
