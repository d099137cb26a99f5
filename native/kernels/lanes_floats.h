// The float work over 16 lanes, written once for every register width. The including file defines Lanes and
// its operations under its own CPU flags; everything here is static.
//
// Lanes operations: zero, all, load, load_some (lanes from n on are 0), store, store_some, from_ints,
// from_ints_some, add, subtract, multiply, divide, fused (a * b + c),
// fused_subtract (a * b - c), larger (a > b ? a : b), smaller, magnitude, nearest (half to even),
// power_of_two, keep (lanes from n on become 0), partner<half> (lane i gets lane i ^ half),
// negate_second<half> (lanes whose index has the bit `half`), fold_add, fold_larger, store_bytes,
// store_words_some.
#ifndef RYZANSTEIN_KERNELS_LANES_FLOATS_H_
#define RYZANSTEIN_KERNELS_LANES_FLOATS_H_

#include "contracts.h"

namespace ryzanstein {

// As in the reference: 2^n times a polynomial in the rest.
RYZANSTEIN_INLINE Lanes exponential(Lanes x) {
  x = smaller(larger(x, all(-87.0f)), all(88.0f));
  const Lanes n = nearest(multiply(x, all(1.44269504f)));
  const Lanes r = fused(n, all(2.12194440e-4f), fused(n, all(-0.693359375f), x));
  Lanes p = all(1.38887876e-3f);
  p = fused(p, r, all(8.33336823e-3f));
  p = fused(p, r, all(4.16666679e-2f));
  p = fused(p, r, all(1.66666657e-1f));
  p = fused(p, r, all(0.5f));
  p = fused(p, r, all(1.0f));
  p = fused(p, r, all(1.0f));
  return multiply(p, power_of_two(n));
}

// Calls body(offset, lanes) for each group of 16 elements, the last with what is left.
template <class Whole, class Rest>
RYZANSTEIN_INLINE void for_lanes(int n, Whole whole, Rest rest) {
  int i = 0;
  for (; i + 16 <= n; i += 16) whole(i);
  if (i < n) rest(i, n - i);
}

static void rms_norm(const float* x, const float* weight, int n, float epsilon, float* y) {
  Lanes squares = zero();
  for_lanes(
      n, [&](int i) { squares = fused(load(x + i), load(x + i), squares); },
      [&](int i, int m) { squares = fused(load_some(x + i, m), load_some(x + i, m), squares); });
  const float inverse = 1.0f / square_root(fold_add(squares) / static_cast<float>(n) + epsilon);
  const Lanes factor = all(inverse);
  for_lanes(
      n, [&](int i) { store(y + i, multiply(multiply(load(x + i), factor), load(weight + i))); },
      [&](int i, int m) {
        store_some(y + i, m, multiply(multiply(load_some(x + i, m), factor), load_some(weight + i, m)));
      });
}

static void layer_norm(const float* x, const float* weight, const float* bias, int n, float epsilon,
                       float* y) {
  Lanes sums = zero();
  for_lanes(
      n, [&](int i) { sums = add(sums, load(x + i)); },
      [&](int i, int m) { sums = add(sums, load_some(x + i, m)); });
  const Lanes mean = all(fold_add(sums) / static_cast<float>(n));
  Lanes squares = zero();
  const auto add_square = [&](Lanes off) { squares = fused(off, off, squares); };
  for_lanes(
      n, [&](int i) { add_square(subtract(load(x + i), mean)); },
      [&](int i, int m) { add_square(keep(subtract(load_some(x + i, m), mean), m)); });
  const Lanes factor = all(1.0f / square_root(fold_add(squares) / static_cast<float>(n) + epsilon));
  const auto normed = [&](Lanes v, Lanes w, Lanes b) {
    return fused(multiply(subtract(v, mean), factor), w, b);
  };
  for_lanes(
      n, [&](int i) { store(y + i, normed(load(x + i), load(weight + i), load(bias + i))); },
      [&](int i, int m) {
        store_some(y + i, m, normed(load_some(x + i, m), load_some(weight + i, m), load_some(bias + i, m)));
      });
}

// Calls keep(i, m, levels) for each group of m elements that starts at i.
template <class Keep>
RYZANSTEIN_INLINE float quantize_to(const float* x, int n, float top, Keep keep_levels) {
  Lanes most = zero();
  for_lanes(
      n, [&](int i) { most = larger(magnitude(load(x + i)), most); },
      [&](int i, int m) { most = larger(magnitude(load_some(x + i, m)), most); });
  const float largest = fold_larger(most), scale = largest / top;
  if (!(scale > 0.0f) || !(largest <= 3.4028234e38f)) {
    for_lanes(
        n, [&](int i) { keep_levels(i, 16, zero()); }, [&](int i, int m) { keep_levels(i, m, zero()); });
    return 0.0f;
  }
  const Lanes divisor = all(scale), low = all(-top), high = all(top);
  const auto level = [&](Lanes v) { return smaller(larger(nearest(divide(v, divisor)), low), high); };
  for_lanes(
      n, [&](int i) { keep_levels(i, 16, level(load(x + i))); },
      [&](int i, int m) { keep_levels(i, m, level(load_some(x + i, m))); });
  return scale;
}

static float quantize(const float* x, int n, int8_t* q) {
  return quantize_to(x, n, 127.0f, [&](int i, int m, Lanes levels) { store_bytes(q + i, m, levels); });
}

static float quantize_words(const float* x, int n, int largest, int16_t* q) {
  return quantize_to(x, n, static_cast<float>(largest),
                     [&](int i, int m, Lanes levels) { store_words_some(q + i, m, levels); });
}

static void scale_rows(const int32_t* sums, const float* row_scales, int n, float factor, float* y) {
  const Lanes f = all(factor);
  for_lanes(
      n, [&](int i) { store(y + i, multiply(from_ints(sums + i), multiply(load(row_scales + i), f))); },
      [&](int i, int m) {
        store_some(y + i, m,
                   multiply(from_ints_some(sums + i, m), multiply(load_some(row_scales + i, m), f)));
      });
}

static void add(const float* x, int n, float* y) {
  for_lanes(
      n, [&](int i) { store(y + i, add(load(y + i), load(x + i))); },
      [&](int i, int m) { store_some(y + i, m, add(load_some(y + i, m), load_some(x + i, m))); });
}

static void rope(float* x, int heads, int head_size, int dimensions, const float* cosines,
                 const float* sines) {
  const int half = dimensions / 2;
  for (int h = 0; h < heads; h++, x += head_size) {
    const auto turn = [&](int i, int m) {
      const Lanes a = load_some(x + i, m), b = load_some(x + i + half, m);
      const Lanes c = load_some(cosines + i, m), s = load_some(sines + i, m);
      store_some(x + i, m, fused_subtract(a, c, multiply(b, s)));
      store_some(x + i + half, m, fused(a, s, multiply(b, c)));
    };
    for_lanes(half, [&](int i) { turn(i, 16); }, turn);
  }
}

template <int half>
RYZANSTEIN_INLINE Lanes sums_and_differences(Lanes v) {
  return add(partner<half>(v), negate_second<half>(v));
}

static void spread(float* x, int heads, int head_size) {
  const int block = head_size & -head_size;
  const Lanes factor = all(1.0f / square_root(static_cast<float>(block)));
  for (float* end = x + static_cast<ptrdiff_t>(heads) * head_size; x < end; x += block) {
    for (int half = block / 2; half >= 16; half /= 2) {
      for (int first = 0; first < block; first += 2 * half) {
        for (int i = first; i < first + half; i += 16) {
          const Lanes a = load(x + i), b = load(x + i + half);
          store(x + i, add(a, b));
          store(x + i + half, subtract(a, b));
        }
      }
    }
    for (int i = 0; i < block; i += 16) {
      Lanes v = sums_and_differences<8>(load(x + i));
      v = sums_and_differences<4>(v);
      v = sums_and_differences<2>(v);
      v = sums_and_differences<1>(v);
      store(x + i, multiply(v, factor));
    }
  }
}

static void silu_multiply(const float* gate, const float* up, int n, float* y) {
  const auto one = [&](Lanes g, Lanes u) {
    const Lanes e = exponential(subtract(zero(), g));
    return multiply(divide(g, add(all(1.0f), e)), u);
  };
  for_lanes(
      n, [&](int i) { store(y + i, one(load(gate + i), load(up + i))); },
      [&](int i, int m) { store_some(y + i, m, one(load_some(gate + i, m), load_some(up + i, m))); });
}

static void relu2_multiply(const float* gate, const float* up, int n, float* y) {
  const auto one = [&](Lanes g, Lanes u) {
    g = larger(g, zero());
    return multiply(multiply(g, g), u);
  };
  for_lanes(
      n, [&](int i) { store(y + i, one(load(gate + i), load(up + i))); },
      [&](int i, int m) { store_some(y + i, m, one(load_some(gate + i, m), load_some(up + i, m))); });
}

RYZANSTEIN_INLINE Lanes gelu_of(Lanes x) {
  const Lanes slope = fused(multiply(x, x), all(0.0713548163f), all(1.59576912f));
  const Lanes e = exponential(subtract(zero(), multiply(x, slope)));
  return divide(x, add(all(1.0f), e));
}

static void gelu_multiply(const float* gate, const float* up, int n, float* y) {
  for_lanes(
      n, [&](int i) { store(y + i, multiply(gelu_of(load(gate + i)), load(up + i))); },
      [&](int i, int m) {
        store_some(y + i, m, multiply(gelu_of(load_some(gate + i, m)), load_some(up + i, m)));
      });
}

static void gelu(const float* x, int n, float* y) {
  for_lanes(
      n, [&](int i) { store(y + i, gelu_of(load(x + i))); },
      [&](int i, int m) { store_some(y + i, m, gelu_of(load_some(x + i, m))); });
}

static LogitSummary summarize(const float* logits, int n) {
  Lanes most = all(-3.4028234e38f);
  for_lanes(
      n, [&](int i) { most = larger(load(logits + i), most); },
      [&](int i, int m) {
        float last[16];
        for (int j = 0; j < 16; j++) last[j] = logits[j < m ? i + j : 0];
        most = larger(load(last), most);
      });
  const float maximum = fold_larger(most);
  LogitSummary s = {0, maximum, 0.0f};
  for (int i = 0; i < n; i++) {
    if (logits[i] == maximum) {
      s.best = i;
      break;
    }
  }
  const Lanes largest = all(s.maximum);
  Lanes sums = zero();
  for_lanes(
      n, [&](int i) { sums = add(sums, exponential(subtract(load(logits + i), largest))); },
      [&](int i, int m) {
        sums = add(sums, keep(exponential(subtract(load_some(logits + i, m), largest)), m));
      });
  s.exp_sum = fold_add(sums);
  return s;
}

}  // namespace ryzanstein

#endif
