// Asking for memory ahead of its use, under one name for every compiler; static, as all code of kernels.
#ifndef RYZANSTEIN_KERNELS_PREFETCH_H_
#define RYZANSTEIN_KERNELS_PREFETCH_H_

#include "contracts.h"

#if defined(_MSC_VER) && RYZANSTEIN_X86
#include <immintrin.h>
#endif

namespace ryzanstein {

// Of ternary weights and int8: without it a stream of them from L3 or memory runs at half speed.
constexpr int kPrefetchAhead = 4096;

RYZANSTEIN_INLINE void prefetch(const void* p) {
#if defined(__GNUC__)
  __builtin_prefetch(p);
#elif defined(_MSC_VER) && RYZANSTEIN_X86
  _mm_prefetch(static_cast<const char*>(p), _MM_HINT_T0);
#else
  (void)p;
#endif
}

}  // namespace ryzanstein

#endif
