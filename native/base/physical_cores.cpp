// Physical cores of Linux, macOS and Windows; elsewhere hardware threads count as cores.
#include "physical_cores.h"

#include <algorithm>
#include <thread>

#if defined(__linux__)
#include <sched.h>

#include <fstream>
#include <set>
#include <string>
#include <utility>
#elif defined(__APPLE__)
#include <sys/sysctl.h>
#elif defined(_WIN32)
#define NOMINMAX
#include <windows.h>

#include <vector>
#endif

namespace ryzanstein {

#if defined(__linux__)

int logical_cores() {
  cpu_set_t allowed;
  if (sched_getaffinity(0, sizeof allowed, &allowed) == 0) return std::max(1, CPU_COUNT(&allowed));
  return std::max(1u, std::thread::hardware_concurrency());
}

std::vector<int> core_cpus() {
  cpu_set_t allowed;
  if (sched_getaffinity(0, sizeof allowed, &allowed) != 0) return {};
  std::vector<int> firsts;
  std::set<std::pair<int, int>> cores;  // (package, core)
  for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
    if (!CPU_ISSET(cpu, &allowed)) continue;
    const std::string topology = "/sys/devices/system/cpu/cpu" + std::to_string(cpu) + "/topology/";
    int package = 0;
    int core = 0;
    const bool known = (std::ifstream(topology + "physical_package_id") >> package) &&
                       (std::ifstream(topology + "core_id") >> core);
    // A CPU whose core is unknown counts as a core of its own.
    if (!known || cores.emplace(package, core).second) firsts.push_back(cpu);
  }
  return firsts;
}

int physical_cores() {
  const auto cores = static_cast<int>(core_cpus().size());
  return cores > 0 ? cores : logical_cores();
}

void pin_to(int cpu) {
  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET(cpu, &one);
  sched_setaffinity(0, sizeof one, &one);
}

#else

int logical_cores() { return static_cast<int>(std::max(1u, std::thread::hardware_concurrency())); }

std::vector<int> core_cpus() { return {}; }

void pin_to(int) {}

#if defined(__APPLE__)

int physical_cores() {
  int cores = 0;
  size_t bytes = sizeof cores;
  if (sysctlbyname("hw.physicalcpu", &cores, &bytes, nullptr, 0) != 0 || cores < 1) return logical_cores();
  return std::min(cores, logical_cores());
}

#elif defined(_WIN32)

int physical_cores() {
  DWORD bytes = 0;
  GetLogicalProcessorInformationEx(RelationProcessorCore, nullptr, &bytes);
  std::vector<char> buffer(bytes);
  auto* first = reinterpret_cast<SYSTEM_LOGICAL_PROCESSOR_INFORMATION_EX*>(buffer.data());
  if (bytes == 0 || !GetLogicalProcessorInformationEx(RelationProcessorCore, first, &bytes))
    return logical_cores();
  int cores = 0;
  for (DWORD at = 0; at < bytes; cores++) {
    at += reinterpret_cast<SYSTEM_LOGICAL_PROCESSOR_INFORMATION_EX*>(buffer.data() + at)->Size;
  }
  return std::max(1, std::min(cores, logical_cores()));
}

#else

int physical_cores() { return logical_cores(); }

#endif
#endif

}  // namespace ryzanstein
