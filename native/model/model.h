// A loaded model: its weights, the kernels that fit this CPU, and the threads that multiply.
#ifndef RYZANSTEIN_MODEL_MODEL_H_
#define RYZANSTEIN_MODEL_MODEL_H_

#include <atomic>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "../base/thread_pool.h"
#include "../kernels/dispatch.h"
#include "cache_settings.h"
#include "stop.h"
#include "transformer.h"
#include "weights.h"

namespace ryzanstein {

struct LoadOptions {
  int threads = 0;     // 0: one per physical core; more than that are not started
  std::string kernel;  // a level's name; empty: RYZANSTEIN_KERNEL, else the fastest by measurement
  CacheSettings cache = {};
  std::function<void(double)> on_progress = {};  // gets the share of the weights that is loaded; may be none
  Stop stop = {};
};

// The level of this name. Throws std::runtime_error that lists the levels of this CPU if there is none or the
// CPU lacks what it needs.
const KernelLevel& named_level(const std::string& name);

class Model {
 public:
  // With RYZANSTEIN_AFFINITY=1 in the environment each thread is pinned to a core, and so is each that calls
  // forward. Throws BadModel or std::runtime_error.
  Model(const std::string& path, std::vector<TensorDescription> tensors,
        const Hyperparameters& hyperparameters, const LoadOptions& options);

  const KernelLevel& level() const { return *choice_.level; }
  // Faster levels that compute wrongly on this CPU.
  const std::vector<RejectedLevel>& rejected() const { return choice_.rejected; }
  const Weights& weights() const { return weights_; }
  const Hyperparameters& hyperparameters() const { return weights_.hyperparameters; }
  const CacheSettings& cache_settings() const { return cache_settings_; }
  int threads() const { return pool_.threads(); }

  // At most `threads` compute from the next pass on, of those that the model was loaded with. For any thread.
  void use(int threads);

  // From the next call of a session on; none may be at work. Throws std::runtime_error if they are
  // impossible.
  void tune(const CacheSettings& settings);

  // transformer.forward; sessions take turns with the threads, one pass at a time.
  bool forward(const int32_t* ids, int count, int logit_rows, KvCache& cache, Activations& a,
               const Stop& stop);

 private:
  CacheSettings cache_settings_;
  ThreadPool pool_;
  LevelChoice choice_;
  Kernels kernels_;  // of the level
  Weights weights_;
  Transformer transformer_;
  std::mutex turn_;
  std::atomic<int> in_use_;
};

}  // namespace ryzanstein

#endif
