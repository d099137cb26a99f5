// How what the context holds is weighed against the model, and how far it is guessed ahead: tuned for a
// model, whose file brings it.
#ifndef RYZANSTEIN_MODEL_CACHE_SETTINGS_H_
#define RYZANSTEIN_MODEL_CACHE_SETTINGS_H_

#include <string>
#include <vector>

#include "record.h"

namespace ryzanstein {

// The defaults are for models that bring none. `ryzanstein tune` finds them; training/cache.py holds
// those that new models are exported with, and a test holds the two equal.
struct CacheSettings {
  // How fast the weight of a place falls from 1 with the cosine of its state.
  float sharpness = 18;
  // Of what the model says beside those places.
  float model_weight = 1;
  // Below it a place weighs nothing, instead of a millionth: three of four places are left alone.
  float least_cosine = 0.25f;
  // Weights of what shorter contexts say, per different token seen after a context of kContextLengths.
  std::vector<float> strengths = {40, 12, 3, 3, 1};
  // Tokens that are worth guessing after 1, 2, 3 equal ones, and after more. Of what follows one token, 45 %
  // is what followed it before, after two 65 %, three 77 %, four 88 %; a pass over 2, 4 and 8 tokens costs
  // 1.1 to 1.3, 1.5 to 1.8 and 2.5 to 3.4 passes over one.
  std::vector<int> draft_tokens = {1, 3, 3, 7};
};

// Every member, as src/engine/addon.ts names it.
extern const std::vector<Field<CacheSettings>> kCacheFields;

// What makes the settings impossible, or an empty string.
std::string problem_of(const CacheSettings& settings);

}  // namespace ryzanstein

#endif
