// Products with grouped weights on NEON, for every form: a register holds 4 columns of codes of 4 rows, a
// quarter of a unit. The including file's flags say whether products are added by SDOT. Everything is static.
#ifndef RYZANSTEIN_KERNELS_ARM_GROUPED_H_
#define RYZANSTEIN_KERNELS_ARM_GROUPED_H_

#include "../grouped_products.h"
#include "shared.h"
#include "units.h"

namespace ryzanstein {

static float quantize_group(const float* x, int n, int8_t* q) { return kNeonFloats.quantize(x, n, q); }

using Lanes = float32x4_t;  // 4 rows

// ---------------------------------------------------------------- what the forms have

// To the right, or to the left by -n.
template <int n>
RYZANSTEIN_INLINE uint8x16_t shift_either(uint8x16_t v) {
  if constexpr (n > 0) return vshrq_n_u8(v, n);
  if constexpr (n < 0) return vshlq_n_u8(v, -n);
  return v;
}

RYZANSTEIN_INLINE uint8x16_t masked(uint8x16_t v, int mask) {
  return vandq_u8(v, vdupq_n_u8(static_cast<uint8_t>(mask)));
}

RYZANSTEIN_INLINE uint8x16_t either(uint8x16_t a, uint8x16_t b) { return vorrq_u8(a, b); }

using Codes = uint8x16_t;
RYZANSTEIN_INLINE Codes load_codes(const uint8_t* p) { return vld1q_u8(p); }

}  // namespace ryzanstein

// Written over the functions above:
#include "../code_units.h"

