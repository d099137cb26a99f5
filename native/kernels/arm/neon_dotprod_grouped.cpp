// NEON with SDOT: grouped weights.
// Flags: -mcpu=generic+dotprod
#include "grouped.h"

#define RYZANSTEIN_GROUPED kNeonDotprodGrouped
#include "../grouped_kernel.h"
