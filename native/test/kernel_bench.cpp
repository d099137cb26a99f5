// Times the kernels of every level, part of kernels_test: products beside a read loop over the same bytes,
// float work.
#include <functional>
#include <thread>

#include "kernel_checks.h"

namespace ryzanstein {
namespace test {
namespace {

// Runs f(thread) on every thread at once, returns the seconds of the slowest.
double together(int threads, const std::function<void(int)>& f) {
  if (threads == 1) {
    const double start = seconds();
    f(0);
    return seconds() - start;
  }
  std::vector<std::thread> others;
  std::vector<double> took(static_cast<size_t>(threads));
  for (int i = 0; i < threads; i++) {
    others.emplace_back([&, i] {
      const double start = seconds();
      f(i);
      took[static_cast<size_t>(i)] = seconds() - start;
    });
  }
  for (std::thread& t : others) t.join();
  double slowest = 0;
  for (double t : took) slowest = t > slowest ? t : slowest;
  return slowest;
}

struct Shape {
  const char* name;
  int rows, columns;
  bool ternary;
};

// One level on one shape: GMAC/s, and for one token GB/s of packed weights beside a read loop over the same
// bytes.
void bench(const KernelLevel& level, const Shape& shape, int tokens, int threads) {
  const MatrixKernel& k = shape.ternary ? *level.kernels.ternary : *level.kernels.int8;
  const int blocks = (shape.rows + k.block_rows - 1) / k.block_rows;
  const size_t block_bytes = k.block_bytes(shape.columns), bytes = block_bytes * static_cast<size_t>(blocks);
  const ptrdiff_t stride = static_cast<ptrdiff_t>(blocks) * k.block_rows;
  Buffer weights(bytes), prepared(k.prepared_bytes(shape.columns) * static_cast<size_t>(tokens));
  Buffer y(static_cast<size_t>(stride) * static_cast<size_t>(tokens) * 4);
  memset(weights.data(), 0x11, bytes);
  std::vector<int8_t> x(static_cast<size_t>(shape.columns), 3);
  for (int t = 0; t < tokens; t++) {
    k.prepare(x.data(), shape.columns,
              prepared.data() + k.prepared_bytes(shape.columns) * static_cast<size_t>(t));
  }
  const double macs = static_cast<double>(stride) * shape.columns * tokens;
  const int inner = 1 + static_cast<int>(2e8 / macs);
  double best = 1e9, best_read = 1e9;
  const double end = seconds() + 0.15;
  for (int round = 0; round < 3 || (seconds() < end && round < 200); round++) {
    const double took = together(threads, [&](int i) {
      const int first = blocks * i / threads, last = blocks * (i + 1) / threads;
      for (int j = 0; j < inner; j++) {
        k.multiply(weights.data() + static_cast<size_t>(first) * block_bytes, last - first, shape.columns,
                   prepared.data(), tokens, y.ints() + first * k.block_rows, stride);
      }
    });
    best = took < best ? took : best;
    if (tokens > 1) continue;
    const double read = together(threads, [&](int i) {
      const size_t part = bytes / static_cast<size_t>(threads) / 64 * 64;
      for (int j = 0; j < inner; j++) read_rate(weights.data() + part * static_cast<size_t>(i), part);
    });
    best_read = read < best_read ? read : best_read;
  }
  printf("  %-12s %-24s %4d tokens %8.1f GMAC/s %9.1f us", level.name, shape.name, tokens,
         macs * inner / best * 1e-9, best / inner * 1e6);
  if (tokens == 1) {
    printf("  %6.1f GB/s, read loop %6.1f GB/s", static_cast<double>(bytes) * inner / best * 1e-9,
           static_cast<double>(bytes) * inner / best_read * 1e-9);
  }
  printf("\n");
  fflush(stdout);
}

struct NamedForm {
  const char* name;
  GroupedForm form;
};

// A form on one level, as `bench`: all rows of a matrix, each thread a part of the blocks.
void bench_grouped(const KernelLevel& level, const NamedForm& named, int rows, int columns, int tokens,
                   int threads, int ahead) {
  const GroupedKernel& k = *level.kernels.grouped[static_cast<int>(named.form)];
  const int blocks = rows / kGroupedRows;
  const size_t block_bytes = k.block_bytes(columns), bytes = block_bytes * static_cast<size_t>(blocks);
  Buffer weights(bytes), prepared(k.prepared_bytes(columns, tokens));
  Buffer y(static_cast<size_t>(rows) * static_cast<size_t>(tokens) * sizeof(float));
  memset(weights.data(), 0x11, bytes);
  const std::vector<float> x(static_cast<size_t>(columns), 0.5f);
  double best = 1e9, best_read = 1e9, best_prepare = 1e9;
  const double macs = static_cast<double>(rows) * columns * tokens, end = seconds() + 0.3;
  for (int round = 0; round < 3 || (seconds() < end && round < 300); round++) {
    const double start = seconds();
    for (int t = 0; t < tokens; t++) k.prepare(x.data(), columns, 1, t, tokens, prepared.data());
    const double prepare = seconds() - start;
    best_prepare = prepare < best_prepare ? prepare : best_prepare;
    const double took = together(threads, [&](int i) {
      const int first = blocks * i / threads, last = blocks * (i + 1) / threads;
      k.multiply(weights.data() + static_cast<size_t>(first) * block_bytes, last - first, columns,
                 prepared.data(), tokens, nullptr, reinterpret_cast<float*>(y.data()) + first * kGroupedRows,
                 rows, ahead);
    });
    best = took < best ? took : best;
    if (tokens > 1) continue;
    const double read = together(threads, [&](int i) {
      const size_t part = bytes / static_cast<size_t>(threads) / 64 * 64;
      read_rate(weights.data() + part * static_cast<size_t>(i), part);
    });
    best_read = read < best_read ? read : best_read;
  }
  printf("  %-12s %-12s %7d x %-5d %4d tokens, %5d bytes ahead %8.1f GMAC/s %9.1f us, prepared in %7.1f us",
         level.name, named.name, rows, columns, tokens, ahead, macs / best * 1e-9, best * 1e6,
         best_prepare * 1e6);
  if (tokens == 1) {
    printf("  %6.1f GB/s, read loop %6.1f GB/s", static_cast<double>(bytes) / best * 1e-9,
           static_cast<double>(bytes) / best_read * 1e-9);
  }
  printf("\n");
  fflush(stdout);
}

void bench_floats(const KernelLevel& level) {
  const FloatKernels& f = *level.kernels.floats;
  std::vector<float> x(8192, 0.5f), w(8192, 0.25f), y(8192);
  std::vector<int8_t> q(8192);
  const auto time = [&](const char* what, int work, const std::function<void()>& once) {
    double best = 1e9;
    for (int round = 0; round < 20; round++) {
      const double start = seconds();
      for (int i = 0; i < work; i++) once();
      const double took = (seconds() - start) / work;
      best = took < best ? took : best;
    }
    printf("  %-12s %-32s %9.3f us\n", level.name, what, best * 1e6);
  };
  time("rms_norm 512", 200, [&] { f.rms_norm(x.data(), w.data(), 512, 1e-5f, y.data()); });
  time("quantize 512", 200, [&] { f.quantize(x.data(), 512, q.data()); });
  time("silu_multiply 1280", 100, [&] { f.silu_multiply(x.data(), w.data(), 1280, y.data()); });
  time("summarize 8192", 20, [&] { f.summarize(x.data(), 8192); });
  const int positions = 512, size = 64;
  const std::vector<int8_t> values(positions * size, 1);
  const std::vector<int32_t> products(kAttentionRows * positions, 5000);
  const std::vector<float> scales(positions, 0.01f);
  std::vector<float> weights(kAttentionRows * positions), out(kAttentionRows * size);
  std::vector<int16_t> rounded(weights.size());
  AttentionRow rows[kAttentionRows];
  for (size_t r = 0; r < kAttentionRows; r++) {
    rows[r] = {
        positions,     0.02f, &products[r * positions], &weights[r * positions], &rounded[r * positions],
        &out[r * size]};
  }
  const std::vector<int16_t> keys(positions * size, 5000), queries(kAttentionRows * size, 5000);
  std::vector<int32_t> sums(kAttentionRows * positions);
  for (const int count : {2, kAttentionRows}) {
    char what[64];
    snprintf(what, sizeof what, "multiply_words %d rows over %d", count, positions);
    time(what, 10, [&] {
      f.multiply_words({keys.data(), positions / 16, size, queries.data(), count, sums.data(), positions});
    });
    snprintf(what, sizeof what, "attend %d rows over %d", count, positions);
    time(what, 10, [&] { f.attend({rows, count, size, scales.data(), scales.data(), values.data()}); });
  }
}

}  // namespace

void bench_kernels(int threads, const char* only) {
  const Shape shapes[] = {
      {"q/k/v+gate+up 3584x512", 3584, 512, true},   {"down 512x1280", 512, 1280, true},
      {"30 M weights, 57344x512", 57344, 512, true}, {"2B-4T ffn 13824x2560", 13824, 2560, true},
      {"2B-4T down 2560x6912", 2560, 6912, true},    {"head int8 8192x512", 8192, 512, false}};
  const auto timed = [&](const KernelLevel& level) {
    return level.supported(cpu_features()) && (!only || strcmp(only, level.name) == 0);
  };
  printf("%s, %d thread(s); best of 0.15 s each\n", cpu_features().brand, threads);
  for (const Shape& shape : shapes) {
    for (int tokens : {1, 2, 4, 8, 64, 512}) {
      if (static_cast<double>(shape.rows) * tokens > 4e6 && tokens > 64) continue;
      for (const KernelLevel& level : kernel_levels()) {
        if (&level != &reference_level() && timed(level)) bench(level, shape, tokens, threads);
      }
    }
  }
  const NamedForm forms[] = {
#define RYZANSTEIN_FORM(name, bits, group, offset, scales, minima, table) {#name + 1, GroupedForm::name},
#include "../kernels/forms.inc"
#undef RYZANSTEIN_FORM
  };
  // In the second-level cache, a matrix of a model of 1.5 billion weights, and some together, from memory.
  const int grouped_shapes[][2] = {{256, 1536}, {17920, 1536}, {71680, 1536}};
  for (const NamedForm& form : forms) {
    for (const auto& shape : grouped_shapes) {
      for (int tokens : {1, 2, 4, 8, 64}) {
        for (const KernelLevel& level : kernel_levels()) {
          const GroupedKernel* const* grouped = level.kernels.grouped;
          if (timed(level) && grouped != reference_level().kernels.grouped) {
            bench_grouped(level, form, shape[0], shape[1], tokens, threads, 0);
            if (tokens <= 8) bench_grouped(level, form, shape[0], shape[1], tokens, threads, kFetchAhead);
          }
        }
      }
    }
  }
  for (const KernelLevel& level : kernel_levels()) {
    if (timed(level)) bench_floats(level);
  }
}

}  // namespace test
}  // namespace ryzanstein
