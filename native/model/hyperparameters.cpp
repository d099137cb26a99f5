// The names and ranges of the hyperparameters, and what they must be together.
#include "hyperparameters.h"

#include <cstdint>

#include "../kernels/contracts.h"
#include "kv_cache.h"

namespace ryzanstein {

using H = Hyperparameters;

namespace {
constexpr int kMaxExperts = 1024;
}

const std::vector<Field<H>> kHyperparameterFields = {
    {"architecture", &H::architecture, "the architecture"},
    {"layers", &H::layers, "the number of layers", 1, 1000},
    {"width", &H::width, "the width", 1, kMaxColumns},
    {"ffn", &H::ffn, "the width of the feed-forward part", 1, kMaxColumns},
    {"experts", &H::experts, "the number of experts", 0, kMaxExperts},
    {"expertsUsed", &H::experts_used, "the number of experts that a token uses", 0, kMaxExperts},
    {"heads", &H::heads, "the number of heads", 1, 1024},
    {"kvHeads", &H::kv_heads, "the number of key/value heads", 1, 1024},
    {"headSize", &H::head_size, "the head size", 1, kMaxHeadSize},
    {"vocabulary", &H::vocabulary, "the vocabulary", 1, 1 << 24},
    {"contextLength", &H::context_length, "the context length", 1, 1 << 24},
    {"normEpsilon", &H::norm_epsilon, "the epsilon of the norms", 0, 1},
    {"ropeBase", &H::rope_base, "the rotary base", 1, 1e30},
    {"ropeDimensions", &H::rope_dimensions, "the number of rotary dimensions", 1, kMaxHeadSize},
    {"ropeFactor", &H::rope_factor, "the factor of the rotary embedding", 1e-6, 1e6},
    {"yarnContext", &H::yarn_context, "the context that YaRN starts from", 0, 1 << 24},
    {"yarnBetaFast", &H::yarn_beta_fast, "YaRN's fast beta", 1e-6, 1e6},
    {"yarnBetaSlow", &H::yarn_beta_slow, "YaRN's slow beta", 1e-6, 1e6},
    {"ropeMagnitude", &H::rope_magnitude, "the magnitude of the rotary embedding", 1e-6, 1e6},
    {"ropeSkip", &H::rope_skip, "the distance of layers without rotary embedding", 0, 1000},
    {"ropeGlobal", &H::rope_global, "the distance of layers with the global rotary base", 0, 1000},
    {"ropeLocalBase", &H::rope_local_base, "the local rotary base", 1, 1e30},
    {"attentionScale", &H::attention_scale, "the scale of the attention", 0, 1e6},
    {"embeddingMultiplier", &H::embedding_multiplier, "the multiplier of the embedding", 1e-6, 1e6},
    {"residualMultiplier", &H::residual_multiplier, "the multiplier of the residual", 1e-6, 1e6},
    {"logitMultiplier", &H::logit_multiplier, "the multiplier of the logits", 1e-6, 1e6},
};

std::string problem_of(const Hyperparameters& h) {
  const std::string problem = out_of_range(h, kHyperparameterFields);
  if (!problem.empty()) return problem;
  const auto number = [](int value) { return std::to_string(value); };
  if (h.experts_used > h.experts || (h.experts > 0 && h.experts_used == 0)) {
    return "a token cannot use " + number(h.experts_used) + " of " + number(h.experts) + " experts";
  }
  if (h.heads % h.kv_heads != 0) {
    return number(h.heads) + " heads cannot share " + number(h.kv_heads) + " key/value heads evenly";
  }
  if (h.heads * h.head_size > kMaxColumns) {
    return number(h.heads) + " heads of " + number(h.head_size) + " are wider than " + number(kMaxColumns);
  }
  if (h.head_size % 16 != 0) return "the head size " + number(h.head_size) + " is no multiple of 16";
  if (h.rope_dimensions > h.head_size) {
    return "the number of rotary dimensions is " + number(h.rope_dimensions) + ", more than the head size";
  }
  if (h.rope_dimensions % 2 != 0) return "the number of rotary dimensions is odd";
  return "";
}

}  // namespace ryzanstein
