// Products with grouped weights on AVX-512, for every form. The including file first brings add_group,
// by dot_groups512.h or by word_groups512.h, and says by kTakesPairs whether many tokens go over pairs of
// blocks. Everything is static.
//
// What bounds them, where there is VPDPBUSD: it, float multiplications and multiply-adds share two pipes, all
// else runs beside them. So codes are unpacked anew for each tile of tokens, the offset is laid down in the
// sums before they start, and what shares a scale of the activations is multiplied by it once.
#ifndef RYZANSTEIN_KERNELS_X86_GROUPED512_H_
#define RYZANSTEIN_KERNELS_X86_GROUPED512_H_

#include "../grouped_products.h"
#include "forms512.h"

namespace ryzanstein {

// Tokens at least that go over two blocks of rows at once, four at a time, where codes are unpacked by an
// instruction or two: what is broadcast serves both, so that a product takes fewer than one load. CPUs with
// two VPDPBUSD and two loads in a cycle are bound by loads otherwise.
constexpr int kPairedTokens = 16, kPairWidth = 4;
template <GroupedForm form>
constexpr bool kPairs = kTakesPairs && shape_of(form).bits % 4 == 0;

// ---------------------------------------------------------------- one block, or two

template <GroupedForm form, int T, int H = 1>
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
  const size_t block_bytes = task.block_bytes;
  Lanes acc[H][T], inner[H][T];
#pragma GCC unroll 8
  for (int i = 0; i < H * T; i++) {
    acc[i / T][i % T] =
        task.start != nullptr ? _mm512_loadu_ps(task.start + kGroupedRows * (i / T)) : _mm512_setzero_ps();
  }
  for (int g = 0; g < groups;) {
#pragma GCC unroll 8
    for (int i = 0; i < H * T; i++) inner[i / T][i % T] = _mm512_setzero_ps();
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
        Unit sums[H][T];
#pragma GCC unroll 8
        for (int i = 0; i < H * T; i++) sums[i / T][i % T] = all_ints(starts[i % T]);
        const int shared = f.group == 16 ? p : 0;  // begins in the middle of 32 columns
        add_group<form, T, H>(sums, tile + head_bytes(f) + (in_tile + p - shared) * kCodeBytes, block_bytes,
                              p, x - shared * f.group * T);
#pragma GCC unroll 2
        for (int h = 0; h < H; h++) {
          if constexpr (T > 1) scale = scales_of<form>(tile + h * block_bytes, in_tile + p);
#pragma GCC unroll 8
          for (int t = 0; t < T; t++)
            inner[h][t] = _mm512_fmadd_ps(_mm512_cvtepi32_ps(sums[h][t]), scale, inner[h][t]);
          if constexpr (f.minima) {
            const Lanes minima = minima_of<form>(tile + h * block_bytes, in_tile + p);
#pragma GCC unroll 8
            for (int t = 0; t < T; t++)
              acc[h][t] = _mm512_fnmadd_ps(minima, _mm512_set1_ps(x_sums[t]), acc[h][t]);
          }
        }
        x += f.group * T;
        starts += T;
        x_sums += T;
      }
    }
#pragma GCC unroll 8
    for (int i = 0; i < H * T; i++)
      acc[i / T][i % T] =
          _mm512_fmadd_ps(inner[i / T][i % T], _mm512_set1_ps(scales[i % T]), acc[i / T][i % T]);
    scales += T;
  }
#pragma GCC unroll 8
  for (int i = 0; i < H * T; i++) {
    if (i % T < task.tokens)
      _mm512_storeu_ps(task.y + i % T * task.y_stride + kGroupedRows * (i / T), acc[i / T][i % T]);
  }
}

// ---------------------------------------------------------------- all blocks

template <GroupedForm form>
static int tile_width(int tokens) {
  return kPairs<form> && tokens >= kPairedTokens ? kPairWidth : even_width(tokens);
}

template <GroupedForm form>
static void multiply_form(const void* blocks, int block_count, int columns, const void* prepared, int tokens,
                          const float* start, float* y, ptrdiff_t y_stride, int ahead) {
  static constexpr GroupedBlock kBlocks[] = {grouped_block<form, 1>, grouped_block<form, 2>,
                                             grouped_block<form, 4>, grouped_block<form, 6>,
                                             grouped_block<form, 8>};
  const int width = tile_width<form>(tokens);
  int first = 0;
  if constexpr (kPairs<form>) {
    if (tokens >= kPairedTokens) {
      first = block_count / 2 * 2;
      multiply_grouped<2>(shape_of(form), grouped_block<form, kPairWidth, 2>, width, blocks, first, columns,
                          prepared, tokens, start, y, y_stride, ahead);
    }
  }
  const uint8_t* rest =
      static_cast<const uint8_t*>(blocks) + first * grouped_block_bytes(shape_of(form), columns);
  const int row = first * kGroupedRows;
  multiply_grouped(shape_of(form), kBlocks[width / 2], width, rest, block_count - first, columns, prepared,
                   tokens, start != nullptr ? start + row : nullptr, y + row, y_stride, ahead);
}

}  // namespace ryzanstein

#endif
