// The table of levels: what each one overrides reads line by line.
#include "dispatch.h"

#include <string.h>

#include "levels.h"

namespace ryzanstein {
namespace {

bool any_cpu(const CpuFeatures&) { return true; }
const KernelLevel kScalar = {"scalar", any_cpu, true, &kScalarTernary, &kScalarInt8, &kScalarFloats};

#if RYZANSTEIN_X86
bool has_avx2(const CpuFeatures& c) { return c.avx2 && c.fma; }
bool has_avx_vnni(const CpuFeatures& c) { return has_avx2(c) && c.avx_vnni; }
bool has_avx512(const CpuFeatures& c) { return has_avx2(c) && c.avx512; }
bool has_avx512_vnni(const CpuFeatures& c) { return has_avx512(c) && c.avx512_vnni; }
bool has_avx512_vbmi(const CpuFeatures& c) { return has_avx512_vnni(c) && c.avx512_vbmi; }
bool has_amx(const CpuFeatures& c) { return has_avx512_vnni(c) && c.amx_int8; }

const KernelLevel kX86[] = {
    {"avx2", has_avx2, true, &kAvx2Ternary, &kAvx2Int8, &kAvx2Floats},
    {"avx-vnni", has_avx_vnni, true, &kAvxVnniTernary, &kAvxVnniInt8, &kAvx2Floats},
    {"avx512", has_avx512, true, &kAvx512Ternary, &kAvx512Int8, &kAvx512Floats},
    {"avx512-vnni", has_avx512_vnni, true, &kAvx512VnniTernary, &kAvx512VnniInt8, &kAvx512Floats},
    {"avx512-vbmi", has_avx512_vbmi, true, &kAvx512VbmiTernary, &kAvx512VnniInt8, &kAvx512Floats},
    {"amx", has_amx, true, &kAmxTernary, &kAmxInt8, &kAvx512Floats},
    {"tmac-avx2", has_avx2, false, &kTmacAvx2Ternary, &kAvx2Int8, &kAvx2Floats},
    {"tmac-avx512", has_avx512, false, &kTmacAvx512Ternary, &kAvx512Int8, &kAvx512Floats},
};
#endif

const KernelLevel* const kLevels[] = {
    &kScalar,
#if RYZANSTEIN_X86
    &kX86[0], &kX86[1], &kX86[2], &kX86[3], &kX86[4], &kX86[5], &kX86[6], &kX86[7],
#endif
};
constexpr size_t kLevelCount = sizeof kLevels / sizeof kLevels[0];

}  // namespace

const KernelLevel* const* kernel_levels(size_t* count) {
  *count = kLevelCount;
  return kLevels;
}

const KernelLevel* best_level() {
  const KernelLevel* best = &kScalar;
  for (const KernelLevel* level : kLevels) {
    if (level->automatic && level->supported(cpu_features())) best = level;
  }
  return best;
}

const KernelLevel* find_level(const char* name) {
  for (const KernelLevel* level : kLevels) {
    if (strcmp(level->name, name) == 0) return level;
  }
  return nullptr;
}

}  // namespace ryzanstein
