// Products with grouped weights on registers of 256 bits, for every form. The including file first defines
// kHasDot, and dot where that is true: the sums that VPDPBUSD adds 4 products to. Everything is static.
#ifndef RYZANSTEIN_KERNELS_X86_GROUPED256_H_
#define RYZANSTEIN_KERNELS_X86_GROUPED256_H_

#include "../grouped_products.h"
#include "pair_sums.h"
#include "units256.h"

namespace ryzanstein {

using Half = __m256i;  // of a unit: rows 0-7 or 8-15
using Lanes = __m256;

// ---------------------------------------------------------------- what the forms have

RYZANSTEIN_INLINE Half bytes_of(int v) { return _mm256_set1_epi8(static_cast<char>(v)); }
using Codes = Half;
RYZANSTEIN_INLINE Codes load_codes(const uint8_t* p) { return _mm256_load_si256(registers(p)); }

// Within 16-bit words, to the right, or to the left by -n.
template <int n>
RYZANSTEIN_INLINE Half shift_either(Half v) {
  if constexpr (n > 0) return _mm256_srli_epi16(v, n);
  if constexpr (n < 0) return _mm256_slli_epi16(v, -n);
  return v;
}

RYZANSTEIN_INLINE Half masked(Half v, int mask) { return _mm256_and_si256(v, bytes_of(mask)); }
RYZANSTEIN_INLINE Half either(Half a, Half b) { return _mm256_or_si256(a, b); }

}  // namespace ryzanstein

// Written over the functions above:
#include "../code_units.h"

namespace ryzanstein {

template <GroupedForm form>
constexpr int kParts = kHasDot ? 1 : kWordParts<form>;

alignas(16) static constexpr uint8_t kCurveLow[16] = {1, 8, 13, 15, 15, 13, 10, 6, 1, 13, 9, 6, 5, 5, 9, 1};
alignas(16) static constexpr uint8_t kCurveHigh[16] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 8, 9, 10, 11, 12, 13, 15};

RYZANSTEIN_INLINE Half look_up(const uint8_t* table, Half nibbles) {
  const __m128i sixteen = _mm_loadu_si128(reinterpret_cast<const __m128i*>(table));
  return _mm256_shuffle_epi8(_mm256_broadcastsi128_si256(sixteen), nibbles);
}

// The operands of unit u: the low nibbles and the high ones, or the only one.
template <GroupedForm form, int u>
RYZANSTEIN_INLINE void operands(const uint8_t* span, Half parts[kParts<form>]) {
  constexpr FormShape f = shape_of(form);
  const Half codes = code_unit<form, u>(span);
  if constexpr (f.bits == 8 && kParts<form> == 2) {
    parts[0] = masked(codes, 15);
    parts[1] = masked(shift_either<4>(codes), 15);
  } else if constexpr (f.table == kCurve && kParts<form> == 2) {
    parts[0] = look_up(kCurveLow, codes);
    parts[1] = look_up(kCurveHigh, codes);
  } else if constexpr (f.table != kNoTable) {
    parts[0] = look_up(kCodeTables[f.table], codes);
  } else {
    parts[0] = codes;
  }
}

RYZANSTEIN_INLINE Lanes eight_halves(const uint8_t* p) {
  return _mm256_cvtph_ps(_mm_load_si128(reinterpret_cast<const __m128i*>(p)));
}
RYZANSTEIN_INLINE __m128i load_bytes(const uint8_t* p) {
  return _mm_loadl_epi64(reinterpret_cast<const __m128i*>(p));
}
RYZANSTEIN_INLINE Lanes eight_bytes(__m128i bytes) { return _mm256_cvtepi32_ps(_mm256_cvtepu8_epi32(bytes)); }
RYZANSTEIN_INLINE Lanes eight_signed_bytes(const uint8_t* p) {
  return _mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(load_bytes(p)));
}

