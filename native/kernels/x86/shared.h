// The kernels of this folder that more than one level computes with.
#ifndef RYZANSTEIN_KERNELS_X86_SHARED_H_
#define RYZANSTEIN_KERNELS_X86_SHARED_H_

#include "../contracts.h"

namespace ryzanstein {

extern const FloatKernels kAvx2Floats, kAvx512Floats, kAvx512VnniFloats;
extern const MatrixKernel kAvx2Int8, kAvx512Int8;
extern const MatrixKernel kAvx512VnniTernary, kAvx512VnniInt8;
extern const GroupedKernel* const kAvx2Grouped[kForms];
extern const GroupedKernel* const kAvxVnniGrouped[kForms];
extern const GroupedKernel* const kAvx512Grouped[kForms];
extern const GroupedKernel* const kAvx512VnniGrouped[kForms];
extern const GroupedKernel* const kAvx512VbmiGrouped[kForms];
extern const GroupedKernel* const kAmxGrouped[kForms];

}  // namespace ryzanstein

#endif
