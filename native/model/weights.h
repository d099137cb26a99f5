// All weights of a model, checked and packed.
#ifndef RYZANSTEIN_MODEL_WEIGHTS_H_
#define RYZANSTEIN_MODEL_WEIGHTS_H_

#include <functional>
#include <string>
#include <vector>

#include "architecture.h"
#include "hyperparameters.h"
#include "linear.h"
#include "stop.h"
#include "tensor_file.h"

namespace ryzanstein {

// What an architecture does not have is empty. Widths: of the heads together, heads * head_size, and of the
// key/value heads together.
struct NormWeights {
  Floats weight;
  Floats bias;  // of Norm::kLayer
  bool empty() const { return weight.empty(); }
};

struct FeedForwardWeights {
  Linear gate_up;  // width -> gate, up: parts 0, 1; without a gate, up alone
  Linear down;     // ffn -> width
};

struct Layer {
  NormWeights attention_norm;           // [width]
  Linear qkv;                           // width -> queries, keys, values: parts 0, 1, 2
  NormWeights query_norm;               // [head_size]
  NormWeights key_norm;                 // [head_size]
  NormWeights attention_sub_norm;       // [of the heads]
  Linear attention_output;              // of the heads -> width
  NormWeights attention_post_norm;      // [width]
  NormWeights ffn_norm;                 // [width]
  Linear router;                        // width -> experts
  NormWeights ffn_sub_norm;             // [ffn]
  std::vector<FeedForwardWeights> ffn;  // one, or each expert's
  NormWeights ffn_post_norm;            // [width]
};

struct Weights {
  // Throws BadModel or std::runtime_error, also soon after it is stopped; nothing is read before its place in
  // the file is checked. If there is an `on_progress`, it is called with the share of the file that is
  // packed.
  Weights(const std::string& path, std::vector<TensorDescription> descriptions,
          const Hyperparameters& hyperparameters, const Architecture& architecture, const Kernels& kernels,
          ThreadPool& pool, const std::function<void(double)>& on_progress = {}, const Stop& stop = {});

  Hyperparameters hyperparameters;
  Architecture architecture;
  Tensor embedding;  // [vocabulary][width]; unread where the head holds its rows
  std::vector<Layer> layers;
  Floats rope_factors;      // [rope_dimensions / 2]: what the angles are divided by, or none
  NormWeights output_norm;  // [width]
  Linear head;              // width -> vocabulary; the embedding itself unless the file has output.weight

  // Row `id` of the embedding, x [width].
  void embed(int id, LinearInputs& inputs, int thread, float* x) const;

  std::vector<const Linear*> linears() const;
  // Whether queries and keys may be rounded to int8 as they are: ternary models are trained with what that
  // costs.
  bool rounds_attention() const;
  size_t bytes() const;
};

}  // namespace ryzanstein

#endif
