// The products of one group of columns by VPDPBUSD, of one block or of two at once. Everything is static.
#ifndef RYZANSTEIN_KERNELS_X86_DOT_GROUPS512_H_
#define RYZANSTEIN_KERNELS_X86_DOT_GROUPS512_H_

#include "dot512.h"
#include "forms512.h"

namespace ryzanstein {

// Where one token has many sums to itself, codes that fill a byte evenly stay in their place: digit d of a
// unit counts 2^(bits * d) in sums of its own.
template <GroupedForm form, int T>
constexpr int kDigits = T > 2 || shape_of(form).table != kNoTable ? 1
                        : shape_of(form).bits == 4                ? 2
                        : shape_of(form).bits == 2                ? 4
                                                                  : 1;

template <GroupedForm form, int u>
RYZANSTEIN_INLINE Unit unit_in_place(const uint8_t* span) {
  constexpr int kBits = shape_of(form).bits;
  if constexpr (kBits == 4) return bits_and(load(span + 64 * (u % 4)), all_bytes(15 << (u / 4 * 4)));
  return bits_and(load(span + 64 * (u / 4)), all_bytes(3 << (u % 4 * 2)));
}

// A chain of VPDPBUSD waits 4 cycles for each: few tokens take turns among sets of sums.
template <GroupedForm form, int T>
constexpr int kSets = kDigits<form, T> > 1 ? kDigits<form, T>
                      : T == 1             ? 2
                                           : 1;

// The code units i .. kEnd - 1 of 32 columns of H blocks times T tokens; both nibbles of a byte in turn,
// where all are wanted. Of two blocks each has one set of sums.
template <GroupedForm form, int T, int H, int i, int kEnd>
RYZANSTEIN_INLINE void add_units(Unit sums[][T], const uint8_t* span, size_t block_bytes, const uint8_t* x) {
  constexpr int kBits = shape_of(form).bits;
  constexpr bool kInTurn = (kBits & 4) != 0 && shape_of(form).group >= 32;
  constexpr int u = kInTurn ? i / 2 + i % 2 * 4 : i;
  constexpr bool kInPlace = kDigits<form, T> > 1;
  constexpr int kSet = kInPlace ? (kBits == 4 ? u / 4 : u % 4) : i % kSets<form, T>;
  Unit codes[H];
#pragma GCC unroll 2
  for (int h = 0; h < H; h++) {
    codes[h] = kInPlace ? unit_in_place<form, u>(span) : code_unit<form, u>(span + h * block_bytes);
  }
#pragma GCC unroll 8
  for (int t = 0; t < T; t++) {
    const uint8_t* four = x + 4 * (u * T + t);
    if constexpr (H == 1) {
      sums[kSet][t] = dot_broadcast(sums[kSet][t], codes[0], four);
    } else {
      const Broadcast both = broadcast(four);
      sums[0][t] = dot(sums[0][t], codes[0], both);
      sums[1][t] = dot(sums[1][t], codes[1], both);
    }
  }
  if constexpr (i + 1 < kEnd) add_units<form, T, H, i + 1, kEnd>(sums, span, block_bytes, x);
}

// One group's codes of H blocks times T tokens, added to sums[block]. Of groups of 16 columns the second one
// shares units with the first: `codes` and `x` are those of both.
template <GroupedForm form, int T, int H>
RYZANSTEIN_INLINE void add_group(Unit sums[][T], const uint8_t* codes, size_t block_bytes, int second,
                                 const uint8_t* x) {
  static_assert(H == 1 || kSets<form, T> == 1, "each of two blocks has one set of sums");
  constexpr FormShape f = shape_of(form);
  constexpr int kAllSets = H * kSets<form, T>;
  Unit sets[kAllSets][T];
#pragma GCC unroll 8
  for (int i = 0; i < kAllSets * T; i++) sets[i / T][i % T] = i < H * T ? sums[i / T][i % T] : zero();
  if constexpr (f.group == 16) {
    if (second == 0) add_units<form, T, H, 0, 4>(sets, codes, block_bytes, x);
    if (second == 1) add_units<form, T, H, 4, 8>(sets, codes, block_bytes, x);
  } else {
#pragma GCC unroll 4
    for (int s = 0; s < f.group / 32; s++) {
      add_units<form, T, H, 0, 8>(sets, codes + 64 * f.bits * s, block_bytes, x + 32 * T * s);
    }
  }
  constexpr int kShift = kDigits<form, T> > 1 ? f.bits : 0;
#pragma GCC unroll 8
  for (int i = 0; i < H * T; i++) {
    const int t = i % T;
    sums[i / T][t] = sets[i / T][t];
    if constexpr (kSets<form, T> > 1) sums[0][t] = add(sums[0][t], shift_sums<kShift>(sets[1][t]));
    if constexpr (kSets<form, T> == 4) {
      const Unit upper = add(shift_sums<2 * kShift>(sets[2][t]), shift_sums<3 * kShift>(sets[3][t]));
      sums[0][t] = add(sums[0][t], upper);
    }
  }
}

}  // namespace ryzanstein

#endif
