// What followed in the text at places like its end: where the same tokens stood, or where the model's state
// was similar.
#ifndef RYZANSTEIN_MODEL_NGRAM_CACHE_H_
#define RYZANSTEIN_MODEL_NGRAM_CACHE_H_

#include <array>
#include <cstdint>
#include <vector>

#include "cache_settings.h"

namespace ryzanstein {

struct NgramOptions {
  std::vector<int32_t> exclude;   // ids that are never counted, like control tokens
  std::vector<int32_t> overflow;  // text that the context has no room for, counted with it
};

// Of the contexts whose followers are counted, in tokens.
constexpr std::array kContextLengths = {1, 2, 4, 8, 16};

using ByContextLength = std::array<int32_t, kContextLengths.size()>;

// What the context says of one id, for it and for all: how it is weighed is a matter of the settings.
struct Evidence {
  double similar = 0;  // the weights of the places with a state similar to the last, where the id follows
  double all_similar = 0;
  ByContextLength same{};  // how often the id follows the same tokens
  ByContextLength all_same{};
  ByContextLength different{};  // how many ids do
};

// Names of the file at hand are what a small model knows least. So its probabilities are interpolated with
// what the context holds: first with what followed states of the model similar to the last one, each place
// weighed by how similar (a continuous cache, Grave et al. 2017), then with counts of what followed the same
// tokens, from one of them up to sixteen, as Witten and Bell (1991) do: a cache in the sense of Kuhn and De
// Mori (1990), nested as by Hellendoorn and Devanbu (2017). Long contexts are rare and nearly always right.
class NgramCache {
 public:
  NgramCache(int vocabulary, NgramOptions options, CacheSettings settings = {});

  // Counts what may follow ids [count]; only tokens whose logit is above minus infinity count. cosines
  // [count] are those of the angles between the last token's state and each; without them states do not
  // count.
  void read(const int32_t* ids, int count, const float* logits, const float* cosines = nullptr);

  // The ids counted at least once.
  const std::vector<int32_t>& candidates() const { return candidates_; }

  // Of one id, given the model's probability of it.
  double probability(int32_t id, double by_model) const;

  Evidence evidence(int32_t id) const;

 private:
  struct Counts {
    double similar = 0;      // the weights of the places with a state similar to the last
    ByContextLength same{};  // how often behind the same tokens
  };

  void count(const int32_t* text, int place, const int32_t* ids, int length, double similar,
             const float* logits);

  CacheSettings settings_;
  std::vector<int32_t> overflow_;
  std::vector<bool> excluded_;
  std::vector<int32_t> slot_;  // by id: place in candidates_, -1 for none
  std::vector<int32_t> candidates_;
  std::vector<Counts> counts_;  // of each candidate
  Counts total_;
  ByContextLength different_{};  // ids counted behind the same tokens
};

}  // namespace ryzanstein

#endif
