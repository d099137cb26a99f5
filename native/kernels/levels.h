// The kernel tables that the files of this folder export: one line per table, the only symbols besides the
// layouts.
#ifndef RYZANSTEIN_KERNELS_LEVELS_H_
#define RYZANSTEIN_KERNELS_LEVELS_H_

#include "contracts.h"

namespace ryzanstein {

extern const MatrixKernel kScalarTernary, kScalarInt8;
extern const FloatKernels kScalarFloats;

#if RYZANSTEIN_X86
extern const MatrixKernel kAvx2Ternary, kAvx2Int8;
extern const FloatKernels kAvx2Floats;
extern const MatrixKernel kAvxVnniTernary, kAvxVnniInt8;
extern const MatrixKernel kAvx512Ternary, kAvx512Int8;
extern const FloatKernels kAvx512Floats;
extern const MatrixKernel kAvx512VnniTernary, kAvx512VnniInt8;
extern const MatrixKernel kAvx512VbmiTernary;
extern const MatrixKernel kAmxTernary, kAmxInt8;
extern const MatrixKernel kTmacAvx2Ternary;
extern const MatrixKernel kTmacAvx512Ternary;
#endif

}  // namespace ryzanstein

#endif
