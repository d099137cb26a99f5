// Which physical cores this process may use, and how a thread is pinned to one.
#ifndef RYZANSTEIN_BASE_PHYSICAL_CORES_H_
#define RYZANSTEIN_BASE_PHYSICAL_CORES_H_

#include <vector>

namespace ryzanstein {

// Cores, not hardware threads: two threads of one core share its multipliers. At least 1, at most
// logical_cores().
int physical_cores();

// Hardware threads that the system lets this process run on; at least 1.
int logical_cores();

// One CPU (hardware thread) of each physical core, [physical_cores()]; none where threads cannot be pinned
// (all systems but Linux).
std::vector<int> core_cpus();

// From now on the calling thread, and those that it starts, run on this CPU only. Nothing changes where the
// system refuses.
void pin_to(int cpu);

}  // namespace ryzanstein

#endif
