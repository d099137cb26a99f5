// The levels of levels.inc as a table.
#include "dispatch.h"

#include <string.h>

namespace ryzanstein {

#define RYZANSTEIN_LEVEL(name, table, condition) extern const Kernels table;
#include "levels.inc"
#undef RYZANSTEIN_LEVEL

namespace {

#define RYZANSTEIN_LEVEL(name, table, condition) \
  {name, [](const CpuFeatures& cpu) { return static_cast<void>(cpu), condition; }, table},
const KernelLevel kLevels[] = {
#include "levels.inc"
};
#undef RYZANSTEIN_LEVEL

}  // namespace

KernelLevels kernel_levels() { return {kLevels, sizeof kLevels / sizeof kLevels[0]}; }

const KernelLevel& reference_level() { return kLevels[0]; }

const KernelLevel* find_level(const char* name) {
  for (const KernelLevel& level : kLevels) {
    if (strcmp(level.name, name) == 0) return &level;
  }
  return nullptr;
}

}  // namespace ryzanstein
