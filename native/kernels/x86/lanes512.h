// 16 lanes in one AVX-512 register, for lanes_floats.h and lanes_attention.h; the including file gives
// add_pairs.
#ifndef RYZANSTEIN_KERNELS_X86_LANES512_H_
#define RYZANSTEIN_KERNELS_X86_LANES512_H_

#include <immintrin.h>
#include <string.h>

#include "shared.h"

namespace ryzanstein {

using Lanes = __m512;

constexpr int kOutputRows = 4;
constexpr int kOutputLanes = 4;
constexpr int kKeyRows = 8;
constexpr int kKeyGroups = 2;

RYZANSTEIN_INLINE __mmask16 first(int n) { return static_cast<__mmask16>((1u << n) - 1u); }

RYZANSTEIN_INLINE Lanes zero() { return _mm512_setzero_ps(); }
RYZANSTEIN_INLINE Lanes all(float x) { return _mm512_set1_ps(x); }
RYZANSTEIN_INLINE Lanes load(const float* p) { return _mm512_loadu_ps(p); }
RYZANSTEIN_INLINE Lanes load_some(const float* p, int n) { return _mm512_maskz_loadu_ps(first(n), p); }
RYZANSTEIN_INLINE void store(float* p, Lanes x) { _mm512_storeu_ps(p, x); }
RYZANSTEIN_INLINE void store_some(float* p, int n, Lanes x) { _mm512_mask_storeu_ps(p, first(n), x); }
RYZANSTEIN_INLINE Lanes from_ints(const int32_t* p) { return _mm512_cvtepi32_ps(_mm512_loadu_si512(p)); }
RYZANSTEIN_INLINE Lanes from_ints_some(const int32_t* p, int n) {
  return _mm512_cvtepi32_ps(_mm512_maskz_loadu_epi32(first(n), p));
}
RYZANSTEIN_INLINE Lanes add(Lanes a, Lanes b) { return _mm512_add_ps(a, b); }
RYZANSTEIN_INLINE Lanes subtract(Lanes a, Lanes b) { return _mm512_sub_ps(a, b); }
RYZANSTEIN_INLINE Lanes multiply(Lanes a, Lanes b) { return _mm512_mul_ps(a, b); }
RYZANSTEIN_INLINE Lanes divide(Lanes a, Lanes b) { return _mm512_div_ps(a, b); }
RYZANSTEIN_INLINE Lanes fused(Lanes a, Lanes b, Lanes c) { return _mm512_fmadd_ps(a, b, c); }
RYZANSTEIN_INLINE Lanes fused_subtract(Lanes a, Lanes b, Lanes c) { return _mm512_fmsub_ps(a, b, c); }
RYZANSTEIN_INLINE Lanes larger(Lanes a, Lanes b) { return _mm512_max_ps(a, b); }
RYZANSTEIN_INLINE Lanes smaller(Lanes a, Lanes b) { return _mm512_min_ps(a, b); }
RYZANSTEIN_INLINE Lanes magnitude(Lanes a) { return _mm512_abs_ps(a); }
RYZANSTEIN_INLINE Lanes nearest(Lanes a) {
  return _mm512_roundscale_ps(a, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
}
RYZANSTEIN_INLINE Lanes power_of_two(Lanes n) {
  const __m512i exponent = _mm512_add_epi32(_mm512_cvtps_epi32(n), _mm512_set1_epi32(127));
  return _mm512_castsi512_ps(_mm512_slli_epi32(exponent, 23));
}
RYZANSTEIN_INLINE Lanes keep(Lanes a, int n) { return _mm512_maskz_mov_ps(first(n), a); }
template <int half>
RYZANSTEIN_INLINE Lanes partner(Lanes a) {
  if constexpr (half == 8) return _mm512_shuffle_f32x4(a, a, 0x4E);
  if constexpr (half == 4) return _mm512_shuffle_f32x4(a, a, 0xB1);
  if constexpr (half == 2) return _mm512_permute_ps(a, 0x4E);
  return _mm512_permute_ps(a, 0xB1);
}
template <int half>
RYZANSTEIN_INLINE Lanes negate_second(Lanes a) {
  constexpr __mmask16 kSecond = half == 8 ? 0xFF00 : half == 4 ? 0xF0F0 : half == 2 ? 0xCCCC : 0xAAAA;
  return _mm512_mask_xor_ps(a, kSecond, a, _mm512_set1_ps(-0.0f));
}
RYZANSTEIN_INLINE void store_bytes(int8_t* p, int n, Lanes x) {
  _mm_mask_storeu_epi8(p, first(n), _mm512_cvtepi32_epi8(_mm512_cvtps_epi32(x)));
}

// Lane i with lane i + 8, then + 4, + 2, + 1.
RYZANSTEIN_INLINE float fold_add(Lanes a) {
  const __m256 eight = _mm256_add_ps(_mm512_castps512_ps256(a), _mm512_extractf32x8_ps(a, 1));
  __m128 f = _mm_add_ps(_mm256_castps256_ps128(eight), _mm256_extractf128_ps(eight, 1));
  f = _mm_add_ps(f, _mm_movehl_ps(f, f));
  return _mm_cvtss_f32(_mm_add_ss(f, _mm_shuffle_ps(f, f, 1)));
}
RYZANSTEIN_INLINE float fold_larger(Lanes a) {
  const __m256 eight = _mm256_max_ps(_mm512_castps512_ps256(a), _mm512_extractf32x8_ps(a, 1));
  __m128 f = _mm_max_ps(_mm256_castps256_ps128(eight), _mm256_extractf128_ps(eight, 1));
  f = _mm_max_ps(f, _mm_movehl_ps(f, f));
  return _mm_cvtss_f32(_mm_max_ss(f, _mm_shuffle_ps(f, f, 1)));
}
// Of attention: 32 bytes become words, two neighbours for each of 16 sums.
using Ints = __m512i;
using Pair = __m512i;
RYZANSTEIN_INLINE Ints no_ints() { return _mm512_setzero_si512(); }
RYZANSTEIN_INLINE Ints load_words(const int8_t* p) {
  return _mm512_cvtepi8_epi16(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p)));
}
RYZANSTEIN_INLINE Ints load_pairs(const int16_t* p) { return _mm512_loadu_si512(p); }
RYZANSTEIN_INLINE void store_ints(int32_t* p, Ints sums) { _mm512_storeu_si512(p, sums); }
RYZANSTEIN_INLINE Pair broadcast_pair(const int16_t* p) {
  int32_t pair;
  memcpy(&pair, p, sizeof pair);
  return _mm512_set1_epi32(pair);
}
RYZANSTEIN_INLINE Lanes to_floats(Ints sums) { return _mm512_cvtepi32_ps(sums); }
RYZANSTEIN_INLINE void store_words(int16_t* p, Lanes x) {
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(p), _mm512_cvtepi32_epi16(_mm512_cvtps_epi32(x)));
}
RYZANSTEIN_INLINE void store_words_some(int16_t* p, int n, Lanes x) {
  _mm256_mask_storeu_epi16(p, first(n), _mm512_cvtepi32_epi16(_mm512_cvtps_epi32(x)));
}
RYZANSTEIN_INLINE float square_root(float x) { return _mm_cvtss_f32(_mm_sqrt_ss(_mm_set_ss(x))); }

}  // namespace ryzanstein

#endif
