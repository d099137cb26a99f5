// One 64-byte unit of a packed block in four NEON registers, each of 4 rows; likewise 16 int32 sums.
#ifndef RYZANSTEIN_KERNELS_ARM_UNITS_H_
#define RYZANSTEIN_KERNELS_ARM_UNITS_H_

#include <arm_neon.h>

#include "../contracts.h"

namespace ryzanstein {

struct Unit {
  int32x4_t part[4];
};
using Broadcast = int8x16_t;  // 4 activations, the same for every row

constexpr bool kManyRegisters = true;
// SDOT takes signed bytes: int8 weights are packed as they are.
constexpr int kByteOffset = 0;

// sums[row] += 4 signed codes of the row x 4 signed activations. Without SDOT products are added in pairs as
// words, which fit: 2 * 128 * 127 < 2^15.
RYZANSTEIN_INLINE int32x4_t dot(int32x4_t sums, int8x16_t codes, int8x16_t x) {
#if defined(__ARM_FEATURE_DOTPROD)
  return vdotq_s32(sums, codes, x);
#else
  const int16x8_t low = vmull_s8(vget_low_s8(codes), vget_low_s8(x)), high = vmull_high_s8(codes, x);
  return vpadalq_s16(sums, vpaddq_s16(low, high));
#endif
}

// The same for each register.
template <class Operation>
RYZANSTEIN_INLINE Unit each(Operation operation) {
  return {{operation(0), operation(1), operation(2), operation(3)}};
}

RYZANSTEIN_INLINE Unit load(const uint8_t* p) {
  return each([&](int i) { return vreinterpretq_s32_u8(vld1q_u8(p + 16 * i)); });
}
RYZANSTEIN_INLINE Unit all_ints(int32_t v) {
  const int32x4_t r = vdupq_n_s32(v);
  return {{r, r, r, r}};
}
RYZANSTEIN_INLINE Unit zero() { return all_ints(0); }
RYZANSTEIN_INLINE Unit all_bytes(int v) { return all_ints(0x01010101 * v); }
RYZANSTEIN_INLINE Unit bits_and(Unit a, Unit b) {
  return each([&](int i) { return vandq_s32(a.part[i], b.part[i]); });
}
RYZANSTEIN_INLINE Unit add(Unit a, Unit b) {
  return each([&](int i) { return vaddq_s32(a.part[i], b.part[i]); });
}
RYZANSTEIN_INLINE Unit subtract(Unit a, Unit b) {
  return each([&](int i) { return vsubq_s32(a.part[i], b.part[i]); });
}
template <int n>
RYZANSTEIN_INLINE Unit shift_words(Unit v) {
  return each([&](int i) { return vreinterpretq_s32_u16(vshrq_n_u16(vreinterpretq_u16_s32(v.part[i]), n)); });
}
template <int n>
RYZANSTEIN_INLINE Unit shift_sums(Unit v) {
  return each([&](int i) { return vshrq_n_s32(v.part[i], n); });
}
RYZANSTEIN_INLINE Unit load_sums(const int32_t* y) {
  return each([&](int i) { return vld1q_s32(y + 4 * i); });
}
RYZANSTEIN_INLINE void store_sums(int32_t* y, Unit v) {
  for (int i = 0; i < 4; i++) vst1q_s32(y + 4 * i, v.part[i]);
}
RYZANSTEIN_INLINE Broadcast broadcast(const uint8_t* x) {
  return vreinterpretq_s8_s32(vld1q_dup_s32(reinterpret_cast<const int32_t*>(x)));
}

constexpr int kUnitsPerDrain = 1 << 20;  // int32 sums: never
constexpr bool kSlowAccumulate = true;

RYZANSTEIN_INLINE Unit accumulate(Unit sums, Unit codes, Broadcast x) {
  return each([&](int i) { return dot(sums.part[i], vreinterpretq_s8_s32(codes.part[i]), x); });
}
RYZANSTEIN_INLINE Unit widen(Unit sums) { return sums; }
RYZANSTEIN_INLINE Unit dot_broadcast(Unit sums, Unit codes, const uint8_t* x) {
  return accumulate(sums, codes, broadcast(x));
}

}  // namespace ryzanstein

#endif
