// The codes of grouped weights as grouped_layout.h draws them, over a register's bytes. The including file
// first defines Codes, load_codes, masked, either and shift_either, which shifts 16-bit words to the right,
// or to the left by -n. Everything is static.
#ifndef RYZANSTEIN_KERNELS_CODE_UNITS_H_
#define RYZANSTEIN_KERNELS_CODE_UNITS_H_

#include "grouped_layout.h"

namespace ryzanstein {

// Of code unit u of 32 columns the bytes that one register holds, not looked up.
template <GroupedForm form, int u>
RYZANSTEIN_INLINE Codes code_unit(const uint8_t* span) {
  constexpr FormShape f = shape_of(form);
  if constexpr (f.bits == 8) {
    return load_codes(span + 64 * u);
  } else {
    constexpr int kLow = f.bits & 4, kPlace = f.bits == 1 ? 1 : f.bits - 1;
    Codes codes{};
    if constexpr ((f.bits & 4) != 0) {
      const Codes nibbles = load_codes(span + 64 * (units_before(f.bits, 4) + u % 4));
      codes = masked(shift_either<u / 4 * 4>(nibbles), 15);
    }
    if constexpr ((f.bits & 2) != 0) {
      const Codes pairs = load_codes(span + 64 * (units_before(f.bits, 2) + u / 4));
      const Codes plane = masked(shift_either<2 * (u % 4) - kLow>(pairs), 3 << kLow);
      codes = kLow == 0 ? plane : either(codes, plane);
    }
    if constexpr ((f.bits & 1) != 0) {
      const Codes plane = masked(shift_either<u - kPlace>(load_codes(span)), 1 << kPlace);
      codes = f.bits == 1 ? plane : either(codes, plane);
    }
    return codes;
  }
}

}  // namespace ryzanstein

#endif
