// NEON as every ARMv8 has it: ternary weights at 2 bits and int8 weights, products of bytes added in pairs.
// Flags: -mcpu=generic
#include "byte_products.h"
#include "shared.h"

namespace ryzanstein {

extern const Kernels kNeon = {&kTernary, &kInt8, &kNeonFloats, kNeonGrouped};

}  // namespace ryzanstein
