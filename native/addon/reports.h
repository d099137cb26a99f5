// What the addon tells of this machine: its CPU, its power and memory, the self-test of its kernels, and how
// fast they and memory are.
#ifndef RYZANSTEIN_ADDON_REPORTS_H_
#define RYZANSTEIN_ADDON_REPORTS_H_

#include <napi.h>

namespace ryzanstein {

Napi::Value cpu(const Napi::CallbackInfo& info);
Napi::Value supplies(const Napi::CallbackInfo& info);
Napi::Value run_selftest(const Napi::CallbackInfo& info);
Napi::Value bench_kernels(const Napi::CallbackInfo& info);
Napi::Value read_bandwidth(const Napi::CallbackInfo& info);

}  // namespace ryzanstein

#endif
