// The addon: what src/engine/addon.ts declares, as a module of Node.
#include "model.h"
#include "reports.h"
#include "session.h"

namespace ryzanstein {
namespace {

Napi::Object start(Napi::Env env, Napi::Object exports) {
  auto* classes = new Classes{Napi::Persistent(define_model(env)), Napi::Persistent(define_session(env))};
  env.SetInstanceData(classes);
  exports.Set("cpu", Napi::Function::New(env, cpu, "cpu"));
  exports.Set("supplies", Napi::Function::New(env, supplies, "supplies"));
  exports.Set("selftest", Napi::Function::New(env, run_selftest, "selftest"));
  exports.Set("benchKernels", Napi::Function::New(env, bench_kernels, "benchKernels"));
  exports.Set("readBandwidth", Napi::Function::New(env, read_bandwidth, "readBandwidth"));
  exports.Set("load", Napi::Function::New(env, load, "load"));
  return exports;
}

}  // namespace

NODE_API_MODULE(ryzanstein, start)

}  // namespace ryzanstein
