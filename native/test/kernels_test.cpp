// Holds every kernel level against the scalar reference, bit by bit, and times them: kernels_test [--long]
// [--bench [threads]] [--level NAME].
#include <math.h>
#include <stdlib.h>

#include <algorithm>
#include <string>

#include "kernel_checks.h"

#if defined(RYZANSTEIN_EMULATED_TILES)
#include "tile_emulation.h"
namespace ryzanstein {
extern const Kernels kEmulatedAmx;
}
#endif

using namespace ryzanstein;
using namespace ryzanstein::test;

namespace {

enum class Fill { kRandom, kAllHighest, kAllLowest, kZeros, kEnds, kSparse };
const Fill kFills[] = {Fill::kRandom, Fill::kAllHighest, Fill::kAllLowest,
                       Fill::kZeros,  Fill::kEnds,       Fill::kSparse};

std::vector<int8_t> filled(size_t n, Fill fill, int low, int high, Random& random) {
  std::vector<int8_t> v(n);
  for (int8_t& x : v) {
    switch (fill) {
      case Fill::kRandom:
        x = static_cast<int8_t>(random.between(low, high));
        break;
      case Fill::kAllHighest:
        x = static_cast<int8_t>(high);
        break;
      case Fill::kAllLowest:
        x = static_cast<int8_t>(low);
        break;
      case Fill::kZeros:
        x = 0;
        break;
      case Fill::kEnds:
        x = static_cast<int8_t>(random.below(2) == 0 ? low : high);
        break;
      case Fill::kSparse:
        x = static_cast<int8_t>(random.between(0, 9) == 0 ? random.between(low, high) : 0);
        break;
    }
  }
  return v;
}

struct Packed {
  const MatrixKernel& kernel;
  int rows, columns, blocks;
  Buffer weights;
  Packed(const MatrixKernel& k, const std::vector<int8_t>& w, int rows_, int columns_)
      : kernel(k),
        rows(rows_),
        columns(columns_),
        blocks((rows_ + k.block_rows - 1) / k.block_rows),
        weights(k.block_bytes(columns_) * static_cast<size_t>(blocks)) {
    for (int b = 0; b < blocks; b++) {
      for (int r = 0; r < k.block_rows; r++) {
        const int row = b * k.block_rows + r;
        k.pack_row(row < rows ? &w[static_cast<size_t>(row) * static_cast<size_t>(columns)] : nullptr, r,
                   columns, weights.data() + k.block_bytes(columns) * static_cast<size_t>(b));
      }
    }
  }
};

// y of the whole matrix for some tokens; false if a kernel wrote where it must not.
bool product(Packed& m, const std::vector<int8_t>& x, int tokens, std::vector<int32_t>* y) {
  const MatrixKernel& k = m.kernel;
  const size_t prepared_bytes = k.prepared_bytes(m.columns);
  Buffer prepared(prepared_bytes * static_cast<size_t>(tokens));
  for (int t = 0; t < tokens; t++) {
    k.prepare(&x[static_cast<size_t>(t) * static_cast<size_t>(m.columns)], m.columns,
              prepared.data() + prepared_bytes * static_cast<size_t>(t));
  }
  const int width = m.blocks * k.block_rows, stride = width + 5;  // the gap must stay untouched
  Buffer out(static_cast<size_t>(stride) * static_cast<size_t>(tokens) * 4);
  memset(out.data(), 0x55, static_cast<size_t>(stride) * static_cast<size_t>(tokens) * 4);
  k.multiply(m.weights.data(), m.blocks, m.columns, prepared.data(), tokens, out.ints(), stride);
  bool good = prepared.intact() && out.intact() && m.weights.intact();
  y->clear();
  for (int t = 0; t < tokens; t++) {
    const int32_t* row = out.ints() + static_cast<size_t>(t) * static_cast<size_t>(stride);
    y->insert(y->end(), row, row + m.rows);
    for (int r = m.rows; r < width; r++) good = good && row[r] == 0;
    for (int r = width; r < stride; r++) good = good && row[r] == 0x55555555;
  }
  return good;
}

void test_products(const char* name, const char* kind, const MatrixKernel& kernel,
                   const MatrixKernel& reference, int low, int high, bool everything) {
  Random random(42);
  const int few_columns[] = {1,   3,   4,   15,  16,  17,  19,  20,   21,   63,   64,   65,
                             255, 256, 257, 512, 639, 640, 641, 1280, 2560, 6912, 16384};
  std::vector<int> columns(few_columns, few_columns + sizeof few_columns / sizeof few_columns[0]);
  if (everything) {
    for (int k = 1; k <= 700; k++) columns.push_back(k);
    for (int i = 0; i < 60; i++) columns.push_back(random.between(700, 16384));
  }
  int index = 0;
  for (int k : columns) {
    const int rows = k > 4000 ? random.between(1, 40) : random.between(1, 150);
    for (Fill weight_fill : kFills) {
      for (Fill x_fill : kFills) {
        // Each pair of fills meets a few token counts, all of 1..33 over the run.
        const int tokens = 1 + index++ % 33;
        if (!everything && index % 3 != 0 && x_fill != Fill::kAllLowest) continue;
        const std::vector<int8_t> w =
            filled(static_cast<size_t>(rows) * static_cast<size_t>(k), weight_fill, low, high, random);
        const std::vector<int8_t> x =
            filled(static_cast<size_t>(tokens) * static_cast<size_t>(k), x_fill, -127, 127, random);
        Packed a(kernel, w, rows, k), b(reference, w, rows, k);
        std::vector<int32_t> y, expected;
        const bool tidy = product(a, x, tokens, &y);
        product(b, x, tokens, &expected);
        char what[160];
        snprintf(what, sizeof what, "%s product, %d rows x %d columns x %d tokens, fills %d and %d%s", kind,
                 rows, k, tokens, static_cast<int>(weight_fill), static_cast<int>(x_fill),
                 tidy ? "" : " (wrote outside or into padding)");
        check(tidy && y == expected, name, what);
        if (kernel.unpack_row == nullptr) continue;
        std::vector<int8_t> unpacked(w.size());
        for (int r = 0; r < rows; r++) {
          const size_t block = kernel.block_bytes(k) * static_cast<size_t>(r / kernel.block_rows);
          kernel.unpack_row(a.weights.data() + block, r % kernel.block_rows, k,
                            &unpacked[static_cast<size_t>(r) * static_cast<size_t>(k)]);
        }
        check(unpacked == w, name, (std::string("rows unpacked after the ") + what).c_str());
      }
    }
  }
}

// A level that is wrong in one place is noticed.
void test_selftest(const KernelLevel& reference) {
  static const Kernels& right = reference.kernels;
  static MatrixKernel product = *right.ternary;
  product.multiply = [](const void* blocks, int block_count, int columns, const void* prepared, int tokens,
                        int32_t* y, ptrdiff_t y_stride) {
    right.ternary->multiply(blocks, block_count, columns, prepared, tokens, y, y_stride);
    if (tokens == 33) y[32 * y_stride + 100]++;
  };
  static FloatKernels floats = *right.floats;
  floats.add = [](const float* x, int n, float* y) {
    right.floats->add(x, n, y);
    if (n == 31) y[30] = nextafterf(y[30], 1e9f);
  };
  static const GroupedKernel& right_group = *right.grouped[static_cast<int>(GroupedForm::kQ4_K)];
  static GroupedKernel group = right_group;
  group.multiply = [](const void* blocks, int block_count, int columns, const void* prepared, int tokens,
                      const float* start, float* y, ptrdiff_t y_stride, int ahead) {
    right_group.multiply(blocks, block_count, columns, prepared, tokens, start, y, y_stride, ahead);
    if (tokens >= 16) y[15 * y_stride] = nextafterf(y[15 * y_stride], 1e9f);
  };
  const GroupedKernel* groups[kForms];
  for (int form = 0; form < kForms; form++) groups[form] = right.grouped[form];
  groups[static_cast<int>(GroupedForm::kQ4_K)] = &group;
  const Kernels wrong_product = {&product, right.int8, right.floats, right.grouped};
  const Kernels wrong_floats = {right.ternary, right.int8, &floats, right.grouped};
  const Kernels wrong_group = {right.ternary, right.int8, right.floats, groups};
  const SelfTest one = selftest({"wrong product", reference.supported, wrong_product});
  check(one.mismatches == 3, "selftest", "notices a wrong sum in the three cases that have it");
  const SelfTest other = selftest({"wrong floats", reference.supported, wrong_floats});
  check(other.mismatches == 1 && other.maximum_error > 0 && other.maximum_error < 1e-6, "selftest",
        "notices a float that is off by one unit in the last place");
  const SelfTest third = selftest({"wrong group", reference.supported, wrong_group});
  check(third.mismatches == 2, "selftest", "notices grouped weights that are wrong in batches alone");
}

// The level that is measured to be the fastest is one of those that can run, however wide the rows are.
void test_fastest_level() {
  for (const int columns : {64, 2560, kMaxColumns}) {
    for (const GroupedForm form : {GroupedForm::kF32, GroupedForm::kQ4_K}) {
      const KernelLevel& level = *fastest_level(100, columns, form).level;
      check(level.supported(cpu_features()) && find_level(level.name) == &level, level.name, "fastest level");
    }
  }
}

// Weights that fit into a cache are not fetched ahead, others where that is no slower; forms that are not
// asked for, and those whose kernel cannot, are left alone.
void test_ahead() {
  const KernelLevel& level = *fastest_level(1000, 512, GroupedForm::kQ4_0).level;
  int ahead[kForms] = {};
  measure_ahead(level, 1000, 512, {GroupedForm::kQ4_0}, ahead);
  check(std::all_of(ahead, ahead + kForms, [](int bytes) { return bytes == 0; }), level.name,
        "weights in a cache are not fetched ahead");
  measure_ahead(level, 300000, 512, {GroupedForm::kQ4_0, GroupedForm::kQ6_K}, ahead);
  for (int form = 0; form < kForms; form++) {
    const bool asked =
        form == static_cast<int>(GroupedForm::kQ4_0) || form == static_cast<int>(GroupedForm::kQ6_K);
    check(ahead[form] == 0 || (asked && ahead[form] == kFetchAhead), level.name,
          "weights are fetched ahead as they were measured, or not at all");
  }
  // A kernel that takes its time where it fetches ahead, and one where it does not.
  static const GroupedKernel& right = *level.kernels.grouped[static_cast<int>(GroupedForm::kQ4_0)];
  static const auto waits = [](bool now) {
    for (const double end = seconds() + (now ? 4e-3 : 0); seconds() < end;) {
    }
  };
  GroupedKernel slow = right, quick = right;
  slow.multiply = [](const void*, int, int, const void*, int, const float*, float*, ptrdiff_t, int bytes) {
    waits(bytes > 0);
  };
  quick.multiply = [](const void*, int, int, const void*, int, const float*, float*, ptrdiff_t, int bytes) {
    waits(bytes == 0);
  };
  for (const GroupedKernel* kernel : {&slow, &quick}) {
    const std::vector<const GroupedKernel*> grouped(kForms, kernel);
    const Kernels kernels = {level.kernels.ternary, level.kernels.int8, level.kernels.floats, grouped.data()};
    int measured[kForms] = {};
    measure_ahead({"timed", level.supported, kernels}, 300000, 512, {GroupedForm::kQ4_0}, measured);
    check(measured[static_cast<int>(GroupedForm::kQ4_0)] == (kernel == &quick ? kFetchAhead : 0), "timed",
          "the faster way is chosen");
  }
  int none[kForms] = {};
  measure_ahead(reference_level(), 300000, 512, {GroupedForm::kQ4_0, GroupedForm::kF32}, none);
  check(std::all_of(none, none + kForms, [](int bytes) { return bytes == 0; }), "scalar",
        "the reference fetches nothing ahead");
}

// A level that is faster than all others and wrong is passed over, and named; where all are wrong, the
// reference is what remains.
void test_broken_level() {
  static const Kernels& right = reference_level().kernels;
  static MatrixKernel at_once = *right.ternary;
  at_once.multiply = [](const void*, int, int, const void*, int, int32_t*, ptrdiff_t) {};
  static const Kernels broken = {&at_once, right.int8, right.floats, right.grouped};
  const auto everywhere = [](const CpuFeatures&) { return true; };
  const KernelLevel levels[] = {
      {"reference", everywhere, right}, {"slow", everywhere, right}, {"broken", everywhere, broken}};
  const LevelChoice choice = fastest_level(100, 256, GroupedForm::kF32, {levels, 3});
  check(choice.level == &levels[1], "fastest level", "is a right one though a wrong one is faster");
  check(choice.rejected.size() == 1 && choice.rejected[0].level == &levels[2] &&
            choice.rejected[0].test.mismatches > 0,
        "fastest level", "tells which one is wrong");
  const KernelLevel two[] = {levels[0], levels[2]};
  const LevelChoice last = fastest_level(100, 256, GroupedForm::kF32, {two, 2});
  check(last.level == &two[0] && last.rejected.size() == 1, "fastest level",
        "is the reference where nothing else is right");
}

// Returns false where the CPU lacks what the level needs.
bool test_level(const KernelLevel& level, const KernelLevel& reference, bool everything) {
  if (!level.supported(cpu_features())) {
    printf("%-12s SKIPPED: this CPU (%s) lacks what the level needs; nothing of it was run\n", level.name,
           cpu_features().brand);
    return false;
  }
  const int before = failed, start = passed;
  const double begin = seconds();
  const SelfTest self = selftest(level);
  check(self.cases > 100 && self.mismatches == 0, level.name, "selftest (integers and floats, bit by bit)");
  if (&level == &reference) {
    test_reference_floats(reference);
    test_reference_attention(reference);
  }
  test_edges(level);
  test_products(level.name, "ternary", *level.kernels.ternary, *reference.kernels.ternary, -1, 1, everything);
  test_products(level.name, "int8", *level.kernels.int8, *reference.kernels.int8, -128, 127, everything);
  test_grouped(level, reference, everything);
  printf("%-12s %d passed, %d failed, %.1f s; selftest %d cases, %d mismatches, float error %g\n", level.name,
         passed - start, failed - before, seconds() - begin, self.cases, self.mismatches, self.maximum_error);
  return true;
}

#if defined(RYZANSTEIN_EMULATED_TILES)
// Batches use tiles, and give them back.
void test_tiles(const KernelLevel& level) {
  Buffer nothing(64);
  const auto multiplied = [&](const char* what, auto multiply) {
    for (const int tokens : {15, 16, 47}) {
      const int before = tiles::set_ups();
      multiply(tokens);
      check((tiles::set_ups() > before) == (tokens >= 16) && !tiles::in_use(), level.name, what);
    }
  };
  for (const MatrixKernel* kernel : {level.kernels.ternary, level.kernels.int8}) {
    multiplied("tiles of a matrix", [&](int tokens) {
      kernel->multiply(nothing.data(), 0, 64, nothing.data(), tokens, nothing.ints(), 64);
    });
  }
  for (int form = 0; form < static_cast<int>(GroupedForm::kF32); form++) {
    multiplied("tiles of grouped weights", [&](int tokens) {
      level.kernels.grouped[form]->multiply(nothing.data(), 0, 256, nothing.data(), tokens, nullptr,
                                            reinterpret_cast<float*>(nothing.data()), 64, 0);
    });
  }
}
#endif

}  // namespace

