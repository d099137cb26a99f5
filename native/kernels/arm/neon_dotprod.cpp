// NEON with SDOT: ternary weights at 2 bits and int8 weights.
// Flags: -mcpu=generic+dotprod
#include "byte_products.h"
#include "shared.h"

namespace ryzanstein {

extern const Kernels kNeonDotprod = {&kTernary, &kInt8, &kNeonFloats, kNeonDotprodGrouped};

}  // namespace ryzanstein
