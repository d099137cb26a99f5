// What the metadata of a model file says about the model; not trusted.
#ifndef RYZANSTEIN_MODEL_HYPERPARAMETERS_H_
#define RYZANSTEIN_MODEL_HYPERPARAMETERS_H_

#include <string>
#include <vector>

#include "record.h"

namespace ryzanstein {

struct Hyperparameters {
  std::string architecture;
  int layers = 0;
  int width = 0;
  int ffn = 0;           // of each expert, where there are experts
  int experts = 0;       // of each layer; 0: one feed-forward part for all tokens
  int experts_used = 0;  // for each token, those that the router gives most
  int heads = 0;
  int kv_heads = 0;
  int head_size = 0;  // heads * head_size may differ from the width
  int vocabulary = 0;
  int context_length = 0;
  float norm_epsilon = 0;
  float rope_base = 0;
  int rope_dimensions = 0;
  // Positions are divided by the factor: all angles are (linear), or those alone that turn less than
  // yarn_beta_slow times within the original context, with a ramp up to yarn_beta_fast times (YaRN; 0:
  // linear).
  float rope_factor = 1;
  int yarn_context = 0;
  float yarn_beta_fast = 32;
  float yarn_beta_slow = 1;
  float rope_magnitude = 1;  // of cosines and sines
  int rope_skip = 0;         // every such layer has no rotary embedding (1: none has); 0: all have
  // Every such layer is as said above, the others turn with a base of their own, unscaled; 0: all are.
  int rope_global = 0;
  float rope_local_base = 10000;
  float attention_scale = 0;  // of the products of queries and keys; 0: 1 / sqrt(head_size)
  float embedding_multiplier = 1;
  float residual_multiplier = 1;  // of what attention and feed-forward add to the residual
  float logit_multiplier = 1;
};

// Every member, as src/model/description.ts names it.
extern const std::vector<Field<Hyperparameters>> kHyperparameterFields;

// What makes the model impossible, or an empty string.
std::string problem_of(const Hyperparameters& h);

}  // namespace ryzanstein

#endif
