// Power and memory of this machine, on systems that tell of them by a call of C alone: macOS and Windows.
#ifndef RYZANSTEIN_BASE_SUPPLIES_H_
#define RYZANSTEIN_BASE_SUPPLIES_H_

#include <cstdint>

namespace ryzanstein {

enum class Power { kUnknown, kMains, kBattery };

// kUnknown elsewhere, and where the system does not know.
Power power();

// Bytes that programs may have before others suffer: what is free, and what is kept only because nobody wants
// it. 0 elsewhere, and where the system does not tell.
uint64_t available_memory();

}  // namespace ryzanstein

#endif
