// What the architectures that we compute differ in: one row of switches each, for one forward pass.
#ifndef RYZANSTEIN_MODEL_ARCHITECTURE_H_
#define RYZANSTEIN_MODEL_ARCHITECTURE_H_

#include <string>

namespace ryzanstein {

enum class Norm {
  kRms,  // x / sqrt(mean of x^2 + epsilon) * weight
};

enum class FeedForward {
  kGatedSilu,         // down(silu(gate) * up)
  kGatedSquaredRelu,  // down(max(gate, 0)^2 * up)
};

// Which rows of a head the rotary embedding turns together.
enum class Rotary {
  kHalves,      // i and half + i (NEOX)
  kNeighbours,  // 2 i and 2 i + 1 (NORM)
};

struct Architecture {
  const char* name;  // general.architecture
  Norm norm;
  bool sub_norms;   // before the output projection and before down, too
  bool head_norms;  // of each head's query and key, before they are turned
  bool biases;      // products have biases, where the file brings them
  FeedForward feed_forward;
  Rotary rotary;
};

// nullptr if it is not known.
const Architecture* find_architecture(const std::string& name);

// "bitnet, llama"
std::string known_architectures();

}  // namespace ryzanstein

#endif
