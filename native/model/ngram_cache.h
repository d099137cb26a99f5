// What followed, elsewhere in the text, the tokens that stand at its end now: the text as an n-gram model.
#ifndef RYZANSTEIN_MODEL_NGRAM_CACHE_H_
#define RYZANSTEIN_MODEL_NGRAM_CACHE_H_

#include <array>
#include <cstdint>
#include <vector>

namespace ryzanstein {

// Names of the file at hand are what a small model knows least. So its probabilities are interpolated with
// counts of the context, from no token of context up to kLongest, as Witten and Bell (1991) do: a cache in
// the sense of Kuhn and De Mori (1990), nested as by Hellendoorn and Devanbu (2017).
class NgramCache {
 public:
  // `except` are ids that are never counted, like control tokens. `beyond` is text that the context has no
  // room for: what followed there counts as well, but for the order that knows no context.
  NgramCache(int vocabulary, const std::vector<int32_t>& except, std::vector<int32_t> beyond = {});

  // Counts what may follow ids [count]; only tokens whose logit is above minus infinity count.
  void read(const int32_t* ids, int count, const float* logits);

  // The ids counted at least once.
  const std::vector<int32_t>& candidates() const { return candidates_; }

  // Of one id, given the model's probability of it.
  double probability(int32_t id, double by_model) const;

 private:
  static constexpr int kLongest = 5;
  using Counts = std::array<int32_t, kLongest + 1>;  // by number of tokens of context

  void count(const int32_t* text, int place, const int32_t* end, int shortest, const float* logits);

  std::vector<int32_t> beyond_;
  std::vector<bool> excepted_;
  std::vector<int32_t> slot_;  // by id: place in candidates_, -1 for none
  std::vector<int32_t> candidates_;
  std::vector<Counts> counts_;  // of each candidate
  Counts total_{};
  Counts different_{};
};

}  // namespace ryzanstein

#endif
