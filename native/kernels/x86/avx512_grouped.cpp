// AVX-512 without VNNI: grouped weights.
// Flags: -mavx512f -mavx512bw -mavx512dq -mavx512vl -mfma
#include "word_groups512.h"
namespace ryzanstein {
constexpr bool kTakesPairs = false;
}
// Written over the products above:
#include "grouped512.h"
#include "shared.h"

namespace ryzanstein {

static float quantize_group(const float* x, int n, int8_t* q) { return kAvx512Floats.quantize(x, n, q); }

}  // namespace ryzanstein

#define RYZANSTEIN_GROUPED kAvx512Grouped
#include "../grouped_kernel.h"
