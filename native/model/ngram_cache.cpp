// NgramCache: counts by a scan of the context, and their interpolation with the model.
#include "ngram_cache.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace ryzanstein {
namespace {

// Weight of what shorter contexts say, per different token seen after a context; training/ngram_cache.py
// tunes it.
constexpr double kStrengths[] = {200, 12, 5, 12, 8, 1.5};

}  // namespace

NgramCache::NgramCache(int vocabulary, const std::vector<int32_t>& except, std::vector<int32_t> beyond)
    : beyond_(std::move(beyond)),
      excepted_(static_cast<size_t>(vocabulary)),
      slot_(static_cast<size_t>(vocabulary), -1) {
  for (const int32_t id : except) excepted_[static_cast<size_t>(id)] = true;
}

void NgramCache::read(const int32_t* ids, int count, const float* logits) {
  for (const int32_t id : candidates_) slot_[static_cast<size_t>(id)] = -1;
  candidates_.clear();
  counts_.clear();
  total_ = {};
  different_ = {};
  for (int place = 0; place < count; place++) this->count(ids, place, ids + count, 0, logits);
  if (count == 0) return;
  for (size_t place = 1; place < beyond_.size(); place++) {
    // Most of a long text follows other tokens than the last one: nothing else is looked at there.
    if (beyond_[place - 1] == ids[count - 1]) {
      this->count(beyond_.data(), static_cast<int>(place), ids + count, 1, logits);
    }
  }
}

// Counts text[place] for every order from `shortest` on whose context stands before it as it stands before
// `end`.
void NgramCache::count(const int32_t* text, int place, const int32_t* end, int shortest,
                       const float* logits) {
  const auto id = static_cast<size_t>(text[place]);
  if (excepted_[id] || logits[id] == -INFINITY) return;
  if (slot_[id] < 0) {
    slot_[id] = static_cast<int32_t>(candidates_.size());
    candidates_.push_back(text[place]);
    counts_.push_back({});
  }
  Counts& counts = counts_[static_cast<size_t>(slot_[id])];
  const int longest = std::min(kLongest, place);
  for (int length = 0; length <= longest; length++) {
    if (length > 0 && text[place - length] != end[-length]) break;
    if (length < shortest) continue;
    const auto n = static_cast<size_t>(length);
    if (counts[n]++ == 0) different_[n]++;
    total_[n]++;
  }
}

double NgramCache::probability(int32_t id, double by_model) const {
  const int32_t slot = slot_[static_cast<size_t>(id)];
  double answer = by_model;
  for (size_t n = 0; n <= kLongest && total_[n] > 0; n++) {
    const double shorter = kStrengths[n] * different_[n];
    const double own = slot < 0 ? 0 : counts_[static_cast<size_t>(slot)][n];
    answer = (own + shorter * answer) / (shorter + total_[n]);
  }
  return answer;
}

}  // namespace ryzanstein
