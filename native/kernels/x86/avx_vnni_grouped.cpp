// AVX-VNNI: grouped weights.
// Flags: -mavx2 -mfma -mf16c -mavxvnni
#include "dot256.h"
#include "shared.h"

namespace ryzanstein {

constexpr bool kHasDot = true;

static float quantize_group(const float* x, int n, int8_t* q) { return kAvx2Floats.quantize(x, n, q); }

}  // namespace ryzanstein

#include "grouped256.h"

#define RYZANSTEIN_GROUPED kAvxVnniGrouped
#include "../grouped_kernel.h"
