// Products with grouped weights on AVX-512, for every form. The including file first brings kHasDot and
// dot_broadcast, by dot512.h or by words512.h. Everything is static.
//
// What bounds them, where there is VPDPBUSD: it, float multiplications and multiply-adds share two pipes, all
// else runs beside them. So codes are unpacked anew for each tile of tokens, the offset is laid down in the
// sums before they start, and what shares a scale of the activations is multiplied by it once.
#ifndef RYZANSTEIN_KERNELS_X86_GROUPED512_H_
#define RYZANSTEIN_KERNELS_X86_GROUPED512_H_

#include "../grouped_products.h"
#include "forms512.h"

namespace ryzanstein {

// Where one token has many sums to itself, codes that fill a byte evenly stay in their place: digit d of a
// unit counts 2^(bits * d) in sums of its own.
template <GroupedForm form, int T>
constexpr int kDigits = !kHasDot || T > 2 || shape_of(form).table != kNoTable ? 1
                        : shape_of(form).bits == 4                            ? 2
                        : shape_of(form).bits == 2                            ? 4
                                                                              : 1;

// The largest code, as it is multiplied.
template <GroupedForm form>
constexpr int kLargest = shape_of(form).table == kFourBitFloats                       ? 24
                         : shape_of(form).bits == 8 || shape_of(form).table == kCurve ? 255
                         : shape_of(form).bits == 1 ? 2
                                                    : (1 << shape_of(form).bits) - 1;

template <GroupedForm form, int u>
RYZANSTEIN_INLINE Unit unit_in_place(const uint8_t* span) {
  constexpr int kBits = shape_of(form).bits;
  if constexpr (kBits == 4) return bits_and(load(span + 64 * (u % 4)), all_bytes(15 << (u / 4 * 4)));
  return bits_and(load(span + 64 * (u / 4)), all_bytes(3 << (u % 4 * 2)));
}

// ---------------------------------------------------------------- one block

// A chain of VPDPBUSD waits 4 cycles for each: few tokens take turns among sets of sums.
template <GroupedForm form, int T>
constexpr int kSets = kDigits<form, T> > 1 ? kDigits<form, T>
                      : T == 1             ? 2
                                           : 1;

// The code units i .. kEnd - 1 of 32 columns times T tokens; both nibbles of a byte in turn, where all are
// wanted.
template <GroupedForm form, int T, int i, int kEnd>
RYZANSTEIN_INLINE void add_units(Unit sums[][T], const uint8_t* span, const uint8_t* x) {
  constexpr int kBits = shape_of(form).bits;
  constexpr bool kInTurn = (kBits & 4) != 0 && shape_of(form).group >= 32;
  constexpr int u = kInTurn ? i / 2 + i % 2 * 4 : i;
  constexpr bool kInPlace = kDigits<form, T> > 1;
  constexpr int kSet = kInPlace ? (kBits == 4 ? u / 4 : u % 4) : i % kSets<form, T>;
  const Unit codes = kInPlace ? unit_in_place<form, u>(span) : code_unit<form, u>(span);
#pragma GCC unroll 8
  for (int t = 0; t < T; t++) {
    sums[kSet][t] = dot_broadcast<kLargest<form>>(sums[kSet][t], codes, x + 4 * (u * T + t));
  }
  if constexpr (i + 1 < kEnd) add_units<form, T, i + 1, kEnd>(sums, span, x);
}

// One group's codes times T tokens, into sums[0]. Of groups of 16 columns the second one shares units with
// the first: `codes` and `x` are those of both.
template <GroupedForm form, int T>
RYZANSTEIN_INLINE void add_group(Unit sums[][T], const uint8_t* codes, int second, const uint8_t* x) {
  constexpr FormShape f = shape_of(form);
  if constexpr (f.group == 16) {
    if (second == 0) add_units<form, T, 0, 4>(sums, codes, x);
    if (second == 1) add_units<form, T, 4, 8>(sums, codes, x);
  } else {
#pragma GCC unroll 4
    for (int s = 0; s < f.group / 32; s++) {
      add_units<form, T, 0, 8>(sums, codes + 64 * f.bits * s, x + 32 * T * s);
    }
  }
  constexpr int kShift = kDigits<form, T> > 1 ? f.bits : 0;
  if constexpr (kSets<form, T> > 1) {
#pragma GCC unroll 2
    for (int t = 0; t < T; t++) {
      sums[0][t] = add(sums[0][t], shift_sums<kShift>(sums[1][t]));
      if constexpr (kSets<form, T> == 4) {
        sums[0][t] =
            add(sums[0][t], add(shift_sums<2 * kShift>(sums[2][t]), shift_sums<3 * kShift>(sums[3][t])));
      }
    }
  }
}

template <GroupedForm form, int T>
static void grouped_block(const uint8_t* block, const BlockTask& task) {
  constexpr FormShape f = shape_of(form);
  constexpr int kTile = tile_groups(f), kPer = scale_columns(f) / f.group, kPair = kPer > 1 ? 2 : 1;
  constexpr int kCodeBytes = f.group * f.bits * kGroupedRows / 8;
  const int groups = tiles_of(f, task.columns) * kTile;
  const uint8_t* x = task.x;
  const int32_t* starts = reinterpret_cast<const int32_t*>(task.x + task.shape.starts);
  const float* scales = reinterpret_cast<const float*>(task.x + task.shape.scales);
  const float* x_sums = reinterpret_cast<const float*>(task.x + task.shape.sums);
  const uint8_t* ahead = task.ahead;
  const int step = fetch_step(f, task);
  Lanes acc[T], inner[T];
#pragma GCC unroll 8
  for (int t = 0; t < T; t++)
    acc[t] = task.start != nullptr ? _mm512_loadu_ps(task.start) : _mm512_setzero_ps();
  for (int g = 0; g < groups;) {
#pragma GCC unroll 8
    for (int t = 0; t < T; t++) inner[t] = _mm512_setzero_ps();
    const int end = g + kPer < groups ? g + kPer : groups;
    for (; g < end; g += kPair) {
      const uint8_t* tile = block + static_cast<size_t>(g / kTile) * tile_bytes(f);
      const int in_tile = g % kTile;
#pragma GCC unroll 2
      for (int p = 0; p < kPair; p++) {
        ahead = fetch(ahead, step);
        // One token waits for memory, which is read in order; of more the sums leave no register for it yet.
        Lanes scale;
        if constexpr (T == 1) scale = scales_of<form>(tile, in_tile + p);
        Unit sums[kSets<form, T>][T];
#pragma GCC unroll 8
        for (int i = 0; i < kSets<form, T> * T; i++)
          sums[i / T][i % T] = i < T ? all_ints(starts[i]) : zero();
        const int shared = f.group == 16 ? p : 0;  // begins in the middle of 32 columns
        add_group<form, T>(sums, tile + head_bytes(f) + (in_tile + p - shared) * kCodeBytes, p,
                           x - shared * f.group * T);
        if constexpr (T > 1) scale = scales_of<form>(tile, in_tile + p);
#pragma GCC unroll 8
        for (int t = 0; t < T; t++)
          inner[t] = _mm512_fmadd_ps(_mm512_cvtepi32_ps(sums[0][t]), scale, inner[t]);
        if constexpr (f.minima) {
          const Lanes minima = minima_of<form>(tile, in_tile + p);
#pragma GCC unroll 8
          for (int t = 0; t < T; t++) acc[t] = _mm512_fnmadd_ps(minima, _mm512_set1_ps(x_sums[t]), acc[t]);
        }
        x += f.group * T;
        starts += T;
        x_sums += T;
      }
    }
#pragma GCC unroll 8
    for (int t = 0; t < T; t++) acc[t] = _mm512_fmadd_ps(inner[t], _mm512_set1_ps(scales[t]), acc[t]);
    scales += T;
  }
#pragma GCC unroll 8
  for (int t = 0; t < T; t++) {
    if (t < task.tokens) _mm512_storeu_ps(task.y + t * task.y_stride, acc[t]);
  }
}

// ---------------------------------------------------------------- all blocks

static int tile_width(int tokens) { return even_width(tokens); }

template <GroupedForm form>
static void multiply_form(const void* blocks, int block_count, int columns, const void* prepared, int tokens,
                          const float* start, float* y, ptrdiff_t y_stride, int ahead) {
  static constexpr GroupedBlock kBlocks[] = {grouped_block<form, 1>, grouped_block<form, 2>,
                                             grouped_block<form, 4>, grouped_block<form, 6>,
                                             grouped_block<form, 8>};
  const int width = tile_width(tokens);
  multiply_grouped(shape_of(form), kBlocks[width / 2], width, blocks, block_count, columns, prepared, tokens,
                   start, y, y_stride, ahead);
}

}  // namespace ryzanstein

#endif
