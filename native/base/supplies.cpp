// Power and memory by the documented calls of macOS (IOKit, Mach) and Windows.
#include "supplies.h"

#if defined(__APPLE__)
#include <dlfcn.h>
#include <mach/mach.h>
#include <unistd.h>
#elif defined(_WIN32)
#define NOMINMAX
#include <windows.h>
#endif

namespace ryzanstein {

#if defined(__APPLE__)

// IOPSGetTimeRemainingEstimate: seconds left of the battery, -1 while they are being estimated, -2 on mains.
// Looked up by name, for a program that links IOKit would need its stubs where it is built.
Power power() {
  static void* const kit = dlopen("/System/Library/Frameworks/IOKit.framework/IOKit", RTLD_LAZY);
  if (kit == nullptr) return Power::kUnknown;
  static const auto time_left = reinterpret_cast<double (*)()>(dlsym(kit, "IOPSGetTimeRemainingEstimate"));
  if (time_left == nullptr) return Power::kUnknown;
  return time_left() == -2.0 ? Power::kMains : Power::kBattery;
}

uint64_t available_memory() {
  vm_statistics64_data_t pages = {};
  mach_msg_type_number_t count = HOST_VM_INFO64_COUNT;
  const mach_port_t host = mach_host_self();
  const kern_return_t told =
      host_statistics64(host, HOST_VM_INFO64, reinterpret_cast<host_info64_t>(&pages), &count);
  mach_port_deallocate(mach_task_self(), host);
  const int64_t page = sysconf(_SC_PAGESIZE);
  if (told != KERN_SUCCESS || page <= 0) return 0;
  const uint64_t available = uint64_t{pages.free_count} + pages.inactive_count + pages.purgeable_count;
  return available * static_cast<uint64_t>(page);
}

#elif defined(_WIN32)

Power power() {
  SYSTEM_POWER_STATUS status;
  if (!GetSystemPowerStatus(&status) || status.ACLineStatus > 1) return Power::kUnknown;
  return status.ACLineStatus == 1 ? Power::kMains : Power::kBattery;
}

uint64_t available_memory() {
  MEMORYSTATUSEX status;
  status.dwLength = sizeof status;
  return GlobalMemoryStatusEx(&status) ? status.ullAvailPhys : 0;
}

#else

Power power() { return Power::kUnknown; }

uint64_t available_memory() { return 0; }

#endif

}  // namespace ryzanstein
