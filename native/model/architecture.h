// What the architectures that we compute differ in: one row of switches each, for one forward pass.
#ifndef RYZANSTEIN_MODEL_ARCHITECTURE_H_
#define RYZANSTEIN_MODEL_ARCHITECTURE_H_

#include <string>

namespace ryzanstein {

enum class Norm {
  kRms,    // x / sqrt(mean of x^2 + epsilon) * weight
  kLayer,  // (x - mean) / sqrt(variance + epsilon) * weight + bias
};

// Where a layer has norms beside those before attention and feed-forward.
enum class MoreNorms {
  kNone,
  kSub,   // before the output projection and before down
  kPost,  // of what attention and feed-forward give, before it is added to the residual
};

// Which products must have biases; the others have them where the file brings them.
enum class Biases {
  kOptional,
  kQkv,  // queries, keys and values
  kAll,  // every product of a layer
};

enum class FeedForward {
  kGatedSilu,         // down(silu(gate) * up)
  kGatedSquaredRelu,  // down(max(gate, 0)^2 * up)
  kGatedGelu,         // down(gelu(gate) * up)
  kGelu,              // down(gelu(up)): without a gate
};

// Which rows of a head the rotary embedding turns together.
enum class Rotary {
  kHalves,      // i and half + i (NEOX)
  kNeighbours,  // 2 i and 2 i + 1 (NORM)
};

struct Architecture {
  const char* name;  // general.architecture
  Norm norm;
  MoreNorms more_norms;
  bool head_norms;  // of each head's query and key, before they are turned
  Biases biases;
  FeedForward feed_forward;
  Rotary rotary;
};

// nullptr if it is not known.
const Architecture* find_architecture(const std::string& name);

// "bitnet, llama"
std::string known_architectures();

}  // namespace ryzanstein

#endif
