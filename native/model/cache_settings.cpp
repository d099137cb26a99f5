// The names and ranges of the cache's settings.
#include "cache_settings.h"

#include "linear.h"
#include "ngram_cache.h"

namespace ryzanstein {

using C = CacheSettings;

const std::vector<Field<C>> kCacheFields = {
    {"sharpness", &C::sharpness, "the sharpness of the cache", 0, 1e4},
    {"modelWeight", &C::model_weight, "the model's weight beside the cache", 1e-6, 1e6},
    {"leastCosine", &C::least_cosine, "the least cosine of the cache", 0, 1},
    {"strengths", &C::strengths, "a strength of the cache", 0, 1e6},
    {"draftTokens", &C::draft_tokens, "a number of drafted tokens", 0, kMaxTokens - 1},
};

std::string problem_of(const CacheSettings& settings) {
  const std::string problem = out_of_range(settings, kCacheFields);
  if (!problem.empty()) return problem;
  if (settings.strengths.size() != kContextLengths.size()) {
    return "the cache has " + std::to_string(settings.strengths.size()) + " strengths, not " +
           std::to_string(kContextLengths.size());
  }
  if (settings.draft_tokens.empty()) return "the cache says of no number of equal tokens how many to draft";
  return "";
}

}  // namespace ryzanstein
