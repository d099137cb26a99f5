// NgramCache: weights and counts by a scan of the context, and their interpolation with the model.
#include "ngram_cache.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace ryzanstein {

NgramCache::NgramCache(int vocabulary, NgramOptions options, CacheSettings settings)
    : settings_(std::move(settings)),
      overflow_(std::move(options.overflow)),
      excluded_(static_cast<size_t>(vocabulary)),
      slot_(static_cast<size_t>(vocabulary), -1) {
  for (const int32_t id : options.exclude) excluded_[static_cast<size_t>(id)] = true;
}

void NgramCache::read(const int32_t* ids, int count, const float* logits, const float* cosines) {
  for (const int32_t id : candidates_) slot_[static_cast<size_t>(id)] = -1;
  candidates_.clear();
  counts_.clear();
  total_ = {};
  different_ = {};
  if (count == 0) return;
  for (int place = 1; place < count; place++) {
    const double cosine = cosines == nullptr ? 0 : static_cast<double>(cosines[place - 1]);
    const bool is_similar = cosine > static_cast<double>(settings_.least_cosine);
    if (!is_similar && ids[place - 1] != ids[count - 1]) continue;
    const double similar = is_similar ? std::exp(static_cast<double>(settings_.sharpness) * (cosine - 1)) : 0;
    this->count(ids, place, ids, count, similar, logits);
  }
  for (size_t place = 1; place < overflow_.size(); place++) {
    // Most of a long text follows other tokens than the last one: nothing else is looked at there.
    if (overflow_[place - 1] == ids[count - 1]) {
      this->count(overflow_.data(), static_cast<int>(place), ids, count, 0, logits);
    }
  }
}

// Counts text[place] with the weight `similar`, and for every length of context that stands both before it
// and at the end of ids [length].
void NgramCache::count(const int32_t* text, int place, const int32_t* ids, int length, double similar,
                       const float* logits) {
  const auto id = static_cast<size_t>(text[place]);
  if (excluded_[id] || logits[id] == -INFINITY) return;
  if (slot_[id] < 0) {
    slot_[id] = static_cast<int32_t>(candidates_.size());
    candidates_.push_back(text[place]);
    counts_.push_back({});
  }
  Counts& counts = counts_[static_cast<size_t>(slot_[id])];
  counts.similar += similar;
  total_.similar += similar;
  const int longest = std::min({kContextLengths.back(), place, length});
  int equal = 0;
  while (equal < longest && text[place - 1 - equal] == ids[length - 1 - equal]) equal++;
  for (size_t n = 0; n < kContextLengths.size() && kContextLengths[n] <= equal; n++) {
    if (counts.same[n]++ == 0) different_[n]++;
    total_.same[n]++;
  }
}

Evidence NgramCache::evidence(int32_t id) const {
  const int32_t slot = slot_[static_cast<size_t>(id)];
  const Counts own = slot < 0 ? Counts{} : counts_[static_cast<size_t>(slot)];
  return {own.similar, total_.similar, own.same, total_.same, different_};
}

double NgramCache::probability(int32_t id, double by_model) const {
  const Evidence found = evidence(id);
  const auto weight = static_cast<double>(settings_.model_weight);
  double answer = (found.similar + weight * by_model) / (found.all_similar + weight);
  for (size_t n = 0; n < kContextLengths.size() && found.all_same[n] > 0; n++) {
    const double shorter = static_cast<double>(settings_.strengths[n]) * found.different[n];
    answer = (found.same[n] + shorter * answer) / (shorter + found.all_same[n]);
  }
  return answer;
}

}  // namespace ryzanstein
