// SyntheticModel: draws weights and encodes them as ggml's types, written from the types' definitions.
#include "synthetic_model.h"

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <set>
#include <stdexcept>
#include <utility>

#ifdef _WIN32
#include <process.h>
#define getpid _getpid
#else
#include <unistd.h>
#endif

namespace ryzanstein {
namespace test {
namespace {

// Rounds towards zero; the values here are made to fit.
uint16_t to_half(float value) {
  uint32_t bits;
  std::memcpy(&bits, &value, sizeof bits);
  const uint32_t sign = bits >> 16 & 0x8000;
  const int exponent = static_cast<int>(bits >> 23 & 255) - 112;
  if (exponent <= 0) return static_cast<uint16_t>(sign);
  return static_cast<uint16_t>(sign | static_cast<uint32_t>(exponent) << 10 | (bits >> 13 & 1023));
}

float rounded_to_half(float value) { return half_to_float(to_half(value)); }

template <class T>
void append(std::vector<uint8_t>& bytes, T value) {
  const auto* from = reinterpret_cast<const uint8_t*>(&value);
  bytes.insert(bytes.end(), from, from + sizeof value);
}

// Codes -1, 0, 1 of one row of `columns`, a scale per 256.
void encode_ternary_row(const std::string& type, const std::vector<int>& codes,
                        const std::vector<float>& scales, std::vector<uint8_t>& bytes) {
  const size_t columns = codes.size();
  const auto trit = [&](size_t i) { return static_cast<uint8_t>(codes[i] + 1); };
  const auto value = [&](size_t i) { return static_cast<float>(codes[i]) * scales[i / 256]; };
  if (type == "F32") {
    for (size_t i = 0; i < columns; i++) append(bytes, value(i));
  } else if (type == "F16") {
    for (size_t i = 0; i < columns; i++) append(bytes, to_half(value(i)));
  } else if (type == "BF16") {
    for (size_t i = 0; i < columns; i++) {
      const float v = value(i);
      uint32_t bits;
      std::memcpy(&bits, &v, sizeof bits);
      append(bytes, static_cast<uint16_t>(bits >> 16));
    }
  } else if (type == "Q8_0") {
    for (size_t b = 0; b < columns; b += 32) {
      append(bytes, to_half(scales[b / 256] / 64));
      for (size_t i = 0; i < 32; i++) append(bytes, static_cast<int8_t>(64 * codes[b + i]));
    }
  } else if (type == "TQ2_0") {
    for (size_t b = 0; b < columns; b += 256) {
      for (size_t h = 0; h < 2; h++) {
        for (size_t m = 0; m < 32; m++) {
          uint8_t byte = 0;
          for (size_t l = 0; l < 4; l++)
            byte |= static_cast<uint8_t>(trit(b + 128 * h + 32 * l + m) << 2 * l);
          append(bytes, byte);
        }
      }
      append(bytes, to_half(scales[b / 256]));
    }
  } else if (type == "TQ1_0") {
    const auto pack = [&](size_t first, size_t stride, int count) {
      int number = 0;
      for (int n = 0; n < 5; n++)
        number = number * 3 + (n < count ? trit(first + static_cast<size_t>(n) * stride) : 0);
      append(bytes, static_cast<uint8_t>((number * 256 + 242) / 243));
    };
    for (size_t b = 0; b < columns; b += 256) {
      for (size_t m = 0; m < 32; m++) pack(b + m, 32, 5);
      for (size_t m = 0; m < 16; m++) pack(b + 160 + m, 16, 5);
      for (size_t m = 0; m < 4; m++) pack(b + 240 + m, 4, 4);
      append(bytes, to_half(scales[b / 256]));
    }
  } else if (type == "I2_S") {
    for (size_t b = 0; b < columns; b += 128) {
      for (size_t m = 0; m < 32; m++) {
        append(bytes, static_cast<uint8_t>(trit(b + m) << 6 | trit(b + 32 + m) << 4 | trit(b + 64 + m) << 2 |
                                           trit(b + 96 + m)));
      }
    }
  } else {
    throw std::logic_error("no encoder for " + type);
  }
}

int type_id(const std::string& name) {
  for (int id = 0; id < 64; id++) {
    const TensorType* type = find_tensor_type(id);
    if (type != nullptr && name == type->name) return id;
  }
  throw std::logic_error("no type " + name);
}

}  // namespace

SyntheticModel::SyntheticModel(const Shape& shape, const SyntheticOptions& options)
    : architecture(options.architecture), random_(options.seed) {
  Hyperparameters& h = hyperparameters;
  h.architecture = architecture.name;
  h.layers = shape.layers;
  h.width = shape.width;
  h.ffn = shape.ffn;
  h.experts = shape.experts;
  h.experts_used = shape.experts_used;
  h.heads = shape.heads;
  h.kv_heads = shape.kv_heads;
  h.head_size = shape.head_size > 0 ? shape.head_size : shape.width / shape.heads;
  h.vocabulary = shape.vocabulary;
  h.context_length = shape.context;
  h.norm_epsilon = 1e-5f;
  h.rope_base = 10000;
  h.rope_dimensions = h.head_size;
  const int heads_width = h.heads * h.head_size, kv_width = h.kv_heads * h.head_size;
  add_embedding("token_embd.weight", h.width, h.vocabulary, options);
  for (int i = 0; i < h.layers; i++) {
    const std::string block = "blk." + std::to_string(i) + ".";
    const auto add_product = [&](const char* name, int columns, int rows) {
      add_ternary(block + name + ".weight", columns, rows, options);
      if (options.biases) add_vector(block + name + ".bias", rows, -0.5f, 0.5f);
    };
    const auto add_norm = [&](const char* name, int size) { this->add_norm(block + name, size); };
    add_norm("attn_norm", h.width);
    add_product("attn_q", h.width, heads_width);
    add_product("attn_k", h.width, kv_width);
    add_product("attn_v", h.width, kv_width);
    if (architecture.head_norms) {
      add_norm("attn_q_norm", h.head_size);
      add_norm("attn_k_norm", h.head_size);
    }
    const bool sub_norms = architecture.more_norms == MoreNorms::kSub;
    const bool post_norms = architecture.more_norms == MoreNorms::kPost;
    if (sub_norms) add_norm("attn_sub_norm", heads_width);
    add_product("attn_output", heads_width, h.width);
    if (post_norms) add_norm("post_attention_norm", h.width);
    add_norm("ffn_norm", h.width);
    if (sub_norms) add_norm("ffn_sub_norm", h.ffn);
    const auto add_stack = [&](const std::string& name, int columns, int rows) {
      if (h.experts == 0) return add_product(name.c_str(), columns, rows);
      const std::string stack = block + name + "_exps.weight";
      add_ternary(stack, columns, rows * h.experts, options);
      description(stack).shape = {columns, rows, h.experts};
    };
    if (architecture.feed_forward != FeedForward::kGelu) add_stack("ffn_gate", h.width, h.ffn);
    add_stack("ffn_up", h.width, h.ffn);
    add_stack("ffn_down", h.ffn, h.width);
    if (h.experts > 0) {
      const std::string router = block + "ffn_gate_inp.weight";
      add_vector(router, h.width * h.experts, -0.2f, 0.2f);
      description(router).shape = {h.width, h.experts};
      grouped[router] = 0;
    }
    if (post_norms) add_norm("post_ffw_norm", h.width);
  }
  add_norm("output_norm", h.width);
  if (options.rope_factors) add_vector("rope_freqs.weight", h.rope_dimensions / 2, 1, 8);
  if (options.untied) add_embedding("output.weight", h.width, h.vocabulary, options);
}

void SyntheticModel::add_ternary(const std::string& name, int columns, int rows,
                                 const SyntheticOptions& options) {
  const std::string type = options.ternary_type;
  // A power of two times 1.5: exact in every type.
  const float tensor_scale = 1.5f / std::exp2(std::floor(std::log2(std::sqrt(static_cast<float>(columns)))));
  std::vector<uint8_t> data;
  std::vector<float> values;
  for (int r = 0; r < rows; r++) {
    std::vector<float> scales;
    for (int b = 0; b * 256 < columns; b++) {
      scales.push_back(options.several_scales ? tensor_scale * (random_.below(2) == 0 ? 1.f : 0.5f)
                                              : tensor_scale);
    }
    std::vector<int> codes(static_cast<size_t>(columns));
    for (int& code : codes) code = random_.below(3) - 1;
    if (std::set<float>(scales.begin(), scales.end()).size() > 1)
      grouped[name] = type[0] == 'T' ? kMostScaleColumns : kFewestScaleColumns;
    encode_ternary_row(type, codes, scales, data);
    for (size_t i = 0; i < codes.size(); i++)
      values.push_back(static_cast<float>(codes[i]) * scales[i / 256]);
  }
  if (type == "I2_S") {
    append(data, tensor_scale);
    data.resize(data.size() + 28);
  }
  add(name, type_id(type), {columns, rows}, data, std::move(values));
}

void SyntheticModel::add_embedding(const std::string& name, int columns, int rows,
                                   const SyntheticOptions& options) {
  const std::string type = options.embedding_type;
  if (type == "I2_S") {
    SyntheticOptions ternary = options;
    ternary.ternary_type = options.embedding_type;
    return add_ternary(name, columns, rows, ternary);
  }
  std::vector<uint8_t> data;
  std::vector<float> values;
  if (options.several_scales || type != "Q8_0") grouped[name] = type == "F32" ? 0 : kFewestScaleColumns;
  for (int r = 0; r < rows; r++) {
    const float row_scale = rounded_to_half(random_.uniform(0.005f, 0.01f));
    for (int b = 0; b < columns; b += 32) {
      const float scale =
          options.several_scales ? rounded_to_half(random_.uniform(0.005f, 0.01f)) : row_scale;
      if (type == "Q8_0") append(data, to_half(scale));
      for (int i = 0; i < 32; i++) {
        const int code = random_.below(255) - 127;
        const float value = scale * static_cast<float>(code);
        if (type == "Q8_0") {
          append(data, static_cast<int8_t>(code));
          values.push_back(value);
        } else if (type == "F16") {
          append(data, to_half(value));
          values.push_back(rounded_to_half(value));
        } else {
          append(data, value);  // F32
          values.push_back(value);
        }
      }
    }
  }
  add(name, type_id(type), {columns, rows}, data, std::move(values));
}

void SyntheticModel::add_norm(const std::string& name, int size) {
  add_vector(name + ".weight", size, 0.5f, 1.5f);
  if (architecture.norm == Norm::kLayer) add_vector(name + ".bias", size, -0.5f, 0.5f);
}

void SyntheticModel::add_vector(const std::string& name, int size, float least, float most) {
  std::vector<uint8_t> data;
  std::vector<float> values;
  for (int i = 0; i < size; i++) {
    values.push_back(random_.uniform(least, most));
    append(data, values.back());
  }
  add(name, kTypeF32, {size}, data, std::move(values));
}

void SyntheticModel::add(const std::string& name, int type, std::vector<int64_t> shape,
                         const std::vector<uint8_t>& data, std::vector<float> values) {
  bytes.resize((bytes.size() + 31) / 32 * 32);
  TensorDescription description;
  description.name = name;
  description.type = type;
  description.shape = std::move(shape);
  description.offset = bytes.size();
  description.bytes = data.size();
  tensors.push_back(description);
  bytes.insert(bytes.end(), data.begin(), data.end());
  floats[name] = std::move(values);
}

std::string SyntheticModel::write(const std::string& name) const {
  const char* folder = std::getenv("TMPDIR");
  if (folder == nullptr) folder = std::getenv("TEMP");
  const std::string path =
      std::string(folder != nullptr ? folder : "/tmp") + "/" + name + "-" + std::to_string(getpid()) + ".bin";
  std::FILE* file = std::fopen(path.c_str(), "wb");
  if (file == nullptr || std::fwrite(bytes.data(), 1, bytes.size(), file) != bytes.size() ||
      std::fclose(file) != 0) {
    throw std::runtime_error("cannot write " + path);
  }
  return path;
}

TensorDescription& SyntheticModel::description(const std::string& name) {
  for (TensorDescription& tensor : tensors) {
    if (tensor.name == name) return tensor;
  }
  throw std::logic_error("no tensor " + name);
}

}  // namespace test
}  // namespace ryzanstein
