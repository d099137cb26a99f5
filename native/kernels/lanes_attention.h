// Softmax attention over 16 lanes, written once for every register width, on top of lanes_floats.h. The
// including file says how many sums fit into its registers (kScoreRows, kOutputRows, kOutputLanes);
// everything here is static.
#ifndef RYZANSTEIN_KERNELS_LANES_ATTENTION_H_
#define RYZANSTEIN_KERNELS_LANES_ATTENTION_H_

#include "lanes_floats.h"

namespace ryzanstein {

static void store_key(const float* key, int head_size, int position, uint16_t* keys) {
  uint16_t* out =
      keys + static_cast<size_t>(position / 16) * 16 * static_cast<size_t>(head_size) + position % 16;
  for (int d = 0; d < head_size; d += 16) {
    uint16_t halves[16];
    store_halves(halves, load(key + d));
    for (int i = 0; i < 16; i++) out[16 * (d + i)] = halves[i];
  }
}

static void store_value(const float* value, int head_size, int position, uint16_t* values) {
  uint16_t* row = values + static_cast<size_t>(position) * static_cast<size_t>(head_size);
  for (int d = 0; d < head_size; d += 16) store_halves(row + d, load(value + d));
}

// R rows (token, head) that walk over the cache together; their scores lie one after the other, `stride`
// apart.
struct Row {
  const float* q;
  float* y;
  float* scores;
  int visible;
  float inverse;  // 1 / sum of exp
};

// Scores of R rows and P blocks of 16 positions: R * P independent chains hide the latency of the
// multiply-adds.
template <int R, int P>
RYZANSTEIN_INLINE void score_blocks(const Row* rows, const uint16_t* keys, int head_size, int block,
                                    float scale) {
  Lanes dots[R][P];
#pragma GCC unroll 8
  for (int r = 0; r < R; r++) {
#pragma GCC unroll 4
    for (int p = 0; p < P; p++) dots[r][p] = zero();
  }
  const size_t block_halves = static_cast<size_t>(16) * static_cast<size_t>(head_size);
  const uint16_t* k = keys + static_cast<size_t>(block) * block_halves;
  for (int d = 0; d < head_size; d++, k += 16) {
    Lanes column[P];
#pragma GCC unroll 4
    for (int p = 0; p < P; p++) column[p] = load_halves(k + static_cast<size_t>(p) * block_halves);
#pragma GCC unroll 8
    for (int r = 0; r < R; r++) {
      const Lanes q = all(rows[r].q[d]);
#pragma GCC unroll 4
      for (int p = 0; p < P; p++) dots[r][p] = fused(q, column[p], dots[r][p]);
    }
  }
#pragma GCC unroll 8
  for (int r = 0; r < R; r++) {
#pragma GCC unroll 4
    for (int p = 0; p < P; p++) store(rows[r].scores + 16 * (block + p), multiply(dots[r][p], all(scale)));
  }
}

template <int R>
static void score_rows(const Row* rows, const Attention& a, int blocks) {
  constexpr int kBlocks = R >= 4 ? 1 : R == 2 ? kScoreRows / 2 : kScoreRows;
  int b = 0;
  for (; b + kBlocks <= blocks; b += kBlocks) score_blocks<R, kBlocks>(rows, a.keys, a.head_size, b, a.scale);
  for (; b < blocks; b++) score_blocks<R, 1>(rows, a.keys, a.head_size, b, a.scale);
}

// Scores become exp(score - largest), 0 where the row does not see the position.
static void soften(Row* row, int blocks) {
  float* s = row->scores;
  const int visible = row->visible;
  Lanes most = all(-3.4028234e38f);
  for_lanes(
      visible, [&](int p) { most = larger(load(s + p), most); },
      [&](int p, int m) {
        float last[16];
        for (int i = 0; i < 16; i++) last[i] = i < m ? s[p + i] : s[p];
        most = larger(load(last), most);
      });
  const Lanes largest = all(fold_larger(most));
  Lanes sums = zero();
  for (int b = 0; b < blocks; b++) {
    const int left = visible - 16 * b;
    Lanes e = left > 0 ? exponential(subtract(load(s + 16 * b), largest)) : zero();
    if (left < 16) e = keep(e, left > 0 ? left : 0);
    sums = add(sums, e);
    store(s + 16 * b, e);
  }
  row->inverse = 1.0f / fold_add(sums);
}

// Output of R rows for D groups of 16 dimensions.
template <int R, int D>
RYZANSTEIN_INLINE void mix_values(const Row* rows, const uint16_t* values, int head_size, int first,
                                  int positions) {
  Lanes sums[R][D];
#pragma GCC unroll 8
  for (int r = 0; r < R; r++) {
#pragma GCC unroll 4
    for (int d = 0; d < D; d++) sums[r][d] = zero();
  }
  const uint16_t* v = values + first;
  for (int p = 0; p < positions; p++, v += head_size) {
    Lanes value[D];
#pragma GCC unroll 4
    for (int d = 0; d < D; d++) value[d] = load_halves(v + 16 * d);
#pragma GCC unroll 8
    for (int r = 0; r < R; r++) {
      const Lanes e = all(rows[r].scores[p]);
#pragma GCC unroll 4
      for (int d = 0; d < D; d++) sums[r][d] = fused(e, value[d], sums[r][d]);
    }
  }
#pragma GCC unroll 8
  for (int r = 0; r < R; r++) {
#pragma GCC unroll 4
    for (int d = 0; d < D; d++) store(rows[r].y + first + 16 * d, multiply(sums[r][d], all(rows[r].inverse)));
  }
}

template <int R>
static void mix_rows(const Row* rows, const Attention& a, int positions) {
  int d = 0;
  for (; d + 16 * kOutputLanes <= a.head_size; d += 16 * kOutputLanes) {
    mix_values<R, kOutputLanes>(rows, a.values, a.head_size, d, positions);
  }
  for (; d < a.head_size; d += 16) mix_values<R, 1>(rows, a.values, a.head_size, d, positions);
}

static void attend(const Attention& a) {
  const int count = a.tokens * a.heads;
  const int stride = (a.first_position + a.tokens + 15) / 16 * 16;
  for (int first = 0; first < count; first += kScoreRows) {
    Row rows[kScoreRows];
    const int n = count - first < kScoreRows ? count - first : kScoreRows;
    for (int i = 0; i < n; i++) {
      const int t = (first + i) / a.heads, h = (first + i) % a.heads;
      rows[i] = {a.queries + t * a.query_stride + h * a.head_size, a.y + t * a.y_stride + h * a.head_size,
                 a.scratch + static_cast<ptrdiff_t>(i) * stride, a.first_position + t + 1, 0.0f};
    }
    const int positions = rows[n - 1].visible, blocks = (positions + 15) / 16;
    int i = 0;
    for (; i + kScoreRows <= n; i += kScoreRows) score_rows<kScoreRows>(rows + i, a, blocks);
    for (; i + 2 <= n; i += 2) score_rows<2>(rows + i, a, blocks);
    for (; i < n; i++) score_rows<1>(rows + i, a, blocks);
    for (int r = 0; r < n; r++) soften(&rows[r], blocks);
    i = 0;
    for (; i + kOutputRows <= n; i += kOutputRows) mix_rows<kOutputRows>(rows + i, a, positions);
    for (; i + 2 <= n; i += 2) mix_rows<2>(rows + i, a, positions);
    for (; i < n; i++) mix_rows<1>(rows + i, a, positions);
  }
}

}  // namespace ryzanstein

#endif
