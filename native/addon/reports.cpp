// The reports on this machine as JavaScript objects.
#include "reports.h"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <string>

#include "../base/aligned_buffer.h"
#include "../base/physical_cores.h"
#include "../base/supplies.h"
#include "../base/thread_pool.h"
#include "../kernels/dispatch.h"
#include "../model/model.h"
#include "arguments.h"

namespace ryzanstein {

Napi::Value cpu(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const CpuFeatures& features = cpu_features();
  const Napi::Array flags = Napi::Array::New(env);
  for (const char* flag : cpu_flags()) flags.Set(flags.Length(), flag);
  const Napi::Array reports = Napi::Array::New(env);
  for (const KernelLevel& level : kernel_levels()) {
    const Napi::Object report = Napi::Object::New(env);
    report.Set("name", level.name);
    report.Set("supported", level.supported(features));
    reports.Set(reports.Length(), report);
  }
  const Napi::Object result = Napi::Object::New(env);
  result.Set("vendor", features.vendor);
  result.Set("brand", features.brand);
  result.Set("flags", flags);
  result.Set("physicalCores", physical_cores());
  result.Set("fastCores", fast_cores());
  result.Set("logicalCores", logical_cores());
  result.Set("levels", reports);
  return result;
}

// What is not known is left out.
Napi::Value supplies(const Napi::CallbackInfo& info) {
  const Napi::Object result = Napi::Object::New(info.Env());
  const Power now = power();
  if (now != Power::kUnknown) result.Set("onBattery", now == Power::kBattery);
  const uint64_t available = available_memory();
  if (available > 0) result.Set("availableBytes", static_cast<double>(available));
  return result;
}

Napi::Value run_selftest(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const SelfTest test = selftest(named_level(text(info[0], "selftest: level")));
  const Napi::Object result = Napi::Object::New(env);
  result.Set("cases", test.cases);
  result.Set("mismatches", test.mismatches);
  result.Set("maximumError", test.maximum_error);
  return result;
}

Napi::Value bench_kernels(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const Napi::Object given = object(info[0], "benchKernels: options");
  const int rows = integer(given.Get("rows"), "benchKernels: rows", 1, 1 << 20);
  const int columns = integer(given.Get("columns"), "benchKernels: columns", 1, kMaxColumns);
  const int tokens = integer(given.Get("tokens"), "benchKernels: tokens", 1, 1024);
  const double milliseconds = number(given.Get("milliseconds"), "benchKernels: milliseconds");
  const Napi::Array results = Napi::Array::New(env);
  for (const KernelLevel& level : kernel_levels()) {
    if (!level.supported(cpu_features())) continue;
    const Napi::Object result = Napi::Object::New(env);
    result.Set("level", level.name);
    // A multiplication and an addition.
    result.Set("gops", 2 * ternary_rate(level, rows, columns, tokens, milliseconds));
    results.Set(results.Length(), result);
  }
  return results;
}

// The best pass over the memory within the time given, all threads together.
Napi::Value read_bandwidth(const Napi::CallbackInfo& info) {
  const Napi::Object given = object(info[0], "readBandwidth: options");
  const int megabytes = integer(given.Get("megabytes"), "readBandwidth: megabytes", 1, 1 << 14);
  const int threads = integer(given.Get("threads"), "readBandwidth: threads", 1, 4096);
  const double milliseconds = number(given.Get("milliseconds"), "readBandwidth: milliseconds");
  const auto part = (static_cast<size_t>(megabytes) << 20) / static_cast<size_t>(threads) / 64 * 64;
  AlignedBuffer memory(part * static_cast<size_t>(threads));
  std::memset(memory.as<void>(), 1, memory.bytes());
  ThreadPool pool(threads);
  double best = 0;
  const auto begin = std::chrono::steady_clock::now();
  do {
    const auto start = std::chrono::steady_clock::now();
    pool.run(threads, [&](int first, int count, int) {
      read_rate(memory.as<uint8_t>() + static_cast<size_t>(first) * part, static_cast<size_t>(count) * part);
    });
    best = std::max(best, static_cast<double>(memory.bytes()) / 1e6 / milliseconds_since(start));
  } while (milliseconds_since(begin) < milliseconds);
  return Napi::Number::New(info.Env(), best);
}

}  // namespace ryzanstein
