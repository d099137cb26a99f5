// What the forms of grouped weights have on AVX-512: codes, one unit of 64 bytes at a time, scales and minima
// of 16 rows. Everything is static.
#ifndef RYZANSTEIN_KERNELS_X86_FORMS512_H_
#define RYZANSTEIN_KERNELS_X86_FORMS512_H_

#include "../grouped_layout.h"
#include "units512.h"

namespace ryzanstein {

// Within 16-bit words, to the right, or to the left by -n.
template <int n>
RYZANSTEIN_INLINE Unit shift_either(Unit v) {
  if constexpr (n > 0) return _mm512_srli_epi16(v, n);
  if constexpr (n < 0) return _mm512_slli_epi16(v, -n);
  return v;
}

// codes | (plane & mask)
RYZANSTEIN_INLINE Unit with_bits(Unit codes, Unit plane, int mask) {
  return _mm512_ternarylogic_epi64(codes, plane, all_bytes(mask), 0xF8);
}

// Code unit u of 32 columns.
template <GroupedForm form, int u>
RYZANSTEIN_INLINE Unit code_unit(const uint8_t* span) {
  constexpr FormShape f = shape_of(form);
  if constexpr (f.bits == 8) return load(span + 64 * u);
  Unit codes = zero();
  if constexpr ((f.bits & 4) != 0) {
    const Unit nibbles = load(span + 64 * (units_before(f.bits, 4) + u % 4));
    codes = bits_and(shift_either<u / 4 * 4>(nibbles), all_bytes(15));
  }
  if constexpr ((f.bits & 2) != 0) {
    constexpr int kLow = f.bits & 4;
    const Unit pairs = load(span + 64 * (units_before(f.bits, 2) + u / 4));
    const Unit plane = shift_either<2 * (u % 4) - kLow>(pairs);
    codes = kLow == 0 ? bits_and(plane, all_bytes(3)) : with_bits(codes, plane, 3 << kLow);
  }
  if constexpr ((f.bits & 1) != 0) {
    constexpr int kPlace = f.bits == 1 ? 1 : f.bits - 1;
    const Unit plane = shift_either<u - kPlace>(load(span));
    codes = f.bits == 1 ? bits_and(plane, all_bytes(2)) : with_bits(codes, plane, 1 << kPlace);
  }
  if constexpr (f.table != kNoTable) {
    const __m128i table = _mm_loadu_si128(reinterpret_cast<const __m128i*>(kCodeTables[f.table]));
    codes = _mm512_shuffle_epi8(_mm512_broadcast_i32x4(table), codes);
  }
  return codes;
}

using Lanes = __m512;

RYZANSTEIN_INLINE Lanes sixteen_halves(const uint8_t* p) {
  return _mm512_cvtph_ps(_mm256_load_si256(reinterpret_cast<const __m256i*>(p)));
}
RYZANSTEIN_INLINE __m128i load_bytes(const uint8_t* p) {
  return _mm_load_si128(reinterpret_cast<const __m128i*>(p));
}
RYZANSTEIN_INLINE Lanes sixteen_bytes(__m128i bytes) {
  return _mm512_cvtepi32_ps(_mm512_cvtepu8_epi32(bytes));
}
RYZANSTEIN_INLINE Lanes sixteen_signed_bytes(const uint8_t* p) {
  return _mm512_cvtepi32_ps(_mm512_cvtepi8_epi32(load_bytes(p)));
}

// Of group g of a tile.
template <GroupedForm form>
RYZANSTEIN_INLINE Lanes scales_of(const uint8_t* tile, int g) {
  constexpr FormShape f = shape_of(form);
  if constexpr (f.scales == kHalves) return sixteen_halves(tile + 32 * g);
  if constexpr (f.scales == kUpperHalves) {
    const __m256i upper = _mm256_load_si256(reinterpret_cast<const __m256i*>(tile + 32 * g));
    return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(upper), 16));
  }
  const uint8_t* subs = tile + 64 + 16 * g;
  if constexpr (f.scales == kUnsignedUnder256) {
    return _mm512_mul_ps(sixteen_halves(tile), sixteen_bytes(load_bytes(subs)));
  }
  if constexpr (f.scales == kNibblesUnder256) {
    const __m128i low = _mm_and_si128(load_bytes(subs), _mm_set1_epi8(15));
    return _mm512_mul_ps(sixteen_halves(tile), sixteen_bytes(low));
  }
  return _mm512_mul_ps(_mm512_load_ps(tile), sixteen_signed_bytes(subs));
}
template <GroupedForm form>
RYZANSTEIN_INLINE Lanes minima_of(const uint8_t* tile, int g) {
  constexpr FormShape f = shape_of(form);
  if constexpr (f.scales == kHalves) return sixteen_halves(tile + 64 + 32 * g);
  const uint8_t* subs = tile + 64 + 16 * g;
  if constexpr (f.scales == kNibblesUnder256) {
    const __m128i high = _mm_and_si128(_mm_srli_epi16(load_bytes(subs), 4), _mm_set1_epi8(15));
    return _mm512_mul_ps(sixteen_halves(tile + 32), sixteen_bytes(high));
  }
  return _mm512_mul_ps(sixteen_halves(tile + 32), sixteen_bytes(load_bytes(subs + 16 * tile_groups(f))));
}

// So many of a few tokens go together in tiles of equal width; AVX-512 has kernels for 1, 2, 4, 6 and 8.
RYZANSTEIN_INLINE int even_width(int tokens) {
  const int tiles = (tokens + 7) / 8, width = (tokens + tiles - 1) / tiles;
  return width == 1 ? 1 : (width + 1) / 2 * 2;
}

}  // namespace ryzanstein

#endif
