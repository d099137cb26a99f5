// The float work on AVX2 with FMA: 16 lanes are two registers.
// Flags: -mavx2 -mfma
#include <immintrin.h>
#include <string.h>

#include "shared.h"

namespace ryzanstein {

struct Lanes {
  __m256 low, high;
};

constexpr int kOutputRows = 2;
constexpr int kOutputLanes = 2;
constexpr int kKeyRows = 4;
constexpr int kKeyGroups = 1;

// Registers whose lanes from n on are 0 are cut out of this line.
alignas(64) static const int32_t kOnes[32] = {-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1};
RYZANSTEIN_INLINE __m256i first_low(int n) {
  return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(kOnes + 16 - n));
}
RYZANSTEIN_INLINE __m256i first_high(int n) {
  return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(kOnes + 24 - n));
}

RYZANSTEIN_INLINE Lanes zero() { return {_mm256_setzero_ps(), _mm256_setzero_ps()}; }
RYZANSTEIN_INLINE Lanes all(float x) { return {_mm256_set1_ps(x), _mm256_set1_ps(x)}; }
RYZANSTEIN_INLINE Lanes load(const float* p) { return {_mm256_loadu_ps(p), _mm256_loadu_ps(p + 8)}; }
RYZANSTEIN_INLINE Lanes load_some(const float* p, int n) {
  return {_mm256_maskload_ps(p, first_low(n)), _mm256_maskload_ps(p + 8, first_high(n))};
}
RYZANSTEIN_INLINE void store(float* p, Lanes x) {
  _mm256_storeu_ps(p, x.low);
  _mm256_storeu_ps(p + 8, x.high);
}
RYZANSTEIN_INLINE void store_some(float* p, int n, Lanes x) {
  _mm256_maskstore_ps(p, first_low(n), x.low);
  _mm256_maskstore_ps(p + 8, first_high(n), x.high);
}
RYZANSTEIN_INLINE Lanes from_ints(const int32_t* p) {
  const __m256i* v = reinterpret_cast<const __m256i*>(p);
  return {_mm256_cvtepi32_ps(_mm256_loadu_si256(v)), _mm256_cvtepi32_ps(_mm256_loadu_si256(v + 1))};
}
RYZANSTEIN_INLINE Lanes from_ints_some(const int32_t* p, int n) {
  return {_mm256_cvtepi32_ps(_mm256_maskload_epi32(p, first_low(n))),
          _mm256_cvtepi32_ps(_mm256_maskload_epi32(p + 8, first_high(n)))};
}
RYZANSTEIN_INLINE Lanes add(Lanes a, Lanes b) {
  return {_mm256_add_ps(a.low, b.low), _mm256_add_ps(a.high, b.high)};
}
RYZANSTEIN_INLINE Lanes subtract(Lanes a, Lanes b) {
  return {_mm256_sub_ps(a.low, b.low), _mm256_sub_ps(a.high, b.high)};
}
RYZANSTEIN_INLINE Lanes multiply(Lanes a, Lanes b) {
  return {_mm256_mul_ps(a.low, b.low), _mm256_mul_ps(a.high, b.high)};
}
RYZANSTEIN_INLINE Lanes divide(Lanes a, Lanes b) {
  return {_mm256_div_ps(a.low, b.low), _mm256_div_ps(a.high, b.high)};
}
RYZANSTEIN_INLINE Lanes fused(Lanes a, Lanes b, Lanes c) {
  return {_mm256_fmadd_ps(a.low, b.low, c.low), _mm256_fmadd_ps(a.high, b.high, c.high)};
}
RYZANSTEIN_INLINE Lanes fused_subtract(Lanes a, Lanes b, Lanes c) {
  return {_mm256_fmsub_ps(a.low, b.low, c.low), _mm256_fmsub_ps(a.high, b.high, c.high)};
}
RYZANSTEIN_INLINE Lanes larger(Lanes a, Lanes b) {
  return {_mm256_max_ps(a.low, b.low), _mm256_max_ps(a.high, b.high)};
}
RYZANSTEIN_INLINE Lanes smaller(Lanes a, Lanes b) {
  return {_mm256_min_ps(a.low, b.low), _mm256_min_ps(a.high, b.high)};
}
RYZANSTEIN_INLINE Lanes magnitude(Lanes a) {
  const __m256 sign = _mm256_set1_ps(-0.0f);
  return {_mm256_andnot_ps(sign, a.low), _mm256_andnot_ps(sign, a.high)};
}
RYZANSTEIN_INLINE Lanes nearest(Lanes a) {
  return {_mm256_round_ps(a.low, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC),
          _mm256_round_ps(a.high, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC)};
}
RYZANSTEIN_INLINE __m256 power_of_two_half(__m256 n) {
  const __m256i exponent = _mm256_add_epi32(_mm256_cvtps_epi32(n), _mm256_set1_epi32(127));
  return _mm256_castsi256_ps(_mm256_slli_epi32(exponent, 23));
}
RYZANSTEIN_INLINE Lanes power_of_two(Lanes n) {
  return {power_of_two_half(n.low), power_of_two_half(n.high)};
}
RYZANSTEIN_INLINE Lanes keep(Lanes a, int n) {
  return {_mm256_and_ps(a.low, _mm256_castsi256_ps(first_low(n))),
          _mm256_and_ps(a.high, _mm256_castsi256_ps(first_high(n)))};
}
template <int half>
RYZANSTEIN_INLINE Lanes partner(Lanes a) {
  if constexpr (half == 8) return {a.high, a.low};
  if constexpr (half == 4) {
    return {_mm256_permute2f128_ps(a.low, a.low, 1), _mm256_permute2f128_ps(a.high, a.high, 1)};
  }
  constexpr int kOrder = half == 2 ? 0x4E : 0xB1;
  return {_mm256_permute_ps(a.low, kOrder), _mm256_permute_ps(a.high, kOrder)};
}
template <int half>
RYZANSTEIN_INLINE Lanes negate_second(Lanes a) {
  const __m256 sign = _mm256_set1_ps(-0.0f);
  if constexpr (half == 8) return {a.low, _mm256_xor_ps(a.high, sign)};
  constexpr int kSecond = half == 4 ? 0xF0 : half == 2 ? 0xCC : 0xAA;
  const __m256 signs = _mm256_blend_ps(_mm256_setzero_ps(), sign, kSecond);
  return {_mm256_xor_ps(a.low, signs), _mm256_xor_ps(a.high, signs)};
}
RYZANSTEIN_INLINE void store_bytes(int8_t* p, int n, Lanes x) {
  const __m256i words = _mm256_packs_epi32(_mm256_cvtps_epi32(x.low), _mm256_cvtps_epi32(x.high));
  const __m256i ordered = _mm256_permute4x64_epi64(words, 0xd8);
  const __m128i bytes =
      _mm_packs_epi16(_mm256_castsi256_si128(ordered), _mm256_extracti128_si256(ordered, 1));
  if (n == 16) {
    _mm_storeu_si128(reinterpret_cast<__m128i*>(p), bytes);
    return;
  }
  alignas(16) int8_t last[16];
  _mm_store_si128(reinterpret_cast<__m128i*>(last), bytes);
  for (int i = 0; i < n; i++) p[i] = last[i];
}

