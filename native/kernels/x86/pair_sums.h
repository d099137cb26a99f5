// How many products of bytes VPMADDUBSW's words hold, for grouped weights where there is no VPDPBUSD. It adds
// products in pairs, and a word holds sums of these for as many units as fit: 8 of codes up to 15, 4 up to
// 31, 2 up to 63. Codes above that are taken apart into two nibbles, which are added up by themselves.
#ifndef RYZANSTEIN_KERNELS_X86_PAIR_SUMS_H_
#define RYZANSTEIN_KERNELS_X86_PAIR_SUMS_H_

#include "../grouped_layout.h"

namespace ryzanstein {

// Operands that a code is taken apart into.
template <GroupedForm form>
constexpr int kWordParts = shape_of(form).bits == 8 || shape_of(form).table == kCurve ? 2 : 1;

// The largest operand: a code, what it is looked up as, or a nibble of either.
template <GroupedForm form>
constexpr int kLargestOperand = shape_of(form).table == kFourBitFloats ? 24
                                : kWordParts<form> == 2                ? 15
                                : shape_of(form).bits == 1             ? 2
                                                                       : (1 << shape_of(form).bits) - 1;

// Units whose products fit a word, a power of two, at most a group's.
template <GroupedForm form>
RYZANSTEIN_INLINE constexpr int units_per_drain() {
  int units = 1;
  while (2 * units * 2 * 127 * kLargestOperand<form> <= 32767 && 2 * units <= shape_of(form).group / 4) {
    units *= 2;
  }
  return units;
}

}  // namespace ryzanstein

#endif
