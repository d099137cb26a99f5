// Weights: which tensors an architecture has, of which shapes.
#include "weights.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <utility>

namespace ryzanstein {
namespace {

const Hyperparameters& checked(const std::string& path, const Hyperparameters& h) {
  const std::string problem = problem_of(h);
  if (!problem.empty()) throw BadModel("The model file " + path + " cannot be used: " + problem + ".");
  return h;
}

// The parts of a layer's products, before they are packed.
struct FeedForwardParts {
  std::vector<LinearPart> gate_up, down;
};
struct LayerParts {
  std::vector<LinearPart> qkv, attention_output, router;
  std::vector<FeedForwardParts> ffn;
};

// Takes the tensors of one model out of its file, as its architecture has them.
class Reader {
 public:
  Reader(TensorFile& file, const Hyperparameters& h, const Architecture& architecture)
      : file_(file), h_(h), architecture_(architecture) {}

  Floats vector(const std::string& name, int size) {
    Tensor tensor = file_.take(name, size, 0);
    file_.read(tensor);
    Floats values(static_cast<size_t>(size));
    tensor.to_floats(0, values.data());
    for (const float value : values) {
      if (!std::isfinite(value)) file_.refuse(name, "it holds a number that is not finite");
    }
    return values;
  }

  NormWeights norm(const std::string& name, int size) {
    NormWeights norm{vector(name + ".weight", size), {}};
    if (architecture_.norm == Norm::kLayer) norm.bias = vector(name + ".bias", size);
    return norm;
  }

  LinearPart product(const std::string& name, int columns, int rows, Biases required_by = Biases::kAll) {
    LinearPart part{file_.take(name + ".weight", columns, rows), {}};
    const bool required = architecture_.biases == required_by || architecture_.biases == Biases::kAll;
    if (required || file_.has(name + ".bias")) part.bias = vector(name + ".bias", rows);
    return part;
  }

  LinearPart head(const std::string& name) {
    LinearPart part{file_.take(name + ".weight", h_.width, h_.vocabulary, true), {}};
    if (file_.has(name + ".bias")) part.bias = vector(name + ".bias", h_.vocabulary);
    return part;
  }

  void layer(int index, Layer& layer, LayerParts& parts) {
    const std::string block = "blk." + std::to_string(index) + ".";
    const int heads_width = h_.heads * h_.head_size;
    const bool sub_norms = architecture_.more_norms == MoreNorms::kSub;
    const bool post_norms = architecture_.more_norms == MoreNorms::kPost;
    layer.attention_norm = norm(block + "attn_norm", h_.width);
    parts.qkv = qkv(block);
    if (architecture_.head_norms) {
      layer.query_norm = head_norm(block + "attn_q_norm");
      layer.key_norm = head_norm(block + "attn_k_norm");
    }
    if (sub_norms) layer.attention_sub_norm = norm(block + "attn_sub_norm", heads_width);
    parts.attention_output = {product(block + "attn_output", heads_width, h_.width)};
    if (post_norms) layer.attention_post_norm = norm(block + "post_attention_norm", h_.width);
    layer.ffn_norm = norm(block + "ffn_norm", h_.width);
    if (sub_norms) layer.ffn_sub_norm = norm(block + "ffn_sub_norm", h_.ffn);
    if (h_.experts == 0) {
      parts.ffn = {feed_forward(block)};
    } else {
      parts.router = {product(block + "ffn_gate_inp", h_.width, h_.experts)};
      parts.ffn = experts(block);
    }
    if (post_norms) layer.ffn_post_norm = norm(block + "post_ffw_norm", h_.width);
  }

 private:
  FeedForwardParts feed_forward(const std::string& block) {
    FeedForwardParts parts;
    if (architecture_.feed_forward != FeedForward::kGelu) {
      parts.gate_up.push_back(product(block + "ffn_gate", h_.width, h_.ffn));
    }
    parts.gate_up.push_back(product(block + "ffn_up", h_.width, h_.ffn));
    parts.down = {product(block + "ffn_down", h_.ffn, h_.width)};
    return parts;
  }

  // The matrices of all experts lie in one tensor, those of expert 0 first.
  std::vector<FeedForwardParts> experts(const std::string& block) {
    const Tensor gate = file_.take_stack(block + "ffn_gate_exps.weight", h_.width, h_.ffn, h_.experts);
    const Tensor up = file_.take_stack(block + "ffn_up_exps.weight", h_.width, h_.ffn, h_.experts);
    const Tensor down = file_.take_stack(block + "ffn_down_exps.weight", h_.ffn, h_.width, h_.experts);
    std::vector<FeedForwardParts> all;
    for (int e = 0; e < h_.experts; e++) {
      all.push_back({{{gate.slice(e * h_.ffn, h_.ffn), {}}, {up.slice(e * h_.ffn, h_.ffn), {}}},
                     {{down.slice(e * h_.width, h_.width), {}}}});
    }
    return all;
  }

