// All weights of a model, checked and packed: constant for the life of the process.
#ifndef RYZANSTEIN_MODEL_WEIGHTS_H_
#define RYZANSTEIN_MODEL_WEIGHTS_H_

#include <memory>
#include <string>
#include <vector>

#include "matrix.h"
#include "tensor_file.h"

namespace ryzanstein {

// What the metadata of the file says about the model; not trusted.
struct Hyperparameters {
  std::string architecture;
  int layers = 0;
  int width = 0;
  int ffn = 0;
  int heads = 0;
  int kv_heads = 0;
  int head_size = 0;
  int vocabulary = 0;
  int context_length = 0;
  float rms_epsilon = 0;
  float rope_base = 0;
  int rope_dimensions = 0;
};

// What the architectures that we know differ in.
struct Architecture {
  const char* name;     // `general.architecture`
  bool squared_relu;    // max(gate, 0)^2 * up, otherwise SiLU(gate) * up
  bool sub_norms;       // before the output projection and before down, too
  bool adjacent_pairs;  // the rotary embedding turns rows 2i and 2i + 1 of a head, otherwise i and half + i
};

using Floats = std::vector<float>;

struct Layer {
  Floats attention_norm;      // [width]
  Matrix qkv;                 // width -> queries, keys, values: tensors 0, 1, 2
  Floats attention_sub_norm;  // [width], or none
  Matrix attention_output;    // width -> width
  Floats ffn_norm;            // [width]
  Matrix gate_up;             // width -> gate, up: tensors 0, 1
  Floats ffn_sub_norm;        // [ffn], or none
  Matrix down;                // ffn -> width
};

struct Weights {
  // Throws BadModel or std::runtime_error; nothing is read before its place in the file is checked.
  Weights(const std::string& path, std::vector<TensorDescription> descriptions,
          const Hyperparameters& hyperparameters, const Kernels& kernels, ThreadPool& pool);

  TensorFile file;  // stays mapped: embedding rows are read from it
  Hyperparameters hyperparameters;
  const Architecture* architecture;
  Tensor embedding;  // [vocabulary][width]
  std::vector<Layer> layers;
  Floats output_norm;  // [width]
  Matrix head;         // width -> vocabulary; the embedding itself unless the file has output.weight

  size_t packed_bytes() const;
};

}  // namespace ryzanstein

#endif
