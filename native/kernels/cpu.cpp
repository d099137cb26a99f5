// What this CPU offers and the operating system lets us use: from CPUID and XGETBV, on ARM from the system
// itself.
#include <string.h>

#include "dispatch.h"

#if RYZANSTEIN_X86
#ifdef _MSC_VER
#include <intrin.h>
#else
#include <cpuid.h>
#endif
#if defined(__linux__)
#include <sys/syscall.h>
#include <unistd.h>
#endif
#elif RYZANSTEIN_ARM
#if defined(__linux__)
#include <sys/auxv.h>
#elif defined(__APPLE__)
#include <sys/sysctl.h>
#elif defined(_WIN32)
#include <windows.h>
#endif
#endif

namespace ryzanstein {
namespace {

#if RYZANSTEIN_X86

struct Registers {
  uint32_t a, b, c, d;
};

Registers cpuid(uint32_t leaf, uint32_t subleaf) {
  Registers r;
#ifdef _MSC_VER
  int values[4];
  __cpuidex(values, static_cast<int>(leaf), static_cast<int>(subleaf));
  memcpy(&r, values, sizeof r);
#else
  __cpuid_count(leaf, subleaf, r.a, r.b, r.c, r.d);
#endif
  return r;
}

// Which register files the operating system saves: XCR0.
uint64_t saved_state() {
#ifdef _MSC_VER
  return _xgetbv(0);
#else
  uint32_t low, high;
  __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return static_cast<uint64_t>(high) << 32 | low;
#endif
}

// Linux gives the AMX tile registers only to processes that ask; asking again does no harm. Windows has a
// permission of its own, which nobody has proven with this program: there the tiles stay unused.
bool tiles_permitted() {
#if defined(__linux__)
  constexpr long kRequestPermission = 0x1023, kTileData = 18;
  return syscall(SYS_arch_prctl, kRequestPermission, kTileData) == 0;
#else
  return false;
#endif
}

bool bit(uint32_t word, int index) { return (word >> index & 1) != 0; }

CpuFeatures detect() {
  CpuFeatures cpu = {};
  const Registers base = cpuid(0, 0);
  memcpy(cpu.vendor, &base.b, 4);
  memcpy(cpu.vendor + 4, &base.d, 4);
  memcpy(cpu.vendor + 8, &base.c, 4);
  if (cpuid(0x80000000u, 0).a >= 0x80000004u) {
    for (uint32_t i = 0; i < 3; i++) {
      const Registers r = cpuid(0x80000002u + i, 0);
      memcpy(cpu.brand + 16 * i, &r, 16);
    }
  }
  const Registers one = cpuid(1, 0);
  const bool system_saves = bit(one.c, 27);  // OSXSAVE
  if (base.a < 7 || !system_saves) return cpu;
  const uint64_t state = saved_state();
  const bool ymm = (state & 0x6) == 0x6;
  const bool zmm = (state & 0xe6) == 0xe6;
  const bool tiles = (state & 0x60000) == 0x60000;
  const Registers seven = cpuid(7, 0);
  const Registers seven_one = seven.a >= 1 ? cpuid(7, 1) : Registers{};
  cpu.avx2 = ymm && bit(one.c, 28) && bit(seven.b, 5) && bit(one.c, 29);  // and F16C, as all of them have
  cpu.fma = ymm && bit(one.c, 12);
  cpu.avx_vnni = ymm && bit(seven_one.a, 4);
  cpu.avx512 =
      cpu.avx2 && zmm && bit(seven.b, 16) && bit(seven.b, 17) && bit(seven.b, 30) && bit(seven.b, 31);
  cpu.avx512_vnni = cpu.avx512 && bit(seven.c, 11);
  cpu.avx512_vbmi = cpu.avx512 && bit(seven.c, 1);
  cpu.avx512_bf16 = cpu.avx512 && bit(seven_one.a, 5);
  cpu.amx_int8 = zmm && tiles && bit(seven.d, 24) && bit(seven.d, 25) && tiles_permitted();
  return cpu;
}

#elif RYZANSTEIN_ARM

#if defined(__linux__)
void ask_system(CpuFeatures& cpu) {
  constexpr unsigned long kAsimdDp = 1ul << 20, kI8mm = 1ul << 13;
  cpu.neon_dotprod = (getauxval(AT_HWCAP) & kAsimdDp) != 0;
  cpu.neon_i8mm = (getauxval(AT_HWCAP2) & kI8mm) != 0;
}
#elif defined(__APPLE__)
bool has(const char* feature) {
  int has = 0;
  size_t bytes = sizeof has;
  return sysctlbyname(feature, &has, &bytes, nullptr, 0) == 0 && has != 0;
}
void ask_system(CpuFeatures& cpu) {
  cpu.neon_dotprod = has("hw.optional.arm.FEAT_DotProd");
  cpu.neon_i8mm = has("hw.optional.arm.FEAT_I8MM");
  size_t bytes = sizeof cpu.brand - 1;
  sysctlbyname("machdep.cpu.brand_string", cpu.brand, &bytes, nullptr, 0);
}
#elif defined(_WIN32)
void ask_system(CpuFeatures& cpu) {
  constexpr DWORD kV82DotProduct = 43, kV82I8mm = 66;  // older headers lack the second name
  cpu.neon_dotprod = IsProcessorFeaturePresent(kV82DotProduct) != 0;
  cpu.neon_i8mm = IsProcessorFeaturePresent(kV82I8mm) != 0;
}
#else
void ask_system(CpuFeatures&) {}
#endif

CpuFeatures detect() {
  CpuFeatures cpu = {};
  cpu.neon = true;  // every ARMv8 has it
  ask_system(cpu);
  return cpu;
}

#else

CpuFeatures detect() { return CpuFeatures{}; }

#endif

struct Flag {
  const char* name;
  bool CpuFeatures::* present;
};
constexpr Flag kFlags[] = {{"avx2", &CpuFeatures::avx2},
                           {"fma", &CpuFeatures::fma},
                           {"avx-vnni", &CpuFeatures::avx_vnni},
                           {"avx512", &CpuFeatures::avx512},
                           {"avx512-vnni", &CpuFeatures::avx512_vnni},
                           {"avx512-vbmi", &CpuFeatures::avx512_vbmi},
                           {"avx512-bf16", &CpuFeatures::avx512_bf16},
                           {"amx-int8", &CpuFeatures::amx_int8},
                           {"neon", &CpuFeatures::neon},
                           {"dotprod", &CpuFeatures::neon_dotprod},
                           {"i8mm", &CpuFeatures::neon_i8mm}};

}  // namespace

const CpuFeatures& cpu_features() {
  static const CpuFeatures cpu = detect();
  return cpu;
}

std::vector<const char*> cpu_flags() {
  std::vector<const char*> names;
  for (const Flag& flag : kFlags) {
    if (cpu_features().*flag.present) names.push_back(flag.name);
  }
  return names;
}

}  // namespace ryzanstein
