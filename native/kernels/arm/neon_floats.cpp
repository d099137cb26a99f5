// The float work on NEON: 16 lanes are four registers.
// Flags: -mcpu=generic
#include <arm_neon.h>
#include <string.h>

#include "shared.h"

namespace ryzanstein {

struct Lanes {
  float32x4_t part[4];
};

constexpr int kOutputRows = 4;
constexpr int kOutputLanes = 1;
constexpr int kKeyRows = 4;
constexpr int kKeyGroups = 1;

// The same for each register.
template <class Operation>
RYZANSTEIN_INLINE Lanes each(Operation operation) {
  return {{operation(0), operation(1), operation(2), operation(3)}};
}

RYZANSTEIN_INLINE Lanes all(float x) {
  const float32x4_t r = vdupq_n_f32(x);
  return {{r, r, r, r}};
}
RYZANSTEIN_INLINE Lanes zero() { return all(0.0f); }
RYZANSTEIN_INLINE Lanes load(const float* p) {
  return each([&](int i) { return vld1q_f32(p + 4 * i); });
}
RYZANSTEIN_INLINE Lanes load_some(const float* p, int n) {
  if (n == 16) return load(p);
  float some[16] = {};
  for (int i = 0; i < n; i++) some[i] = p[i];
  return load(some);
}
RYZANSTEIN_INLINE void store(float* p, Lanes x) {
  for (int i = 0; i < 4; i++) vst1q_f32(p + 4 * i, x.part[i]);
}
RYZANSTEIN_INLINE void store_some(float* p, int n, Lanes x) {
  if (n == 16) return store(p, x);
  float some[16];
  store(some, x);
  for (int i = 0; i < n; i++) p[i] = some[i];
}
RYZANSTEIN_INLINE Lanes from_ints(const int32_t* p) {
  return each([&](int i) { return vcvtq_f32_s32(vld1q_s32(p + 4 * i)); });
}
RYZANSTEIN_INLINE Lanes from_ints_some(const int32_t* p, int n) {
  if (n == 16) return from_ints(p);
  int32_t some[16] = {};
  for (int i = 0; i < n; i++) some[i] = p[i];
  return from_ints(some);
}
RYZANSTEIN_INLINE Lanes add(Lanes a, Lanes b) {
  return each([&](int i) { return vaddq_f32(a.part[i], b.part[i]); });
}
RYZANSTEIN_INLINE Lanes subtract(Lanes a, Lanes b) {
  return each([&](int i) { return vsubq_f32(a.part[i], b.part[i]); });
}
RYZANSTEIN_INLINE Lanes multiply(Lanes a, Lanes b) {
  return each([&](int i) { return vmulq_f32(a.part[i], b.part[i]); });
}
RYZANSTEIN_INLINE Lanes divide(Lanes a, Lanes b) {
  return each([&](int i) { return vdivq_f32(a.part[i], b.part[i]); });
}
RYZANSTEIN_INLINE Lanes fused(Lanes a, Lanes b, Lanes c) {
  return each([&](int i) { return vfmaq_f32(c.part[i], a.part[i], b.part[i]); });
}
RYZANSTEIN_INLINE Lanes fused_subtract(Lanes a, Lanes b, Lanes c) {
  return each([&](int i) { return vfmaq_f32(vnegq_f32(c.part[i]), a.part[i], b.part[i]); });
}
// FMAX would keep what is no number.
RYZANSTEIN_INLINE float32x4_t larger(float32x4_t a, float32x4_t b) {
  return vbslq_f32(vcgtq_f32(a, b), a, b);
}
RYZANSTEIN_INLINE float32x4_t smaller(float32x4_t a, float32x4_t b) {
  return vbslq_f32(vcltq_f32(a, b), a, b);
}
RYZANSTEIN_INLINE Lanes larger(Lanes a, Lanes b) {
  return each([&](int i) { return larger(a.part[i], b.part[i]); });
}
RYZANSTEIN_INLINE Lanes smaller(Lanes a, Lanes b) {
  return each([&](int i) { return smaller(a.part[i], b.part[i]); });
}
RYZANSTEIN_INLINE Lanes magnitude(Lanes a) {
  return each([&](int i) { return vabsq_f32(a.part[i]); });
}
RYZANSTEIN_INLINE Lanes nearest(Lanes a) {
  return each([&](int i) { return vrndnq_f32(a.part[i]); });
}
RYZANSTEIN_INLINE Lanes power_of_two(Lanes n) {
  return each([&](int i) {
    const int32x4_t exponent = vaddq_s32(vcvtnq_s32_f32(n.part[i]), vdupq_n_s32(127));
    return vreinterpretq_f32_s32(vshlq_n_s32(exponent, 23));
  });
}
alignas(16) static const int32_t kIndices[16] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
RYZANSTEIN_INLINE Lanes keep(Lanes a, int n) {
  return each([&](int i) {
    const uint32x4_t kept = vcltq_s32(vld1q_s32(kIndices + 4 * i), vdupq_n_s32(n));
    return vreinterpretq_f32_u32(vandq_u32(kept, vreinterpretq_u32_f32(a.part[i])));
  });
}
template <int half>
RYZANSTEIN_INLINE Lanes partner(Lanes a) {
  if constexpr (half >= 4) return each([&](int i) { return a.part[i ^ half / 4]; });
  if constexpr (half == 2) return each([&](int i) { return vextq_f32(a.part[i], a.part[i], 2); });
  return each([&](int i) { return vrev64q_f32(a.part[i]); });
}
template <int half>
RYZANSTEIN_INLINE Lanes negate_second(Lanes a) {
  return each([&](int i) {
    const uint32x4_t second = vtstq_s32(vld1q_s32(kIndices + 4 * i), vdupq_n_s32(half));
    return vbslq_f32(second, vnegq_f32(a.part[i]), a.part[i]);
  });
}
RYZANSTEIN_INLINE int16x8_t eight_words(float32x4_t low, float32x4_t high) {
  return vqmovn_high_s32(vqmovn_s32(vcvtnq_s32_f32(low)), vcvtnq_s32_f32(high));
}
RYZANSTEIN_INLINE void store_bytes(int8_t* p, int n, Lanes x) {
  const int16x8_t low = eight_words(x.part[0], x.part[1]), high = eight_words(x.part[2], x.part[3]);
  const int8x16_t bytes = vqmovn_high_s16(vqmovn_s16(low), high);
  if (n == 16) return vst1q_s8(p, bytes);
  int8_t last[16];
  vst1q_s8(last, bytes);
  for (int i = 0; i < n; i++) p[i] = last[i];
}

// Lane i with lane i + 8, then + 4, + 2, + 1.
RYZANSTEIN_INLINE float fold_add(Lanes a) {
  float32x4_t f = vaddq_f32(vaddq_f32(a.part[0], a.part[2]), vaddq_f32(a.part[1], a.part[3]));
  f = vaddq_f32(f, vextq_f32(f, f, 2));
  return vgetq_lane_f32(f, 0) + vgetq_lane_f32(f, 1);
}
RYZANSTEIN_INLINE float fold_larger(Lanes a) {
  float32x4_t f = larger(larger(a.part[0], a.part[2]), larger(a.part[1], a.part[3]));
  f = larger(f, vextq_f32(f, f, 2));
  return vgetq_lane_f32(larger(f, vextq_f32(f, f, 1)), 0);
}

// Of attention: 16 sums; or 32 words of two neighbours for each sum, the first ones in the registers 0 and 1,
// the second ones in 2 and 3.
struct Ints {
  int32x4_t part[4];
};
using Pair = int16x4_t;
RYZANSTEIN_INLINE Ints no_ints() {
  const int32x4_t r = vdupq_n_s32(0);
  return {{r, r, r, r}};
}
RYZANSTEIN_INLINE Ints load_words(const int8_t* p) {
  const int8x16x2_t v = vld2q_s8(p);
  return {{vreinterpretq_s32_s16(vmovl_s8(vget_low_s8(v.val[0]))),
           vreinterpretq_s32_s16(vmovl_high_s8(v.val[0])),
           vreinterpretq_s32_s16(vmovl_s8(vget_low_s8(v.val[1]))),
           vreinterpretq_s32_s16(vmovl_high_s8(v.val[1]))}};
}
RYZANSTEIN_INLINE Ints load_pairs(const int16_t* p) {
  const int16x8x2_t low = vld2q_s16(p), high = vld2q_s16(p + 16);
  return {{vreinterpretq_s32_s16(low.val[0]), vreinterpretq_s32_s16(high.val[0]),
           vreinterpretq_s32_s16(low.val[1]), vreinterpretq_s32_s16(high.val[1])}};
}
RYZANSTEIN_INLINE void store_ints(int32_t* p, Ints sums) {
  for (int i = 0; i < 4; i++) vst1q_s32(p + 4 * i, sums.part[i]);
}
RYZANSTEIN_INLINE Pair broadcast_pair(const int16_t* p) {
  return vreinterpret_s16_s32(vld1_dup_s32(reinterpret_cast<const int32_t*>(p)));
}
RYZANSTEIN_INLINE Ints add_pairs(Ints sums, Ints words, Pair pair) {
#pragma GCC unroll 2
  for (int i = 0; i < 2; i++) {
    const int16x8_t firsts = vreinterpretq_s16_s32(words.part[i]),
                    seconds = vreinterpretq_s16_s32(words.part[2 + i]);
    int32x4_t& low = sums.part[2 * i];
    int32x4_t& high = sums.part[2 * i + 1];
    low = vmlal_lane_s16(low, vget_low_s16(firsts), pair, 0);
    low = vmlal_lane_s16(low, vget_low_s16(seconds), pair, 1);
    high = vmlal_high_lane_s16(high, firsts, pair, 0);
    high = vmlal_high_lane_s16(high, seconds, pair, 1);
  }
  return sums;
}
RYZANSTEIN_INLINE Lanes to_floats(Ints sums) {
  return each([&](int i) { return vcvtq_f32_s32(sums.part[i]); });
}
RYZANSTEIN_INLINE void store_words(int16_t* p, Lanes x) {
  vst1q_s16(p, eight_words(x.part[0], x.part[1]));
  vst1q_s16(p + 8, eight_words(x.part[2], x.part[3]));
}
RYZANSTEIN_INLINE void store_words_some(int16_t* p, int n, Lanes x) {
  if (n == 16) return store_words(p, x);
  int16_t last[16];
  store_words(last, x);
  for (int i = 0; i < n; i++) p[i] = last[i];
}
RYZANSTEIN_INLINE float square_root(float x) { return vget_lane_f32(vsqrt_f32(vdup_n_f32(x)), 0); }

}  // namespace ryzanstein

#include "../lanes_attention.h"
#include "../lanes_floats.h"

namespace ryzanstein {

extern const FloatKernels kNeonFloats = kOverLanes;

}  // namespace ryzanstein
