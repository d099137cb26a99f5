// Sampler: what is allowed, without what is excepted, weighed beside what the context holds.
#include "sampler.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace ryzanstein {

Sampler::Sampler(int vocabulary, const FloatKernels& floats, Candidates candidates,
                 const CacheSettings& settings)
    : vocabulary_(vocabulary), floats_(floats), allowed_(std::move(candidates.allowed)) {
  if (candidates.ngram_cache) cache_.emplace(vocabulary, std::move(*candidates.ngram_cache), settings);
  if (!allowed_.empty()) masked_.resize(static_cast<size_t>(vocabulary));
  if (candidates.except.empty()) return;
  except_.resize(static_cast<size_t>(vocabulary));
  judged_.resize(static_cast<size_t>(vocabulary));
  for (const int32_t id : candidates.except) except_[static_cast<size_t>(id)] = true;
}

Choice Sampler::choose(const float* logits, const int32_t* ids, int count, const float* cosines) {
  const LogitSummary plain =
      allowed_.empty() ? floats_.summarize(logits, vocabulary_) : summarize_allowed(logits);
  if (!allowed_.empty()) logits = masked_.data();
  int id = plain.best;
  // What may not be chosen seldom is the best.
  if (excepted(id)) {
    std::copy(logits, logits + vocabulary_, judged_.begin());
    for (int other = 0; other < vocabulary_; other++) {
      if (excepted(other)) judged_[static_cast<size_t>(other)] = -std::numeric_limits<float>::infinity();
    }
    const int best = floats_.summarize(judged_.data(), vocabulary_).best;
    if (judged_[static_cast<size_t>(best)] > -std::numeric_limits<float>::infinity()) id = best;
  }
  if (cache_) return choose_by_cache(logits, plain, id, ids, count, cosines);
  return {id, logits[id] - plain.maximum - std::log(plain.exp_sum)};
}

// Leaves the logits in masked_, with minus infinity for what is not allowed.
LogitSummary Sampler::summarize_allowed(const float* logits) {
  std::fill(masked_.begin(), masked_.end(), -std::numeric_limits<float>::infinity());
  LogitSummary summary{allowed_[0], -std::numeric_limits<float>::infinity(), 0};
  for (const int32_t id : allowed_) {
    masked_[static_cast<size_t>(id)] = logits[id];
    if (logits[id] > summary.maximum) {
      summary.maximum = logits[id];
      summary.best = id;
    }
  }
  for (const int32_t id : allowed_) {
    if (!std::isnan(logits[id])) summary.exp_sum += std::exp(logits[id] - summary.maximum);
  }
  return summary;
}

// A token that the context does not hold keeps its rank among those, so the model's best that may be chosen
// is the only one to weigh.
Choice Sampler::choose_by_cache(const float* logits, const LogitSummary& plain, int best, const int32_t* ids,
                                int count, const float* cosines) {
  cache_->read(ids, count, logits, cosines);
  const auto probability = [&](int32_t id) {
    const double by_model = std::exp(static_cast<double>(logits[id]) - plain.maximum) / plain.exp_sum;
    return std::isnan(by_model) ? 0 : cache_->probability(id, by_model);
  };
  double highest = probability(best);
  for (const int32_t id : cache_->candidates()) {
    if (excepted(id)) continue;
    const double here = probability(id);
    if (here > highest || (here == highest && id < best)) {
      highest = here;
      best = id;
    }
  }
  return {best, static_cast<float>(std::log(highest))};
}

}  // namespace ryzanstein
