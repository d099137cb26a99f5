// Which physical cores this process may use, and how a thread keeps to one.
#ifndef RYZANSTEIN_BASE_PHYSICAL_CORES_H_
#define RYZANSTEIN_BASE_PHYSICAL_CORES_H_

#include <vector>

namespace ryzanstein {

// Cores, not hardware threads: two threads of one core share its multipliers. At least 1, at most
// logical_cores().
int physical_cores();

// Hardware threads that the system lets this process run on; at least 1.
int logical_cores();

// A hardware thread of each physical core, [physical_cores()]; none where a thread cannot keep to one (all
// systems but Linux).
std::vector<int> hardware_threads();

// From now on the calling thread, and those that it starts, run on this hardware thread only. Nothing changes
// where the system refuses.
void keep_to(int hardware_thread);

}  // namespace ryzanstein

#endif
