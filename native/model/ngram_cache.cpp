// NgramCache: weights and counts by a scan of the context, and their interpolation with the model.
#include "ngram_cache.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace ryzanstein {
namespace {

// training/ngram_cache.py tunes these. How fast the weight of a place falls from 1 with its cosine, and the
// weight of what the model says beside those places.
constexpr double kSharpness = 18;
constexpr double kModelWeight = 1;
// Below it a place weighs nothing, instead of a millionth: three of four places are left alone.
constexpr double kLeastCosine = 0.25;
// Weight of what shorter contexts say, per different token seen after a context.
constexpr double kStrengths[] = {40, 12, 3, 3, 1};

}  // namespace

NgramCache::NgramCache(int vocabulary, const std::vector<int32_t>& except, std::vector<int32_t> beyond)
    : beyond_(std::move(beyond)),
      excepted_(static_cast<size_t>(vocabulary)),
      slot_(static_cast<size_t>(vocabulary), -1) {
  for (const int32_t id : except) excepted_[static_cast<size_t>(id)] = true;
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
    const bool is_alike = cosine > kLeastCosine;
    if (!is_alike && ids[place - 1] != ids[count - 1]) continue;
    this->count(ids, place, ids, count, is_alike ? std::exp(kSharpness * (cosine - 1)) : 0, logits);
  }
  for (size_t place = 1; place < beyond_.size(); place++) {
    // Most of a long text follows other tokens than the last one: nothing else is looked at there.
    if (beyond_[place - 1] == ids[count - 1]) {
      this->count(beyond_.data(), static_cast<int>(place), ids, count, 0, logits);
    }
  }
}

// Counts text[place] with the weight `alike`, and for every length of context that stands before it as at the
// end of ids [length].
void NgramCache::count(const int32_t* text, int place, const int32_t* ids, int length, double alike,
                       const float* logits) {
  const auto id = static_cast<size_t>(text[place]);
  if (excepted_[id] || logits[id] == -INFINITY) return;
  if (slot_[id] < 0) {
    slot_[id] = static_cast<int32_t>(candidates_.size());
    candidates_.push_back(text[place]);
    counts_.push_back({});
  }
  Counts& counts = counts_[static_cast<size_t>(slot_[id])];
  counts.alike += alike;
  total_.alike += alike;
  const int longest = std::min({kLengths.back(), place, length});
  int equal = 0;
  while (equal < longest && text[place - 1 - equal] == ids[length - 1 - equal]) equal++;
  for (size_t n = 0; n < kLengths.size() && kLengths[n] <= equal; n++) {
    if (counts.same[n]++ == 0) different_[n]++;
    total_.same[n]++;
  }
}

double NgramCache::probability(int32_t id, double by_model) const {
  const int32_t slot = slot_[static_cast<size_t>(id)];
  const Counts own = slot < 0 ? Counts{} : counts_[static_cast<size_t>(slot)];
  double answer = (own.alike + kModelWeight * by_model) / (total_.alike + kModelWeight);
  for (size_t n = 0; n < kLengths.size() && total_.same[n] > 0; n++) {
    const double shorter = kStrengths[n] * different_[n];
    answer = (own.same[n] + shorter * answer) / (shorter + total_.same[n]);
  }
  return answer;
}

}  // namespace ryzanstein
