// AVX2: grouped weights.
// Flags: -mavx2 -mfma -mf16c
#include "shared.h"
#include "units256.h"

namespace ryzanstein {

constexpr bool kHasDot = false;
RYZANSTEIN_INLINE __m256i dot(__m256i sums, __m256i, Broadcast) { return sums; }

static float quantize_group(const float* x, int n, int8_t* q) { return kAvx2Floats.quantize(x, n, q); }

}  // namespace ryzanstein

#include "grouped256.h"

#define RYZANSTEIN_GROUPED kAvx2Grouped
#include "../grouped_kernel.h"
