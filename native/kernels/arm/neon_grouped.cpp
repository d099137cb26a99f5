// NEON as every ARMv8 has it: grouped weights.
// Flags: -mcpu=generic
#include "grouped.h"

#define RYZANSTEIN_GROUPED kNeonGrouped
#include "../grouped_kernel.h"