// Of group g of a tile, for half h of the rows.
template <GroupedForm form>
RYZANSTEIN_INLINE Lanes scales_of(const uint8_t* tile, int g, int h) {
  constexpr FormShape f = shape_of(form);
  if constexpr (f.scales == kHalves) return eight_halves(tile + 32 * g + 16 * h);
  if constexpr (f.scales == kUpperHalves) {
    const __m128i upper = _mm_load_si128(reinterpret_cast<const __m128i*>(tile + 32 * g + 16 * h));
    return _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_cvtepu16_epi32(upper), 16));
  }
  const uint8_t* subs = tile + 64 + 16 * g + 8 * h;
  if constexpr (f.scales == kUnsignedUnder256) {
    return _mm256_mul_ps(eight_halves(tile + 16 * h), eight_bytes(load_bytes(subs)));
  }
  if constexpr (f.scales == kNibblesUnder256) {
    const __m128i low = _mm_and_si128(load_bytes(subs), _mm_set1_epi8(15));
    return _mm256_mul_ps(eight_halves(tile + 16 * h), eight_bytes(low));
  }
  return _mm256_mul_ps(_mm256_load_ps(reinterpret_cast<const float*>(tile + 32 * h)),
                       eight_signed_bytes(subs));
}
template <GroupedForm form>
RYZANSTEIN_INLINE Lanes minima_of(const uint8_t* tile, int g, int h) {
  constexpr FormShape f = shape_of(form);
  if constexpr (f.scales == kHalves) return eight_halves(tile + 64 + 32 * g + 16 * h);
  const uint8_t* subs = tile + 64 + 16 * g + 8 * h;
  const Lanes minima = eight_halves(tile + 32 + 16 * h);
  if constexpr (f.scales == kNibblesUnder256) {
    const __m128i high = _mm_and_si128(_mm_srli_epi16(load_bytes(subs), 4), _mm_set1_epi8(15));
    return _mm256_mul_ps(minima, eight_bytes(high));
  }
  return _mm256_mul_ps(minima, eight_bytes(load_bytes(subs + 16 * tile_groups(f))));
}

// ---------------------------------------------------------------- one block, H halves of its rows at once

template <GroupedForm form, int T, int H>
struct PairSums {
  Half sums[kParts<form>][H][T];
};

template <GroupedForm form, int T, int H>
RYZANSTEIN_INLINE void drain(const PairSums<form, T, H>& words, Half sums[H][T]) {
#pragma GCC unroll 8
  for (int i = 0; i < H * T; i++) {
    const int h = i / T, t = i % T;
    sums[h][t] = _mm256_add_epi32(sums[h][t], _mm256_madd_epi16(words.sums[0][h][t], _mm256_set1_epi16(1)));
    if constexpr (kParts<form> == 2) {
      const Half high = _mm256_madd_epi16(words.sums[1][h][t], _mm256_set1_epi16(16));
      sums[h][t] = _mm256_add_epi32(sums[h][t], high);
    }
  }
}

// The code units i .. kEnd - 1 of 32 columns; both nibbles of a byte in turn, where all are wanted.
template <GroupedForm form, int T, int H, int i, int kEnd>
RYZANSTEIN_INLINE void add_units(PairSums<form, T, H>& words, Half sums[H][T], const uint8_t* span,
                                 const uint8_t* x) {
  constexpr FormShape f = shape_of(form);
  constexpr bool kInTurn = (f.bits & 4) != 0 && f.group >= 32;
  constexpr int u = kInTurn ? i / 2 + i % 2 * 4 : i;
  constexpr int kStep = units_per_drain<form>();
  Half parts[H][kParts<form>];
#pragma GCC unroll 2
  for (int h = 0; h < H; h++) operands<form, u>(span + 32 * h, parts[h]);
#pragma GCC unroll 4
  for (int t = 0; t < T; t++) {
    const Half four = broadcast(x + 4 * (u * T + t));
#pragma GCC unroll 4
    for (int j = 0; j < H * kParts<form>; j++) {
      const int h = j % H, part = j / H;
      if constexpr (kHasDot) {
        sums[h][t] = dot(sums[h][t], parts[h][part], four);
      } else {
        const Half products = _mm256_maddubs_epi16(parts[h][part], four);
        Half& sum = words.sums[part][h][t];
        sum = in_place(kStep <= 8 && i % kStep == 0 ? products : _mm256_add_epi16(sum, products));
      }
    }
  }
  if constexpr (!kHasDot && kStep <= 8 && (i + 1) % kStep == 0) drain<form, T, H>(words, sums);
  if constexpr (i + 1 < kEnd) add_units<form, T, H, i + 1, kEnd>(words, sums, span, x);
}

// One group's codes. Of groups of 16 columns the second one shares units with the first: `codes` and `x` are
// those of both.
template <GroupedForm form, int T, int H>
RYZANSTEIN_INLINE void add_group(Half sums[H][T], const uint8_t* codes, int second, const uint8_t* x) {
  constexpr FormShape f = shape_of(form);
  PairSums<form, T, H> words;
  if constexpr (f.group == 16) {
    if (second == 0) add_units<form, T, H, 0, 4>(words, sums, codes, x);
    if (second == 1) add_units<form, T, H, 4, 8>(words, sums, codes, x);
  } else if constexpr (f.group == 32) {
    add_units<form, T, H, 0, 8>(words, sums, codes, x);
  } else {
    static_assert(units_per_drain<form>() == f.group / 4, "a large group fits the words");
#pragma GCC unroll 8
    for (int i = 0; i < H * T; i++) words.sums[0][i / T][i % T] = _mm256_setzero_si256();
#pragma GCC unroll 1
    for (int s = 0; s < f.group / 32; s++) {
      add_units<form, T, H, 0, 8>(words, sums, codes + 64 * f.bits * s, x + 32 * T * s);
    }
    if constexpr (!kHasDot) drain<form, T, H>(words, sums);
  }
}

