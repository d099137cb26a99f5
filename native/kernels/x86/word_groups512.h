// The products of one group of columns on AVX-512 without VNNI: of bytes, added up in words. Everything is
// static.
#ifndef RYZANSTEIN_KERNELS_X86_WORD_GROUPS512_H_
#define RYZANSTEIN_KERNELS_X86_WORD_GROUPS512_H_

#include "forms512.h"
#include "pair_sums.h"

namespace ryzanstein {

template <GroupedForm form, int T>
RYZANSTEIN_INLINE void drain(Unit words[][T], Unit sums[][T]) {
#pragma GCC unroll 8
  for (int t = 0; t < T; t++) {
    sums[0][t] = add(sums[0][t], widen_words(words[0][t]));
    if constexpr (kWordParts<form> == 2) {
      sums[0][t] = add(sums[0][t], _mm512_madd_epi16(words[1][t], _mm512_set1_epi16(16)));
    }
  }
}

// The code units i .. kEnd - 1 of 32 columns; both nibbles of a byte in turn, where all are wanted.
template <GroupedForm form, int T, int i, int kEnd>
RYZANSTEIN_INLINE void add_units(Unit words[][T], Unit sums[][T], const uint8_t* span, const uint8_t* x) {
  constexpr FormShape f = shape_of(form);
  constexpr bool kInTurn = (f.bits & 4) != 0 && f.group >= 32;
  constexpr int u = kInTurn ? i / 2 + i % 2 * 4 : i;
  constexpr int kStep = units_per_drain<form>();
  Unit operands[kWordParts<form>] = {code_unit<form, u>(span)};
  if constexpr (kWordParts<form> == 2) {
    operands[1] = bits_and(shift_words<4>(operands[0]), all_bytes(15));
    operands[0] = bits_and(operands[0], all_bytes(15));
  }
#pragma GCC unroll 8
  for (int t = 0; t < T; t++) {
    const Broadcast four = broadcast(x + 4 * (u * T + t));
#pragma GCC unroll 2
    for (int part = 0; part < kWordParts<form>; part++) {
      const Unit before = kStep <= 8 && i % kStep == 0 ? zero() : words[part][t];
      const Unit sum = accumulate_words(before, operands[part], four);
      words[part][t] = T == 1 ? sum : in_place(sum);
    }
  }
  if constexpr (kStep <= 8 && (i + 1) % kStep == 0) drain<form, T>(words, sums);
  if constexpr (i + 1 < kEnd) add_units<form, T, i + 1, kEnd>(words, sums, span, x);
}

// One group's codes times T tokens, added to sums[0]. Of groups of 16 columns the second one shares units
// with the first: `codes` and `x` are those of both.
template <GroupedForm form, int T, int H>
RYZANSTEIN_INLINE void add_group(Unit sums[][T], const uint8_t* codes, size_t, int second, const uint8_t* x) {
  static_assert(H == 1, "one block at a time");
  constexpr FormShape f = shape_of(form);
  Unit words[kWordParts<form>][T];
  if constexpr (f.group == 16) {
    if (second == 0) add_units<form, T, 0, 4>(words, sums, codes, x);
    if (second == 1) add_units<form, T, 4, 8>(words, sums, codes, x);
  } else if constexpr (f.group == 32) {
    add_units<form, T, 0, 8>(words, sums, codes, x);
  } else {
    static_assert(units_per_drain<form>() == f.group / 4, "a large group fits the words");
#pragma GCC unroll 8
    for (int t = 0; t < T; t++) words[0][t] = zero();
#pragma GCC unroll 4
    for (int s = 0; s < f.group / 32; s++) {
      add_units<form, T, 0, 8>(words, sums, codes + 64 * f.bits * s, x + 32 * T * s);
    }
    drain<form, T>(words, sums);
  }
}

}  // namespace ryzanstein

#endif
