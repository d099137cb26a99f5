// Sampler: penalty, then top-k, temperature, top-p, then one draw.
#include "sampler.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace ryzanstein {

Sampler::Sampler(const Sampling& sampling, int vocabulary, const FloatKernels& floats, Candidates candidates,
                 const CacheSettings& settings)
    : sampling_(sampling),
      vocabulary_(vocabulary),
      floats_(floats),
      state_(sampling.seed),
      allowed_(std::move(candidates.allowed)) {
  if (candidates.ngram_cache) cache_.emplace(vocabulary, std::move(*candidates.ngram_cache), settings);
  if (!allowed_.empty()) masked_.resize(static_cast<size_t>(vocabulary));
  if (!candidates.except.empty()) except_.resize(static_cast<size_t>(vocabulary));
  for (const int32_t id : candidates.except) except_[static_cast<size_t>(id)] = true;
  if (sampling.repetition_penalty != 1 || !except_.empty()) judged_.resize(static_cast<size_t>(vocabulary));
  if (sampling.temperature > 0) drawn_.resize(static_cast<size_t>(vocabulary));
}

Choice Sampler::choose(const float* logits, const int32_t* recent, int recent_count, const float* cosines) {
  const LogitSummary plain =
      allowed_.empty() ? floats_.summarize(logits, vocabulary_) : summarize_allowed(logits);
  if (!allowed_.empty()) logits = masked_.data();
  const bool greedy = sampling_.temperature <= 0, by_cache = cache_ && greedy;
  const float* judged = logits;
  int id = plain.best;
  const bool penalised = sampling_.repetition_penalty != 1 && !by_cache;
  // What may not be chosen seldom is the best.
  if (penalised || excepted(id) || (!greedy && !except_.empty())) {
    std::copy(logits, logits + vocabulary_, judged_.begin());
    for (int i = penalised ? std::max(0, recent_count - kPenaltyWindow) : recent_count; i < recent_count;
         i++) {
      // From the original, so that a token that occurs twice is penalised once.
      const float logit = logits[recent[i]];
      judged_[static_cast<size_t>(recent[i])] =
          logit > 0 ? logit / sampling_.repetition_penalty : logit * sampling_.repetition_penalty;
    }
    for (int other = 0; other < vocabulary_; other++) {
      if (excepted(other)) judged_[static_cast<size_t>(other)] = -std::numeric_limits<float>::infinity();
    }
    judged = judged_.data();
    if (greedy) {
      const int best = floats_.summarize(judged, vocabulary_).best;
      if (judged[best] > -std::numeric_limits<float>::infinity()) id = best;
    }
  }
  if (by_cache) return choose_by_cache(logits, plain, id, recent, recent_count, cosines);
  if (!greedy) id = draw(judged);
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

int Sampler::draw(const float* logits) {
  size_t count = 0;
  for (int id = 0; id < vocabulary_; id++) {
    if (!std::isnan(logits[id])) drawn_[count++] = {logits[id], id};
  }
  if (count == 0) return 0;
  const auto better = [](const Candidate& a, const Candidate& b) {
    return a.logit > b.logit || (a.logit == b.logit && a.id < b.id);
  };
  const auto first = drawn_.begin();
  if (sampling_.top_k > 0 && static_cast<size_t>(sampling_.top_k) < count) {
    const auto end = first + static_cast<ptrdiff_t>(count);
    count = static_cast<size_t>(sampling_.top_k);
    std::nth_element(first, first + static_cast<ptrdiff_t>(count), end, better);
  }
  std::sort(first, first + static_cast<ptrdiff_t>(count), better);

  const auto weight = [&](size_t i) {
    return std::exp((static_cast<double>(drawn_[i].logit) - drawn_[0].logit) / sampling_.temperature);
  };
  double total = 0;
  for (size_t i = 0; i < count; i++) total += weight(i);
  double kept = 0;
  size_t head = 0;
  while (head < count && (head == 0 || kept < sampling_.top_p * total)) kept += weight(head++);

  double target = next_uniform() * kept;
  for (size_t i = 0; i < head; i++) {
    target -= weight(i);
    if (target < 0) return drawn_[i].id;
  }
  return drawn_[head - 1].id;
}

// SplitMix64 (Steele, Lea, Flood 2014); 53 bits in [0, 1).
double Sampler::next_uniform() {
  uint64_t z = state_ += 0x9E3779B97F4A7C15u;
  z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
  z = (z ^ z >> 27) * 0x94D049BB133111EBu;
  return static_cast<double>((z ^ z >> 31) >> 11) * 0x1.0p-53;
}

}  // namespace ryzanstein
