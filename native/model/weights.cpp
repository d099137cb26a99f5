// Weights: which tensors an architecture has, of which shapes.
#include "weights.h"

#include <cmath>
#include <utility>

namespace ryzanstein {
namespace {

constexpr Architecture kArchitectures[] = {
    {"bitnet", false, true, false},
    {"bitnet-b1.58", true, true, false},  // BitNet 2B-4T
    {"llama", false, false, true},        // with ternary matrices: TriLM, Falcon-E
};

const Architecture* find_architecture(const std::string& path, const std::string& name) {
  std::string known;
  for (const Architecture& architecture : kArchitectures) {
    if (name == architecture.name) return &architecture;
    known += (known.empty() ? "" : ", ") + std::string(architecture.name);
  }
  throw BadModel("The model file " + path + " cannot be used: its architecture " + name +
                 " is not known; known are: " + known + ".");
}

void check(const std::string& path, const Hyperparameters& h) {
  const auto require = [&](bool condition, const std::string& what) {
    if (!condition) throw BadModel("The model file " + path + " cannot be used: " + what + ".");
  };
  const auto in_range = [&](int value, int most, const char* name) {
    require(value >= 1 && value <= most,
            std::string(name) + " is " + std::to_string(value) + ", not within 1 to " + std::to_string(most));
  };
  in_range(h.layers, 1000, "the number of layers");
  in_range(h.width, kMaxColumns, "the width");
  in_range(h.ffn, kMaxColumns, "the width of the feed-forward part");
  in_range(h.vocabulary, 1 << 24, "the vocabulary");
  in_range(h.context_length, 1 << 24, "the context length");
  in_range(h.heads, 1024, "the number of heads");
  in_range(h.kv_heads, h.heads, "the number of key/value heads");
  in_range(h.head_size, 1024, "the head size");
  in_range(h.rope_dimensions, h.head_size, "the number of rotary dimensions");
  require(h.heads * h.head_size == h.width, std::to_string(h.heads) + " heads of " +
                                                std::to_string(h.head_size) + " do not make a width of " +
                                                std::to_string(h.width));
  require(h.heads % h.kv_heads == 0, std::to_string(h.heads) + " heads cannot share " +
                                         std::to_string(h.kv_heads) + " key/value heads evenly");
  require(h.head_size % 16 == 0, "the head size " + std::to_string(h.head_size) + " is no multiple of 16");
  require(h.rope_dimensions % 2 == 0, "the number of rotary dimensions is odd");
  require(std::isfinite(h.rms_epsilon) && h.rms_epsilon >= 0 && h.rms_epsilon < 1,
          "the epsilon of the norms is unusable");
  require(std::isfinite(h.rope_base) && h.rope_base >= 1, "the rotary base is unusable");
}

Floats read_norm(TensorFile& file, const std::string& name, int size) {
  const Tensor tensor = file.take(name, size, 0);
  Floats values(static_cast<size_t>(size));
  tensor.type->to_floats(tensor.data, size, values.data());
  for (const float value : values) {
    if (!std::isfinite(value)) file.refuse(name, "it holds a number that is not finite");
  }
  return values;
}

}  // namespace

Weights::Weights(const std::string& path, std::vector<TensorDescription> descriptions,
                 const Hyperparameters& h, const Kernels& kernels, ThreadPool& pool)
    : file(path, std::move(descriptions)), hyperparameters(h) {
  architecture = find_architecture(path, h.architecture);
  check(path, h);

  // Every tensor is looked up before the first one is read.
  const int kv_width = h.kv_heads * h.head_size;
  struct LayerTensors {
    std::vector<Tensor> qkv, attention_output, gate_up, down;
  };
  std::vector<LayerTensors> tensors;
  for (int i = 0; i < h.layers; i++) {
    const std::string block = "blk." + std::to_string(i) + ".";
    const auto take = [&](const char* name, int columns, int rows) {
      return file.take(block + name + ".weight", columns, rows);
    };
    const auto turned = [&](const char* name, int rows) {
      Tensor tensor = take(name, h.width, rows);
      tensor.head_size = h.head_size;
      tensor.paired = architecture->adjacent_pairs ? h.rope_dimensions : 0;
      return tensor;
    };
    const auto sub_norm = [&](const char* name, int size) {
      return architecture->sub_norms ? read_norm(file, block + name + ".weight", size) : Floats();
    };
    Layer layer;
    LayerTensors t;
    layer.attention_norm = read_norm(file, block + "attn_norm.weight", h.width);
    t.qkv = {turned("attn_q", h.width), turned("attn_k", kv_width), take("attn_v", h.width, kv_width)};
    layer.attention_sub_norm = sub_norm("attn_sub_norm", h.width);
    t.attention_output = {take("attn_output", h.width, h.width)};
    layer.ffn_norm = read_norm(file, block + "ffn_norm.weight", h.width);
    t.gate_up = {take("ffn_gate", h.width, h.ffn), take("ffn_up", h.width, h.ffn)};
    layer.ffn_sub_norm = sub_norm("ffn_sub_norm", h.ffn);
    t.down = {take("ffn_down", h.ffn, h.width)};
    layers.push_back(std::move(layer));
    tensors.push_back(std::move(t));
  }
  output_norm = read_norm(file, "output_norm.weight", h.width);
  embedding = file.take("token_embd.weight", h.width, h.vocabulary);
  const bool tied = !file.has("output.weight");
  const Tensor output = tied ? embedding : file.take("output.weight", h.width, h.vocabulary);
  file.check_all_taken(h.architecture);

  for (size_t i = 0; i < layers.size(); i++) {
    const auto pack = [&](const std::vector<Tensor>& parts) {
      return Matrix(file, parts, Rounding::kNone, kernels, pool);
    };
    layers[i].qkv = pack(tensors[i].qkv);
    layers[i].attention_output = pack(tensors[i].attention_output);
    layers[i].gate_up = pack(tensors[i].gate_up);
    layers[i].down = pack(tensors[i].down);
  }
  head = Matrix(file, {output}, Rounding::kInt8Rows, kernels, pool);
  // All but embedding rows is packed now: the file's pages would only double the memory.
  file.forget();
}

size_t Weights::packed_bytes() const {
  size_t bytes = head.bytes();
  for (const Layer& layer : layers) {
    bytes += layer.qkv.bytes() + layer.attention_output.bytes() + layer.gate_up.bytes() + layer.down.bytes();
  }
  return bytes;
}

}  // namespace ryzanstein
