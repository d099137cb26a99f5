// AVX-512 VBMI with VNNI: grouped weights, in pairs of blocks.
// Flags: -mavx512f -mavx512bw -mavx512dq -mavx512vl -mavx512vnni -mfma
#include "dot_groups512.h"
namespace ryzanstein {
constexpr bool kTakesPairs = true;
}
// Written over the products above:
#include "grouped512.h"
#include "shared.h"

namespace ryzanstein {

static float quantize_group(const float* x, int n, int8_t* q) { return kAvx512VnniFloats.quantize(x, n, q); }

}  // namespace ryzanstein

#define RYZANSTEIN_GROUPED kAvx512VbmiGrouped
#include "../grouped_kernel.h"
