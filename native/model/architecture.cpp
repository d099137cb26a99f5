// The table of architectures.
#include "architecture.h"

namespace ryzanstein {
namespace {

using A = Architecture;
using F = FeedForward;

// What a number can say (multipliers, experts, layers without rotary embedding) is no switch: see
// hyperparameters.h.
constexpr A kArchitectures[] = {
    // name, norm, more norms, head norms, biases, feed-forward, rotary
    {"bitnet", Norm::kRms, MoreNorms::kSub, false, Biases::kOptional, F::kGatedSilu, Rotary::kHalves},
    {"bitnet-b1.58", Norm::kRms, MoreNorms::kSub, false, Biases::kOptional, F::kGatedSquaredRelu,
     Rotary::kHalves},
    {"llama", Norm::kRms, MoreNorms::kNone, false, Biases::kOptional, F::kGatedSilu, Rotary::kNeighbours},
    {"qwen2", Norm::kRms, MoreNorms::kNone, false, Biases::kQkv, F::kGatedSilu, Rotary::kHalves},
    {"qwen3", Norm::kRms, MoreNorms::kNone, true, Biases::kOptional, F::kGatedSilu, Rotary::kHalves},
    {"qwen3moe", Norm::kRms, MoreNorms::kNone, true, Biases::kOptional, F::kGatedSilu, Rotary::kHalves},
    {"granite", Norm::kRms, MoreNorms::kNone, false, Biases::kOptional, F::kGatedSilu, Rotary::kNeighbours},
    {"smollm3", Norm::kRms, MoreNorms::kNone, false, Biases::kOptional, F::kGatedSilu, Rotary::kNeighbours},
    {"starcoder2", Norm::kLayer, MoreNorms::kNone, false, Biases::kAll, F::kGelu, Rotary::kHalves},
    {"gemma", Norm::kRms, MoreNorms::kNone, false, Biases::kOptional, F::kGatedGelu, Rotary::kHalves},
    {"gemma3", Norm::kRms, MoreNorms::kPost, true, Biases::kOptional, F::kGatedGelu, Rotary::kHalves},
};

}  // namespace

const Architecture* find_architecture(const std::string& name) {
  for (const Architecture& architecture : kArchitectures) {
    if (name == architecture.name) return &architecture;
  }
  return nullptr;
}

std::string known_architectures() {
  std::string names;
  for (const Architecture& architecture : kArchitectures) {
    names += (names.empty() ? "" : ", ") + std::string(architecture.name);
  }
  return names;
}

}  // namespace ryzanstein
