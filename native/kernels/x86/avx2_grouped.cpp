// AVX2: grouped weights.
// Flags: -mavx2 -mfma -mf16c
#include "grouped256.h"
#include "shared.h"

namespace ryzanstein {

static float quantize_group(const float* x, int n, int8_t* q) { return kAvx2Floats.quantize(x, n, q); }

}  // namespace ryzanstein

#define RYZANSTEIN_GROUPED kAvx2Grouped
#include "../grouped_kernel.h"