// Lane i with lane i + 8, then + 4, + 2, + 1.
RYZANSTEIN_INLINE float fold_add(Lanes a) {
  const __m256 eight = _mm256_add_ps(a.low, a.high);
  __m128 f = _mm_add_ps(_mm256_castps256_ps128(eight), _mm256_extractf128_ps(eight, 1));
  f = _mm_add_ps(f, _mm_movehl_ps(f, f));
  return _mm_cvtss_f32(_mm_add_ss(f, _mm_shuffle_ps(f, f, 1)));
}
RYZANSTEIN_INLINE float fold_larger(Lanes a) {
  const __m256 eight = _mm256_max_ps(a.low, a.high);
  __m128 f = _mm_max_ps(_mm256_castps256_ps128(eight), _mm256_extractf128_ps(eight, 1));
  f = _mm_max_ps(f, _mm_movehl_ps(f, f));
  return _mm_cvtss_f32(_mm_max_ss(f, _mm_shuffle_ps(f, f, 1)));
}
// Of attention: 32 bytes become words, two neighbours for each of 16 sums.
struct Ints {
  __m256i low, high;
};
using Pair = __m256i;
RYZANSTEIN_INLINE Ints no_ints() { return {_mm256_setzero_si256(), _mm256_setzero_si256()}; }
RYZANSTEIN_INLINE Ints load_words(const int8_t* p) {
  const __m128i* halves = reinterpret_cast<const __m128i*>(p);
  return {_mm256_cvtepi8_epi16(_mm_loadu_si128(halves)), _mm256_cvtepi8_epi16(_mm_loadu_si128(halves + 1))};
}
RYZANSTEIN_INLINE Ints load_pairs(const int16_t* p) {
  const __m256i* halves = reinterpret_cast<const __m256i*>(p);
  return {_mm256_loadu_si256(halves), _mm256_loadu_si256(halves + 1)};
}
RYZANSTEIN_INLINE void store_ints(int32_t* p, Ints sums) {
  __m256i* halves = reinterpret_cast<__m256i*>(p);
  _mm256_storeu_si256(halves, sums.low);
  _mm256_storeu_si256(halves + 1, sums.high);
}
RYZANSTEIN_INLINE Pair broadcast_pair(const int16_t* p) {
  int32_t pair;
  memcpy(&pair, p, sizeof pair);
  return _mm256_set1_epi32(pair);
}
RYZANSTEIN_INLINE Ints add_pairs(Ints sums, Ints words, Pair pair) {
  return {_mm256_add_epi32(sums.low, _mm256_madd_epi16(words.low, pair)),
          _mm256_add_epi32(sums.high, _mm256_madd_epi16(words.high, pair))};
}
RYZANSTEIN_INLINE Lanes to_floats(Ints sums) {
  return {_mm256_cvtepi32_ps(sums.low), _mm256_cvtepi32_ps(sums.high)};
}
RYZANSTEIN_INLINE void store_words(int16_t* p, Lanes x) {
  const __m256i words = _mm256_packs_epi32(_mm256_cvtps_epi32(x.low), _mm256_cvtps_epi32(x.high));
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(p), _mm256_permute4x64_epi64(words, 0xd8));
}
RYZANSTEIN_INLINE void store_words_some(int16_t* p, int n, Lanes x) {
  if (n == 16) return store_words(p, x);
  alignas(32) int16_t last[16];
  store_words(last, x);
  for (int i = 0; i < n; i++) p[i] = last[i];
}
RYZANSTEIN_INLINE float square_root(float x) { return _mm_cvtss_f32(_mm_sqrt_ss(_mm_set_ss(x))); }

}  // namespace ryzanstein

#include "../lanes_attention.h"
#include "../lanes_floats.h"

namespace ryzanstein {

extern const FloatKernels kAvx2Floats = kOverLanes;

}  // namespace ryzanstein