template <GroupedForm form, int T, int H>
RYZANSTEIN_INLINE void half_blocks(const uint8_t* block, const BlockTask& task, int first) {
  constexpr FormShape f = shape_of(form);
  constexpr int kTile = tile_groups(f), kPer = scale_columns(f) / f.group, kPair = kPer > 1 ? 2 : 1;
  constexpr int kCodeBytes = f.group * f.bits * kGroupedRows / 8;
  const int groups = tiles_of(f, task.columns) * kTile;
  const uint8_t* x = task.x;
  const int32_t* starts = reinterpret_cast<const int32_t*>(task.x + task.shape.starts);
  const float* scales = reinterpret_cast<const float*>(task.x + task.shape.scales);
  const float* x_sums = reinterpret_cast<const float*>(task.x + task.shape.sums);
  const uint8_t* ahead = task.ahead;
  const int step = first == 0 ? fetch_step(f, task) : 0;
  Lanes acc[H][T], inner[H][T];
#pragma GCC unroll 8
  for (int i = 0; i < H * T; i++) {
    acc[i / T][i % T] =
        task.start != nullptr ? _mm256_loadu_ps(task.start + 8 * (first + i / T)) : _mm256_setzero_ps();
  }
  for (int g = 0; g < groups;) {
#pragma GCC unroll 8
    for (int i = 0; i < H * T; i++) inner[i / T][i % T] = _mm256_setzero_ps();
    const int end = g + kPer < groups ? g + kPer : groups;
    for (; g < end; g += kPair) {
      const uint8_t* tile = block + static_cast<size_t>(g / kTile) * tile_bytes(f);
      const int in_tile = g % kTile;
#pragma GCC unroll 2
      for (int p = 0; p < kPair; p++) {
        ahead = fetch(ahead, step);
        Half sums[H][T];
#pragma GCC unroll 8
        for (int i = 0; i < H * T; i++) sums[i / T][i % T] = _mm256_set1_epi32(starts[i % T]);
        const int shared = f.group == 16 ? p : 0;  // begins in the middle of 32 columns
        const uint8_t* codes = tile + head_bytes(f) + 32 * first;
        add_group<form, T, H>(sums, codes + (in_tile + p - shared) * kCodeBytes, p, x - shared * f.group * T);
#pragma GCC unroll 2
        for (int h = 0; h < H; h++) {
          const Lanes scale = scales_of<form>(tile, in_tile + p, first + h);
#pragma GCC unroll 4
          for (int t = 0; t < T; t++) {
            inner[h][t] = _mm256_fmadd_ps(_mm256_cvtepi32_ps(sums[h][t]), scale, inner[h][t]);
          }
          if constexpr (f.minima) {
            const Lanes minima = minima_of<form>(tile, in_tile + p, first + h);
#pragma GCC unroll 4
            for (int t = 0; t < T; t++) {
              acc[h][t] = _mm256_fnmadd_ps(minima, _mm256_set1_ps(x_sums[t]), acc[h][t]);
            }
          }
        }
        x += f.group * T;
        starts += T;
        x_sums += T;
      }
    }
#pragma GCC unroll 8
    for (int i = 0; i < H * T; i++) {
      acc[i / T][i % T] =
          _mm256_fmadd_ps(inner[i / T][i % T], _mm256_set1_ps(scales[i % T]), acc[i / T][i % T]);
    }
    scales += T;
  }
#pragma GCC unroll 8
  for (int i = 0; i < H * T; i++) {
    if (i % T < task.tokens) {
      _mm256_storeu_ps(task.y + i % T * task.y_stride + 8 * (first + i / T), acc[i / T][i % T]);
    }
  }
}

// Few tokens leave room for both halves, which then share what is broadcast.
template <GroupedForm form, int T>
static void grouped_block(const uint8_t* block, const BlockTask& task) {
  constexpr int kAtOnce = T * kParts<form> <= 2 ? 2 : 1;
#pragma GCC unroll 1
  for (int first = 0; first < 2; first += kAtOnce) half_blocks<form, T, kAtOnce>(block, task, first);
}

// ---------------------------------------------------------------- all blocks

template <GroupedForm>
static int tile_width(int tokens) {
  return tokens == 1 ? 1 : tokens == 2 ? 2 : 4;
}

template <GroupedForm form>
static void multiply_form(const void* blocks, int block_count, int columns, const void* prepared, int tokens,
                          const float* start, float* y, ptrdiff_t y_stride, int ahead) {
  static constexpr GroupedBlock kBlocks[] = {grouped_block<form, 1>, grouped_block<form, 2>,
                                             grouped_block<form, 4>};
  const int width = tile_width<form>(tokens);
  multiply_grouped(shape_of(form), kBlocks[width / 2], width, blocks, block_count, columns, prepared, tokens,
                   start, y, y_stride, ahead);
}

}  // namespace ryzanstein

#endif
