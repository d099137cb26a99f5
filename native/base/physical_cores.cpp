// Physical cores of Linux, macOS and Windows; elsewhere hardware threads count as cores.
#include "physical_cores.h"

#include <algorithm>
#include <thread>

#if defined(__linux__)
#include <sched.h>

#include <fstream>
#include <iterator>
#include <set>
#include <sstream>
#include <utility>
#elif defined(__APPLE__)
#include <pthread/qos.h>
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

namespace {

struct Core {
  int cpu;
  int speed;  // of 1024
};

// The numbers of a list such as "0-3,8,10-11".
std::set<int> numbers_in(const std::string& list) {
  std::set<int> numbers;
  std::istringstream parts(list);
  for (std::string part; std::getline(parts, part, ',');) {
    int first = 0;
    int last = 0;
    char dash = 0;
    std::istringstream range(part);
    if (!(range >> first)) continue;
    if (!(range >> dash >> last)) last = first;
    for (int number = first; number <= last; number++) numbers.insert(number);
  }
  return numbers;
}

// The performance cores' CPUs of an Intel hybrid, which have counters of their own; none on other CPUs.
std::set<int> performance_cpus(const std::string& devices) {
  std::ifstream file(devices + "/cpu_core/cpus");
  return numbers_in(std::string(std::istreambuf_iterator<char>(file), {}));
}

std::vector<Core> cores_in(const std::string& devices) {
  cpu_set_t allowed;
  if (sched_getaffinity(0, sizeof allowed, &allowed) != 0) return {};
  const std::set<int> performance = performance_cpus(devices);
  std::vector<Core> cores;
  std::set<std::pair<int, int>> known_cores;  // (package, core)
  for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
    if (!CPU_ISSET(cpu, &allowed)) continue;
    const std::string folder = devices + "/system/cpu/cpu" + std::to_string(cpu);
    int package = 0;
    int core = 0;
    const bool known = (std::ifstream(folder + "/topology/physical_package_id") >> package) &&
                       (std::ifstream(folder + "/topology/core_id") >> core);
    // A CPU whose core is unknown counts as a core of its own.
    if (known && !known_cores.emplace(package, core).second) continue;
    int speed = performance.empty() || performance.count(cpu) > 0 ? 1024 : 512;
    std::ifstream(folder + "/cpu_capacity") >> speed;
    cores.push_back({cpu, speed});
  }
  std::stable_sort(cores.begin(), cores.end(),
                   [](const Core& a, const Core& b) { return a.speed > b.speed; });
  return cores;
}

}  // namespace

std::vector<int> core_cpus(const std::string& devices) {
  std::vector<int> cpus;
  for (const Core& core : cores_in(devices)) cpus.push_back(core.cpu);
  return cpus;
}

int fast_cores(const std::string& devices) {
  const std::vector<Core> cores = cores_in(devices);
  // The one or two fastest ones of a phone's chip are of the same kind as those that are a little slower.
  const auto is_fast = [&](const Core& core) { return core.speed * 5 >= cores[0].speed * 3; };
  const auto fast = std::count_if(cores.begin(), cores.end(), is_fast);
  return fast > 0 ? static_cast<int>(fast) : logical_cores();
}

int fast_cores() { return fast_cores("/sys/devices"); }

void prefer_fast_cores() {}

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

std::vector<int> core_cpus(const std::string&) { return {}; }

int fast_cores(const std::string&) { return fast_cores(); }

void pin_to(int) {}

#if defined(__APPLE__)

namespace {

int number_of(const char* name) {
  int number = 0;
  size_t bytes = sizeof number;
  return sysctlbyname(name, &number, &bytes, nullptr, 0) == 0 ? number : 0;
}

}  // namespace

int physical_cores() {
  const int cores = number_of("hw.physicalcpu");
  return cores < 1 ? logical_cores() : std::min(cores, logical_cores());
}

int fast_cores() {
  const int cores = number_of("hw.perflevel0.physicalcpu");
  return cores < 1 ? physical_cores() : std::min(cores, physical_cores());
}

void prefer_fast_cores() { pthread_set_qos_class_self_np(QOS_CLASS_USER_INITIATED, 0); }

#elif defined(_WIN32)

namespace {

// How fast each physical core is: the higher, the faster.
std::vector<int> core_classes() {
  DWORD bytes = 0;
  GetLogicalProcessorInformationEx(RelationProcessorCore, nullptr, &bytes);
  std::vector<char> buffer(bytes);
  auto* first = reinterpret_cast<SYSTEM_LOGICAL_PROCESSOR_INFORMATION_EX*>(buffer.data());
  if (bytes == 0 || !GetLogicalProcessorInformationEx(RelationProcessorCore, first, &bytes)) return {};
  std::vector<int> classes;
  for (DWORD at = 0; at < bytes;) {
    auto* core = reinterpret_cast<SYSTEM_LOGICAL_PROCESSOR_INFORMATION_EX*>(buffer.data() + at);
    classes.push_back(core->Processor.EfficiencyClass);
    at += core->Size;
  }
  return classes;
}

}  // namespace

int physical_cores() {
  const auto cores = static_cast<int>(core_classes().size());
  return cores < 1 ? logical_cores() : std::min(cores, logical_cores());
}

int fast_cores() {
  const std::vector<int> classes = core_classes();
  if (classes.empty()) return physical_cores();
  const int fastest = *std::max_element(classes.begin(), classes.end());
  return std::min(static_cast<int>(std::count(classes.begin(), classes.end(), fastest)), logical_cores());
}

void prefer_fast_cores() {
  THREAD_POWER_THROTTLING_STATE state = {};
  state.Version = THREAD_POWER_THROTTLING_CURRENT_VERSION;
  state.ControlMask = THREAD_POWER_THROTTLING_EXECUTION_SPEED;
  SetThreadInformation(GetCurrentThread(), ThreadPowerThrottling, &state, sizeof state);
}

#else

int physical_cores() { return logical_cores(); }

int fast_cores() { return logical_cores(); }

void prefer_fast_cores() {}

#endif
#endif

}  // namespace ryzanstein
