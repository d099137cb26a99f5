// One 64-byte unit of a packed block in two AVX2 registers: rows 0-7 and rows 8-15; likewise 16 int32 sums.
#ifndef RYZANSTEIN_KERNELS_X86_UNITS256_H_
#define RYZANSTEIN_KERNELS_X86_UNITS256_H_

#include <immintrin.h>

#include "../contracts.h"

namespace ryzanstein {

struct Unit {
  __m256i low, high;
};
using Broadcast = __m256i;  // 4 activations, the same for every row

// VPDPBUSD takes unsigned bytes: int8 weights are packed with this added.
constexpr int kByteOffset = 128;
constexpr bool kManyRegisters = false;

RYZANSTEIN_INLINE const __m256i* registers(const void* p) { return static_cast<const __m256i*>(p); }

// Keeps g++ from moving all loads of an unrolled loop to its front, which does not fit into 16 registers.
RYZANSTEIN_INLINE __m256i in_place(__m256i v) {
#if defined(__GNUC__)
  __asm__("" : "+x"(v));
#endif
  return v;
}

RYZANSTEIN_INLINE Unit load(const uint8_t* p) {
  return {_mm256_load_si256(registers(p)), _mm256_load_si256(registers(p) + 1)};
}
RYZANSTEIN_INLINE Unit zero() { return {_mm256_setzero_si256(), _mm256_setzero_si256()}; }
RYZANSTEIN_INLINE Unit all_bytes(int v) {
  const __m256i r = _mm256_set1_epi8(static_cast<char>(v));
  return {r, r};
}
RYZANSTEIN_INLINE Unit all_ints(int32_t v) {
  const __m256i r = _mm256_set1_epi32(v);
  return {r, r};
}
RYZANSTEIN_INLINE Unit bits_and(Unit a, Unit b) {
  return {_mm256_and_si256(a.low, b.low), _mm256_and_si256(a.high, b.high)};
}
RYZANSTEIN_INLINE Unit add(Unit a, Unit b) {
  return {_mm256_add_epi32(a.low, b.low), _mm256_add_epi32(a.high, b.high)};
}
RYZANSTEIN_INLINE Unit subtract(Unit a, Unit b) {
  return {_mm256_sub_epi32(a.low, b.low), _mm256_sub_epi32(a.high, b.high)};
}
// Within 16-bit words: bits that come from a neighbouring byte must be masked away.
template <int n>
RYZANSTEIN_INLINE Unit shift_words(Unit v) {
  return {_mm256_srli_epi16(v.low, n), _mm256_srli_epi16(v.high, n)};
}
template <int n>
RYZANSTEIN_INLINE Unit shift_sums(Unit v) {
  return {_mm256_srai_epi32(v.low, n), _mm256_srai_epi32(v.high, n)};
}
RYZANSTEIN_INLINE Unit load_sums(const int32_t* y) {
  return {_mm256_loadu_si256(registers(y)), _mm256_loadu_si256(registers(y) + 1)};
}
RYZANSTEIN_INLINE void store_sums(int32_t* y, Unit v) {
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(y), v.low);
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(y) + 1, v.high);
}
RYZANSTEIN_INLINE Broadcast broadcast(const uint8_t* x) {
  return _mm256_set1_epi32(*reinterpret_cast<const int32_t*>(x));
}

// 4 rows x 4 columns of an R16-8 unit as unsigned words, register 0 to 3 of it.
using Words = __m256i;
constexpr int kWordRegisters = 4;
RYZANSTEIN_INLINE Words load_words(const uint8_t* unit, int i) {
  return _mm256_cvtepu8_epi16(_mm_load_si128(reinterpret_cast<const __m128i*>(unit) + i));
}
RYZANSTEIN_INLINE Words no_words() { return _mm256_setzero_si256(); }
RYZANSTEIN_INLINE Words broadcast_words(const uint8_t* x) {
  return _mm256_set1_epi64x(*reinterpret_cast<const int64_t*>(x));
}
RYZANSTEIN_INLINE Words multiply_words(Words sums, Words w, Words x) {
  return in_place(_mm256_add_epi32(sums, _mm256_madd_epi16(w, x)));
}
// Two partial sums per row, side by side, become one.
RYZANSTEIN_INLINE Unit fold_rows(const Words sums[kWordRegisters]) {
  return {_mm256_permute4x64_epi64(_mm256_hadd_epi32(sums[0], sums[1]), 0xd8),
          _mm256_permute4x64_epi64(_mm256_hadd_epi32(sums[2], sums[3]), 0xd8)};
}

// Words of code sums in 0..508 x sign: a unit of codes 0..2 times activations, added up in 16 bits.
RYZANSTEIN_INLINE Unit accumulate_words(Unit sums, Unit codes, Broadcast x) {
  return {in_place(_mm256_add_epi16(sums.low, _mm256_maddubs_epi16(codes.low, x))),
          in_place(_mm256_add_epi16(sums.high, _mm256_maddubs_epi16(codes.high, x)))};
}
RYZANSTEIN_INLINE Unit widen_words(Unit sums) {
  const __m256i ones = _mm256_set1_epi16(1);
  return {_mm256_madd_epi16(sums.low, ones), _mm256_madd_epi16(sums.high, ones)};
}

}  // namespace ryzanstein

#endif
