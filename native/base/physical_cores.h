// How many physical cores this process may use.
#ifndef RYZANSTEIN_BASE_PHYSICAL_CORES_H_
#define RYZANSTEIN_BASE_PHYSICAL_CORES_H_

namespace ryzanstein {

// Cores, not hardware threads: two threads of one core share its multipliers. At least 1, at most
// logical_cores().
int physical_cores();

// Hardware threads that the system lets this process run on; at least 1.
int logical_cores();

}  // namespace ryzanstein

#endif
