// Models with seeded random weights in every tensor type, written as the tensor part of a model file.
#ifndef RYZANSTEIN_TEST_SYNTHETIC_MODEL_H_
#define RYZANSTEIN_TEST_SYNTHETIC_MODEL_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "../model/weights.h"
#include "random.h"

namespace ryzanstein {
namespace test {

struct Shape {
  int layers, width, ffn, heads, kv_heads, vocabulary, context;
  int head_size = 0;  // 0: width / heads
  int experts = 0, experts_used = 0;
};

struct SyntheticOptions {
  const char* ternary_type = "TQ2_0";
  const char* embedding_type = "Q8_0";
  Architecture architecture = *find_architecture("bitnet");
  bool several_scales = false;  // per 256 of a ternary row, per 32 of an embedding row
  bool untied = false;          // an output.weight of its own
  bool biases = false;          // of every product of a layer
  bool rope_factors = false;
  uint64_t seed = 1;
};

struct SyntheticModel {
  SyntheticModel(const Shape& shape, const SyntheticOptions& options);

  // Writes `bytes` to a file NAME-<process>.bin in the system's folder for such files; returns its path.
  std::string write(const std::string& name) const;
  TensorDescription& description(const std::string& name);

  Architecture architecture;
  Hyperparameters hyperparameters;
  std::vector<TensorDescription> tensors;
  std::vector<uint8_t> bytes;
  std::map<std::string, std::vector<float>> floats;  // the values that the file holds
  // Those with several scales in a row: columns of inputs under one; 0 where inputs are not rounded.
  std::map<std::string, int> grouped;

 private:
  void add_ternary(const std::string& name, int columns, int rows, const SyntheticOptions& options);
  void add_embedding(const std::string& name, int columns, int rows, const SyntheticOptions& options);
  void add_vector(const std::string& name, int size, float least, float most);
  void add_norm(const std::string& name, int size);
  void add(const std::string& name, int type, std::vector<int64_t> shape, const std::vector<uint8_t>& data,
           std::vector<float> values);

  Random random_;
};

}  // namespace test
}  // namespace ryzanstein

#endif
