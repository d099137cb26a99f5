// Chooses the next token from the logits: the likeliest one.
#ifndef RYZANSTEIN_MODEL_SAMPLER_H_
#define RYZANSTEIN_MODEL_SAMPLER_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "../kernels/contracts.h"
#include "ngram_cache.h"

namespace ryzanstein {

struct Candidates {
  std::vector<int32_t> allowed;  // the only ids to choose from; empty for all
  // Never chosen unless nothing else is left, though their probability counts.
  std::vector<int32_t> except;
  // The choice is then by the probabilities interpolated with what the context holds (ngram_cache.h).
  std::optional<NgramOptions> ngram_cache;
};

struct Choice {
  int id;
  float
      log_probability;  // under the plain softmax of the allowed logits, and the n-gram cache if it is in use
};

class Sampler {
 public:
  Sampler(int vocabulary, const FloatKernels& floats, Candidates candidates = {},
          const CacheSettings& settings = {});

  // `ids` are the tokens of the context, oldest first, and cosines [count] compare the last one's state with
  // theirs, if that is to count. NaN never wins; all NaN gives token 0.
  Choice choose(const float* logits, const int32_t* ids, int count, const float* cosines = nullptr);

 private:
  LogitSummary summarize_allowed(const float* logits);
  bool excepted(int32_t id) const { return !except_.empty() && except_[static_cast<size_t>(id)]; }
  Choice choose_by_cache(const float* logits, const LogitSummary& plain, int best, const int32_t* ids,
                         int count, const float* cosines);

  int vocabulary_;
  const FloatKernels& floats_;
  std::vector<int32_t> allowed_;
  std::vector<bool> except_;  // [vocabulary], or none
  std::optional<NgramCache> cache_;
  std::vector<float> masked_;
  std::vector<float> judged_;
};

}  // namespace ryzanstein

#endif
