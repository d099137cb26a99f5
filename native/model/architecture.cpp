// The table of architectures.
#include "architecture.h"

namespace ryzanstein {
namespace {

// With ternary matrices. bitnet-b1.58 is BitNet 2B-4T; llama: TriLM, Falcon-E.
constexpr Architecture kArchitectures[] = {
    // name, norm, sub-norms, head norms, biases, feed-forward, rotary
    {"bitnet", Norm::kRms, true, false, false, FeedForward::kGatedSilu, Rotary::kHalves},
    {"bitnet-b1.58", Norm::kRms, true, false, false, FeedForward::kGatedSquaredRelu, Rotary::kHalves},
    {"llama", Norm::kRms, false, false, false, FeedForward::kGatedSilu, Rotary::kNeighbours},
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