namespace ryzanstein {

// Codes whose offset is 128 do not fit a signed byte: the offset is taken off before they are multiplied, and
// sums start at 0.
template <GroupedForm form>
constexpr bool kOffsetTaken = shape_of(form).offset == 128;

template <GroupedForm form, int u>
RYZANSTEIN_INLINE int8x16_t operand(const uint8_t* span) {
  constexpr FormShape f = shape_of(form);
  uint8x16_t codes = code_unit<form, u>(span);
  if constexpr (f.table != kNoTable) codes = vqtbl1q_u8(vld1q_u8(kCodeTables[f.table]), codes);
  if constexpr (kOffsetTaken<form>) codes = veorq_u8(codes, vdupq_n_u8(128));
  return vreinterpretq_s8_u8(codes);
}

RYZANSTEIN_INLINE uint16x4_t load_words(const uint8_t* p) {
  return vld1_u16(reinterpret_cast<const uint16_t*>(p));
}
RYZANSTEIN_INLINE Lanes four_halves(const uint8_t* p) {
  return vcvt_f32_f16(vreinterpret_f16_u16(load_words(p)));
}
RYZANSTEIN_INLINE uint8x8_t load_bytes(const uint8_t* p) {
  return vreinterpret_u8_u32(vld1_dup_u32(reinterpret_cast<const uint32_t*>(p)));
}
RYZANSTEIN_INLINE Lanes four_bytes(uint8x8_t bytes) {
  return vcvtq_f32_u32(vmovl_u16(vget_low_u16(vmovl_u8(bytes))));
}
RYZANSTEIN_INLINE Lanes four_signed_bytes(uint8x8_t bytes) {
  return vcvtq_f32_s32(vmovl_s16(vget_low_s16(vmovl_s8(vreinterpret_s8_u8(bytes)))));
}

// Of group g of a tile, for quarter h of the rows.
template <GroupedForm form>
RYZANSTEIN_INLINE Lanes scales_of(const uint8_t* tile, int g, int h) {
  constexpr FormShape f = shape_of(form);
  if constexpr (f.scales == kHalves) return four_halves(tile + 32 * g + 8 * h);
  if constexpr (f.scales == kUpperHalves) {
    return vreinterpretq_f32_u32(vshll_n_u16(load_words(tile + 32 * g + 8 * h), 16));
  }
  const uint8x8_t subs = load_bytes(tile + 64 + 16 * g + 4 * h);
  if constexpr (f.scales == kUnsignedUnder256) return vmulq_f32(four_halves(tile + 8 * h), four_bytes(subs));
  if constexpr (f.scales == kNibblesUnder256) {
    return vmulq_f32(four_halves(tile + 8 * h), four_bytes(vand_u8(subs, vdup_n_u8(15))));
  }
  return vmulq_f32(vld1q_f32(reinterpret_cast<const float*>(tile) + 4 * h), four_signed_bytes(subs));
}
template <GroupedForm form>
RYZANSTEIN_INLINE Lanes minima_of(const uint8_t* tile, int g, int h) {
  constexpr FormShape f = shape_of(form);
  if constexpr (f.scales == kHalves) return four_halves(tile + 64 + 32 * g + 8 * h);
  const uint8_t* subs = tile + 64 + 16 * g + 4 * h;
  const Lanes minima = four_halves(tile + 32 + 8 * h);
  if constexpr (f.scales == kNibblesUnder256) {
    return vmulq_f32(minima, four_bytes(vshr_n_u8(load_bytes(subs), 4)));
  }
  return vmulq_f32(minima, four_bytes(load_bytes(subs + 16 * tile_groups(f))));
}

// ---------------------------------------------------------------- one block, H quarters of its rows at once

// The code units i .. kEnd - 1 of 32 columns; both nibbles of a byte in turn, where all are wanted.
template <GroupedForm form, int T, int H, int i, int kEnd>
RYZANSTEIN_INLINE void add_units(int32x4_t sums[H][T], const uint8_t* span, const uint8_t* x) {
  constexpr FormShape f = shape_of(form);
  constexpr bool kInTurn = (f.bits & 4) != 0 && f.group >= 32;
  constexpr int u = kInTurn ? i / 2 + i % 2 * 4 : i;
  int8x16_t codes[H];
#pragma GCC unroll 4
  for (int h = 0; h < H; h++) codes[h] = operand<form, u>(span + 16 * h);
#pragma GCC unroll 4
  for (int t = 0; t < T; t++) {
    const Broadcast four = broadcast(x + 4 * (u * T + t));
#pragma GCC unroll 4
    for (int h = 0; h < H; h++) sums[h][t] = dot(sums[h][t], codes[h], four);
  }
  if constexpr (i + 1 < kEnd) add_units<form, T, H, i + 1, kEnd>(sums, span, x);
}

// One group's codes. Of groups of 16 columns the second one shares units with the first: `codes` and `x` are
// those of both.
template <GroupedForm form, int T, int H>
RYZANSTEIN_INLINE void add_group(int32x4_t sums[H][T], const uint8_t* codes, int second, const uint8_t* x) {
  constexpr FormShape f = shape_of(form);
  if constexpr (f.group == 16) {
    if (second == 0) add_units<form, T, H, 0, 4>(sums, codes, x);
    if (second == 1) add_units<form, T, H, 4, 8>(sums, codes, x);
  } else {
#pragma GCC unroll 1
    for (int s = 0; s < f.group / 32; s++) {
      add_units<form, T, H, 0, 8>(sums, codes + 64 * f.bits * s, x + 32 * T * s);
    }
  }
}

template <GroupedForm form, int T, int H>
RYZANSTEIN_INLINE void quarter_blocks(const uint8_t* block, const BlockTask& task, int first) {
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
        task.start != nullptr ? vld1q_f32(task.start + 4 * (first + i / T)) : vdupq_n_f32(0.0f);
  }
  for (int g = 0; g < groups;) {
#pragma GCC unroll 8
    for (int i = 0; i < H * T; i++) inner[i / T][i % T] = vdupq_n_f32(0.0f);
    const int end = g + kPer < groups ? g + kPer : groups;
    for (; g < end; g += kPair) {
      const uint8_t* tile = block + static_cast<size_t>(g / kTile) * tile_bytes(f);
      const int in_tile = g % kTile;
#pragma GCC unroll 2
      for (int p = 0; p < kPair; p++) {
        ahead = fetch(ahead, step);
        int32x4_t sums[H][T];
#pragma GCC unroll 8
        for (int i = 0; i < H * T; i++)
          sums[i / T][i % T] = vdupq_n_s32(kOffsetTaken<form> ? 0 : starts[i % T]);
        const int shared = f.group == 16 ? p : 0;  // begins in the middle of 32 columns
        const uint8_t* codes = tile + head_bytes(f) + 16 * first;
        add_group<form, T, H>(sums, codes + (in_tile + p - shared) * kCodeBytes, p, x - shared * f.group * T);
#pragma GCC unroll 4
        for (int h = 0; h < H; h++) {
          const Lanes scale = scales_of<form>(tile, in_tile + p, first + h);
#pragma GCC unroll 4
          for (int t = 0; t < T; t++) inner[h][t] = vfmaq_f32(inner[h][t], vcvtq_f32_s32(sums[h][t]), scale);
          if constexpr (f.minima) {
            const Lanes minima = minima_of<form>(tile, in_tile + p, first + h);
#pragma GCC unroll 4
            for (int t = 0; t < T; t++) acc[h][t] = vfmsq_f32(acc[h][t], minima, vdupq_n_f32(x_sums[t]));
          }
        }
        x += f.group * T;
        starts += T;
        x_sums += T;
      }
    }
#pragma GCC unroll 8
    for (int i = 0; i < H * T; i++) {
      acc[i / T][i % T] = vfmaq_f32(acc[i / T][i % T], inner[i / T][i % T], vdupq_n_f32(scales[i % T]));
    }
    scales += T;
  }
#pragma GCC unroll 8
  for (int i = 0; i < H * T; i++) {
    if (i % T < task.tokens)
      vst1q_f32(task.y + i % T * task.y_stride + 4 * (first + i / T), acc[i / T][i % T]);
  }
}

// As many quarters as leave registers for their sums, integers and floats.
template <GroupedForm form, int T>
static void grouped_block(const uint8_t* block, const BlockTask& task) {
  constexpr int kQuarters = T == 4 ? 2 : 4;
#pragma GCC unroll 1
  for (int first = 0; first < 4; first += kQuarters) quarter_blocks<form, T, kQuarters>(block, task, first);
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
