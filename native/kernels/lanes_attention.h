// Softmax attention over 16 lanes, written once for every register width, on top of lanes_floats.h. The
// including file says how many sums fit into its registers (kOutputRows, kOutputLanes); everything here is
// static.
#ifndef RYZANSTEIN_KERNELS_LANES_ATTENTION_H_
#define RYZANSTEIN_KERNELS_LANES_ATTENTION_H_

#include "lanes_floats.h"

namespace ryzanstein {

static void store_value(const float* value, int head_size, int position, uint16_t* values) {
  uint16_t* row = values + static_cast<size_t>(position) * static_cast<size_t>(head_size);
  for (int d = 0; d < head_size; d += 16) store_halves(row + d, load(value + d));
}

// Products become exp(score - largest score), 0 from `visible` up to `positions`. Returns 1 / their sum.
static float soften(const AttentionRow& row, const float* key_scales, int positions) {
  float* w = row.weights;
  const int visible = row.visible;
  const Lanes scale = all(row.scale);
  const auto scores = [&](int p) {
    return multiply(from_ints(row.products + p), multiply(load(key_scales + p), scale));
  };
  Lanes most = all(-3.4028234e38f);
  for_lanes(
      visible,
      [&](int p) {
        const Lanes s = scores(p);
        store(w + p, s);
        most = larger(s, most);
      },
      [&](int p, int m) {
        store(w + p, scores(p));
        for (int i = p + m; i < p + 16; i++) w[i] = w[p];
        most = larger(load(w + p), most);
      });
  const Lanes largest = all(fold_larger(most));
  Lanes sums = zero();
  for (int p = 0; p < positions; p += 16) {
    const int left = visible - p;
    Lanes e = left > 0 ? exponential(subtract(load(w + p), largest)) : zero();
    if (left < 16) e = keep(e, left > 0 ? left : 0);
    sums = add(sums, e);
    store(w + p, e);
  }
  return 1.0f / fold_add(sums);
}

// Output of R rows for D groups of 16 dimensions.
template <int R, int D>
RYZANSTEIN_INLINE void mix_values(const AttentionRow* rows, const float* inverses, const uint16_t* values,
                                  int head_size, int first, int positions) {
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
      const Lanes e = all(rows[r].weights[p]);
#pragma GCC unroll 4
      for (int d = 0; d < D; d++) sums[r][d] = fused(e, value[d], sums[r][d]);
    }
  }
#pragma GCC unroll 8
  for (int r = 0; r < R; r++) {
#pragma GCC unroll 4
    for (int d = 0; d < D; d++) store(rows[r].y + first + 16 * d, multiply(sums[r][d], all(inverses[r])));
  }
}

template <int R>
static void mix_rows(const Attention& a, int first, const float* inverses, int positions) {
  const AttentionRow* rows = a.rows + first;
  int d = 0;
  for (; d + 16 * kOutputLanes <= a.head_size; d += 16 * kOutputLanes) {
    mix_values<R, kOutputLanes>(rows, inverses + first, a.values, a.head_size, d, positions);
  }
  for (; d < a.head_size; d += 16) {
    mix_values<R, 1>(rows, inverses + first, a.values, a.head_size, d, positions);
  }
}

static void attend(const Attention& a) {
  const int positions = a.rows[a.count - 1].visible;
  float inverses[kAttentionRows];
  for (int r = 0; r < a.count; r++) inverses[r] = soften(a.rows[r], a.key_scales, positions);
  int r = 0;
  for (; r + kOutputRows <= a.count; r += kOutputRows) mix_rows<kOutputRows>(a, r, inverses, positions);
  for (; r + 2 <= a.count; r += 2) mix_rows<2>(a, r, inverses, positions);
  for (; r < a.count; r++) mix_rows<1>(a, r, inverses, positions);
}

}  // namespace ryzanstein

#endif
