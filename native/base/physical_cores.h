// Which physical cores this process may use, which of them are fast, and how a thread gets onto one.
#ifndef RYZANSTEIN_BASE_PHYSICAL_CORES_H_
#define RYZANSTEIN_BASE_PHYSICAL_CORES_H_

#include <string>
#include <vector>

namespace ryzanstein {

// Cores, not hardware threads: two threads of one core share its multipliers. At least 1, at most
// logical_cores().
int physical_cores();

// Those of the fastest kind, where a system tells of several: performance cores of Apple's and Intel's CPUs,
// big ones of ARM's. Slower ones beside them would be waited for in each product. At least 1.
int fast_cores();

// Hardware threads that the system lets this process run on; at least 1.
int logical_cores();

// One CPU (hardware thread) of each physical core, the fast ones first, [physical_cores()]; none where
// threads cannot be pinned (all systems but Linux). `devices` is where Linux tells of its devices, for tests.
std::vector<int> core_cpus(const std::string& devices = "/sys/devices");
int fast_cores(const std::string& devices);

// From now on the calling thread, and those that it starts, run on this CPU only. Nothing changes where the
// system refuses.
void pin_to(int cpu);

// Tells the system that a user waits for the calling thread, so that it is not kept on slow cores to save
// energy.
void prefer_fast_cores();

}  // namespace ryzanstein

#endif
