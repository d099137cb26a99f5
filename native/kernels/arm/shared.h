// The kernels of this folder that more than one level computes with.
#ifndef RYZANSTEIN_KERNELS_ARM_SHARED_H_
#define RYZANSTEIN_KERNELS_ARM_SHARED_H_

#include "../contracts.h"

namespace ryzanstein {

extern const FloatKernels kNeonFloats;
extern const GroupedKernel* const kNeonGrouped[kForms];
extern const GroupedKernel* const kNeonDotprodGrouped[kForms];

}  // namespace ryzanstein

#endif