  // Queries, keys and values, each by itself or all in one tensor, one below the other.
  std::vector<LinearPart> qkv(const std::string& block) {
    const int heads_width = h_.heads * h_.head_size, kv_width = h_.kv_heads * h_.head_size;
    std::vector<LinearPart> parts;
    if (file_.has(block + "attn_qkv.weight")) {
      const LinearPart whole =
          product(block + "attn_qkv", h_.width, heads_width + 2 * kv_width, Biases::kQkv);
      int first = 0;
      for (const int rows : {heads_width, kv_width, kv_width}) {
        parts.push_back({whole.weight.slice(first, rows), {}});
        const auto bias = whole.bias.begin() + first;
        if (!whole.bias.empty()) parts.back().bias.assign(bias, bias + rows);
        first += rows;
      }
    } else {
      parts = {product(block + "attn_q", h_.width, heads_width, Biases::kQkv),
               product(block + "attn_k", h_.width, kv_width, Biases::kQkv),
               product(block + "attn_v", h_.width, kv_width, Biases::kQkv)};
    }
    for (int i = 0; i < 2; i++) order_rows(parts[static_cast<size_t>(i)].weight);
    return parts;
  }

  // Of each head's query or key.
  NormWeights head_norm(const std::string& name) {
    const Floats values = vector(name + ".weight", h_.head_size);
    Tensor order;
    order_rows(order);
    NormWeights ordered;
    for (int r = 0; r < h_.head_size; r++) {
      ordered.weight.push_back(values[static_cast<size_t>(order.file_row(r))]);
    }
    return ordered;
  }

  // Rows of queries and keys lie in the order in which the kernels turn them.
  void order_rows(Tensor& tensor) const {
    tensor.head_size = h_.head_size;
    tensor.interleaved_rope_rows = architecture_.rotary == Rotary::kNeighbours ? h_.rope_dimensions : 0;
  }

  TensorFile& file_;
  const Hyperparameters& h_;
  const Architecture& architecture_;
};

}  // namespace

Weights::Weights(const std::string& path, std::vector<TensorDescription> descriptions,
                 const Hyperparameters& h, const Architecture& switches, const Kernels& kernels,
                 ThreadPool& pool, const std::function<void(double)>& on_progress, const Stop& stop)
    : hyperparameters(checked(path, h)), architecture(switches), layers(static_cast<size_t>(h.layers)) {
  uint64_t packed_bytes = 0, all_bytes = 0;
  for (const TensorDescription& tensor : descriptions) all_bytes += tensor.bytes;
  // Every tensor is looked up before the first one is packed.
  TensorFile file(path, std::move(descriptions));
  Reader reader(file, hyperparameters, architecture);
  std::vector<LayerParts> parts(layers.size());
  for (size_t i = 0; i < layers.size(); i++) reader.layer(static_cast<int>(i), layers[i], parts[i]);
  if (file.has("rope_freqs.weight")) {
    rope_factors = reader.vector("rope_freqs.weight", h.rope_dimensions / 2);
    for (const float factor : rope_factors) {
      if (factor <= 0) file.refuse("rope_freqs.weight", "it holds a number that is not above 0");
    }
  }
  output_norm = reader.norm("output_norm", h.width);
  embedding = file.take("token_embd.weight", h.width, h.vocabulary, true);
  const bool tied = !file.has("output.weight");
  std::vector<LinearPart> output;
  if (!tied) output = {reader.head("output")};
  file.check_all_taken(h.architecture);

  // What the file has is in memory only as long as it takes to pack it.
  const auto pack = [&](std::vector<LinearPart>& linear, float multiplier) {
    if (stop()) throw std::runtime_error("Loading the model " + path + " was given up.");
    for (LinearPart& part : linear) {
      if (part.weight.data == nullptr) file.read(part.weight);
      packed_bytes += part.weight.bytes();
    }
    Linear packed(file, linear, multiplier, kernels, pool);
    linear.clear();
    if (on_progress) on_progress(static_cast<double>(packed_bytes) / static_cast<double>(all_bytes));
    return packed;
  };
  for (size_t i = 0; i < layers.size(); i++) {
    layers[i].qkv = pack(parts[i].qkv, 1);
    layers[i].attention_output = pack(parts[i].attention_output, h.residual_multiplier);
    if (!parts[i].router.empty()) layers[i].router = pack(parts[i].router, 1);
    for (FeedForwardParts& ffn : parts[i].ffn) {
      layers[i].ffn.push_back({pack(ffn.gate_up, 1), pack(ffn.down, h.residual_multiplier)});
    }
  }
  file.read(embedding);
  if (tied) output = {{embedding, {}}};
  head = pack(output, h.logit_multiplier);
  if (tied && head.holds_rows()) embedding.data = nullptr;
  if (!tied) check_rows(file, embedding, pool);
}

void Weights::embed(int id, LinearInputs& inputs, int thread, float* x) const {
  if (embedding.data == nullptr) return head.row(id, inputs, thread, x);
  embedding.to_floats(id, x);
}

std::vector<const Linear*> Weights::linears() const {
  std::vector<const Linear*> all{&head};
  for (const Layer& layer : layers) {
    all.insert(all.end(), {&layer.qkv, &layer.attention_output});
    if (hyperparameters.experts > 0) all.push_back(&layer.router);
    for (const FeedForwardWeights& ffn : layer.ffn) all.insert(all.end(), {&ffn.gate_up, &ffn.down});
  }
  return all;
}

bool Weights::rounds_attention() const {
  return std::all_of(layers.begin(), layers.end(),
                     [](const Layer& layer) { return layer.qkv.ternary_rows(); });
}

size_t Weights::bytes() const {
  size_t bytes = embedding.data == nullptr ? 0 : embedding.bytes();
  for (const Linear* linear : linears()) bytes += linear->bytes();
  return bytes;
}

}  // namespace ryzanstein
