// Softmax attention over 16 lanes, written once for every register width, on top of lanes_floats.h. The
// including file says how many sums fit into its registers (kOutputRows, kOutputLanes, kKeyGroups);
// everything here is static.
#ifndef RYZANSTEIN_KERNELS_LANES_ATTENTION_H_
#define RYZANSTEIN_KERNELS_LANES_ATTENTION_H_

#include "lanes_floats.h"

namespace ryzanstein {

// Of R queries with the keys of G groups of 16 positions.
template <int R, int G>
RYZANSTEIN_INLINE void multiply_group(const WordProducts& a, int query, int group) {
  const int16_t* x = a.queries + query * a.head_size;
  const int16_t* k = a.keys + static_cast<ptrdiff_t>(group) * 16 * a.head_size;
  Ints sums[R][G];
#pragma GCC unroll 8
  for (int r = 0; r < R; r++) {
#pragma GCC unroll 2
    for (int g = 0; g < G; g++) sums[r][g] = no_ints();
  }
  for (int d = 0; d < a.head_size; d += 2, k += 32) {
    Ints keys[G];
#pragma GCC unroll 2
    for (int g = 0; g < G; g++) keys[g] = load_pairs(k + static_cast<ptrdiff_t>(g) * 16 * a.head_size);
#pragma GCC unroll 8
    for (int r = 0; r < R; r++) {
      const Pair pair = broadcast_pair(x + r * a.head_size + d);
#pragma GCC unroll 2
      for (int g = 0; g < G; g++) sums[r][g] = add_pairs(sums[r][g], keys[g], pair);
    }
  }
#pragma GCC unroll 8
  for (int r = 0; r < R; r++) {
#pragma GCC unroll 2
    for (int g = 0; g < G; g++) store_ints(a.y + (query + r) * a.y_stride + 16 * (group + g), sums[r][g]);
  }
}

template <int R>
static void multiply_queries(const WordProducts& a, int query) {
  int group = 0;
  for (; group + kKeyGroups <= a.groups; group += kKeyGroups) multiply_group<R, kKeyGroups>(a, query, group);
  for (; group < a.groups; group++) multiply_group<R, 1>(a, query, group);
}

static void multiply_words(const WordProducts& a) {
  int query = 0;
  for (; query + kKeyRows <= a.count; query += kKeyRows) multiply_queries<kKeyRows>(a, query);
  for (; query + 2 <= a.count; query += 2) multiply_queries<2>(a, query);
  for (; query < a.count; query++) multiply_queries<1>(a, query);
}

// Products become rounded weights, 0 from `visible` up to `positions`. Returns the factor of their sums.
static float weigh(const AttentionRow& row, const Attention& a, int positions) {
  float* w = row.weights;
  const int visible = row.visible;
  const Lanes scale = all(row.scale);
  const auto scores = [&](int p) {
    return multiply(from_ints(row.products + p), multiply(load(a.key_scales + p), scale));
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
  Lanes sums = zero(), most_weight = zero();
  const auto weigh_lanes = [&](int p, int m) {
    const Lanes e = exponential(subtract(load(w + p), largest)),
                weight = multiply(e, load(a.value_scales + p));
    sums = add(sums, m < 16 ? keep(e, m) : e);
    store(w + p, m < 16 ? keep(weight, m) : weight);
    most_weight = larger(load(w + p), most_weight);
  };
  for_lanes(visible, [&](int p) { weigh_lanes(p, 16); }, weigh_lanes);
  const float heaviest = fold_larger(most_weight);
  const Lanes levels = all(heaviest > kLeastWeight ? static_cast<float>(kLargestWeight) / heaviest : 0.0f);
  for (int p = 0; p < positions; p += 16) {
    store_words(row.rounded_weights + p, p < visible ? multiply(load(w + p), levels) : zero());
  }
  return heaviest / static_cast<float>(kLargestWeight) / fold_add(sums);
}

// Output of R rows for D groups of 16 dimensions.
template <int R, int D>
RYZANSTEIN_INLINE void mix_values(const Attention& a, const AttentionRow* rows, const float* factors,
                                  int dimension, int positions) {
  Lanes totals[R][D];
#pragma GCC unroll 8
  for (int r = 0; r < R; r++) {
#pragma GCC unroll 4
    for (int d = 0; d < D; d++) totals[r][d] = zero();
  }
  const int8_t* v = a.values + 2 * dimension;
  for (int first = 0; first < positions; first += kWeightSum) {
    const int end = first + kWeightSum < positions ? first + kWeightSum : positions;
    Ints sums[R][D];
#pragma GCC unroll 8
    for (int r = 0; r < R; r++) {
#pragma GCC unroll 4
      for (int d = 0; d < D; d++) sums[r][d] = no_ints();
    }
    for (int p = first; p < end; p += 2, v += 2 * a.head_size) {
      Ints values[D];
#pragma GCC unroll 4
      for (int d = 0; d < D; d++) values[d] = load_words(v + 32 * d);
#pragma GCC unroll 8
      for (int r = 0; r < R; r++) {
        const Pair pair = broadcast_pair(rows[r].rounded_weights + p);
#pragma GCC unroll 4
        for (int d = 0; d < D; d++) sums[r][d] = add_pairs(sums[r][d], values[d], pair);
      }
    }
#pragma GCC unroll 8
    for (int r = 0; r < R; r++) {
#pragma GCC unroll 4
      for (int d = 0; d < D; d++) totals[r][d] = add(totals[r][d], to_floats(sums[r][d]));
    }
  }
#pragma GCC unroll 8
  for (int r = 0; r < R; r++) {
#pragma GCC unroll 4
    for (int d = 0; d < D; d++) {
      store(rows[r].y + dimension + 16 * d, multiply(totals[r][d], all(factors[r])));
    }
  }
}

template <int R>
static void mix_rows(const Attention& a, int first, const float* factors, int positions) {
  int d = 0;
  for (; d + 16 * kOutputLanes <= a.head_size; d += 16 * kOutputLanes) {
    mix_values<R, kOutputLanes>(a, a.rows + first, factors + first, d, positions);
  }
  for (; d < a.head_size; d += 16) mix_values<R, 1>(a, a.rows + first, factors + first, d, positions);
}

static void attend(const Attention& a) {
  const int positions = a.rows[a.count - 1].visible;
  float factors[kAttentionRows];
  for (int r = 0; r < a.count; r++) factors[r] = weigh(a.rows[r], a, positions);
  int r = 0;
  for (; r + kOutputRows <= a.count; r += kOutputRows) mix_rows<kOutputRows>(a, r, factors, positions);
  for (; r + 2 <= a.count; r += 2) mix_rows<2>(a, r, factors, positions);
  for (; r < a.count; r++) mix_rows<1>(a, r, factors, positions);
}

// All of the float work over the lanes of the including file.
static constexpr FloatKernels kOverLanes = {
    rms_norm,      layer_norm,     quantize,      quantize_words, scale_rows,     add,    rope,     spread,
    silu_multiply, relu2_multiply, gelu_multiply, gelu,           multiply_words, attend, summarize};

}  // namespace ryzanstein

#endif