int main(int argc, char** argv) {
  bool everything = false;
  int bench_threads = 0;
  const char* only = nullptr;
  for (int i = 1; i < argc; i++) {
    if (strcmp(argv[i], "--long") == 0) {
      everything = true;
    } else if (strcmp(argv[i], "--bench") == 0) {
      bench_threads = i + 1 < argc && atoi(argv[i + 1]) > 0 ? atoi(argv[++i]) : 1;
    } else if (strcmp(argv[i], "--level") == 0 && i + 1 < argc) {
      only = argv[++i];
    } else {
      fprintf(stderr, "kernels_test: unknown argument %s; known: --long, --bench [threads], --level NAME\n",
              argv[i]);
      return 2;
    }
  }
  if (bench_threads > 0) {
    bench_kernels(bench_threads, only);
    return 0;
  }
  const KernelLevel& reference = reference_level();
  int skipped = 0;
  test_selftest(reference);
  test_fastest_level();
  test_ahead();
  test_broken_level();
  for (const KernelLevel& level : kernel_levels()) {
    if (only == nullptr || strcmp(only, level.name) == 0)
      skipped += !test_level(level, reference, everything);
  }
#if defined(RYZANSTEIN_EMULATED_TILES)
  const KernelLevel emulated = {
      "amx-emulated", [](const CpuFeatures& cpu) { return cpu.fma && cpu.avx512_vnni; }, kEmulatedAmx};
  if (only == nullptr || strcmp(only, emulated.name) == 0) {
    const bool tested = test_level(emulated, reference, everything);
    if (tested) test_tiles(emulated);
    skipped += !tested;
  }
#endif
  printf("%d passed, %d failed, %d skipped\n", passed, failed, skipped);
  return failed == 0 && passed > 0 ? 0 : 1;
}
