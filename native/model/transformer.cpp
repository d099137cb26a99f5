// The forward pass: in each layer attention and feed-forward, ternary products with norms before them.
#include "transformer.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace ryzanstein {
namespace {

// Tokens that one attention task takes: enough for the kernel to reuse the keys, few enough to share out.
constexpr int kAttentionTokens = 8;

// What is done to so few tokens between two products takes less time than sharing it out.
constexpr int kFewTokens = 4;

}  // namespace

RotaryTable::RotaryTable(int positions, int dimensions, float base)
    : half(static_cast<size_t>(dimensions / 2)),
      cosines(static_cast<size_t>(positions) * half),
      sines(static_cast<size_t>(positions) * half) {
  for (size_t i = 0; i < half; i++) {
    // The frequency is rounded to a float, as llama.cpp and PyTorch do.
    const auto frequency =
        static_cast<float>(std::pow(static_cast<double>(base), -2.0 * static_cast<double>(i) / dimensions));
    for (size_t position = 0; position < static_cast<size_t>(positions); position++) {
      const float angle = static_cast<float>(position) * frequency;
      cosines[position * half + i] = static_cast<float>(std::cos(static_cast<double>(angle)));
      sines[position * half + i] = static_cast<float>(std::sin(static_cast<double>(angle)));
    }
  }
}

Activations::Activations(const Weights& weights, const Kernels& kernels, int context_length, int threads)
    : rotary(context_length, weights.hyperparameters.rope_dimensions, weights.hyperparameters.rope_base) {
  const Hyperparameters& h = weights.hyperparameters;
  const auto floats = [](int rows, int columns) {
    return AlignedBuffer(static_cast<size_t>(rows) * static_cast<size_t>(columns) * sizeof(float));
  };
  const int widest = std::max(h.width, h.ffn);
  int rows = 0;
  size_t prepared_bytes = weights.head.prepared_bytes();
  for (const Layer& each : weights.layers) {
    for (const Matrix* matrix : {&each.qkv, &each.attention_output, &each.gate_up, &each.down}) {
      rows = std::max(rows, matrix->rows());
      prepared_bytes = std::max(prepared_bytes, matrix->prepared_bytes());
    }
  }
  residual = floats(kMaxTokens, h.width);
  product = floats(kMaxTokens, rows);
  mixed = floats(kMaxTokens, widest);
  prepared = AlignedBuffer(prepared_bytes);
  states = AlignedBuffer(static_cast<size_t>(kMaxTokens) * static_cast<size_t>(h.width));
  logits = floats(kMaxTokens, weights.head.rows());
  const int block_rows = kernels.int8->block_rows;
  const int positions = (context_length + block_rows - 1) / block_rows * block_rows;
  for (int thread = 0; thread < threads; thread++) {
    scratch.push_back({floats(1, widest), AlignedBuffer(static_cast<size_t>(widest)), floats(1, kSums),
                       AlignedBuffer(kAttentionRows * kernels.int8->prepared_bytes(h.head_size)),
                       floats(kAttentionRows, positions), floats(kAttentionRows, positions),
                       AlignedBuffer(static_cast<size_t>(kAttentionRows * positions) * sizeof(int16_t))});
  }
}

Transformer::Transformer(const Weights& weights, const Kernels& kernels, ThreadPool& pool)
    : weights_(weights), floats_(*kernels.floats), keys_(*kernels.int8), pool_(pool) {}

// One forward pass under way: its steps, each shared out among the threads.
struct Transformer::Pass {
  const Transformer& transformer;
  const Hyperparameters& h;
  const FloatKernels& floats;
  ThreadPool& pool;
  KvCache& cache;
  Activations& a;
  const Stop& stop;
  int tokens;
  int position;  // of token 0

  float* residual(int t) const { return a.residual.as<float>() + static_cast<size_t>(t) * h.width; }

  // Calls body(first, count, thread) until all of `count` tokens are done.
  template <class Body>
  void each_token(int count, const Body& body) {
    if (count > kFewTokens) return pool.run(count, body);
    if (count > 0) body(0, count, 0);
  }

  // Token t's vector x(t) [n]: normed if there is a norm, quantised, and put in the form that `matrix`
  // multiplies.
  template <class Vector>
  void prepare(const Matrix& matrix, const Floats& norm, int first_token, int count, const Vector& x) {
    each_token(count, [&](int first, int part, int thread) {
      Activations::Scratch& scratch = a.scratch[static_cast<size_t>(thread)];
      for (int t = first; t < first + part; t++) {
        const float* vector = x(first_token + t);
        if (!norm.empty()) {
          auto* normed = scratch.normed.as<float>();
          floats.rms_norm(vector, norm.data(), matrix.columns(), h.rms_epsilon, normed);
          vector = normed;
        }
        a.factors[t] = floats.quantize(vector, matrix.columns(), scratch.quantized.as<int8_t>());
        matrix.prepare(scratch.quantized.as<int8_t>(), t, a.prepared.as<void>());
      }
    });
  }

  // y [token][rows of matrix] = matrix times the prepared vectors.
  void multiply(const Matrix& matrix, int count, float* y) {
    pool.run(matrix.blocks(), [&](int first, int blocks, int thread) {
      multiply(matrix, first, blocks, count, y, a.scratch[static_cast<size_t>(thread)]);
    });
  }

  // The same for some row blocks.
  void multiply(const Matrix& matrix, int first, int blocks, int count, float* y,
                Activations::Scratch& scratch) {
    matrix.multiply(first, blocks, a.prepared.as<void>(), count, a.factors, scratch.sums.as<int32_t>(), y,
                    matrix.rows(), stop);
  }

  void embed(const int32_t* ids) {
    const Tensor& embedding = transformer.weights_.embedding;
    for (int t = 0; t < tokens; t++) embedding.type->to_floats(embedding.row(ids[t]), h.width, residual(t));
  }

  // One key/value head with its query heads, for tokens from `first_token` on: turns queries and keys, and
  // keeps keys and values.
  void rotate_and_store(int layer, const Matrix& qkv, int kv_head, int first_token, int count,
                        Activations::Scratch& scratch) {
    const int heads = h.heads / h.kv_heads, at = kv_head * h.head_size;
    for (int t = first_token; t < first_token + count; t++) {
      float* row = a.product.as<float>() + static_cast<size_t>(t) * qkv.rows();
      float* key = row + qkv.row_of(1) + at;
      const float* cosines = a.rotary.cosines_of(position + t);
      const float* sines = a.rotary.sines_of(position + t);
      floats.rope(row + qkv.row_of(0) + at * heads, heads, h.head_size, h.rope_dimensions, cosines, sines);
      floats.rope(key, 1, h.head_size, h.rope_dimensions, cosines, sines);
      auto* quantized = scratch.quantized.as<int8_t>();
      const float key_scale = floats.quantize(key, h.head_size, quantized);
      cache.store_key(layer, kv_head, position + t, quantized, key_scale);
      const float value_scale = floats.quantize(row + qkv.row_of(2) + at, h.head_size, quantized);
      cache.store_value(layer, kv_head, position + t, quantized, value_scale);
    }
  }

  // mixed [token][width] = the attention of every head. Where the key/value heads share out evenly among the
  // threads, each computes what its own heads need, and the threads wait for each other once, not three
  // times.
  void attend(int layer, const Matrix& qkv) {
    const int block_rows = qkv.rows() / qkv.blocks();
    if (tokens <= kAttentionTokens && h.kv_heads % pool.in_use() == 0 && h.head_size % block_rows == 0) {
      pool.run(h.kv_heads, [&](int first, int part, int thread) {
        for (int kv_head = first; kv_head < first + part && !stop(); kv_head++) {
          Activations::Scratch& scratch = a.scratch[static_cast<size_t>(thread)];
          const int blocks = h.head_size / block_rows, heads = h.heads / h.kv_heads;
          multiply(qkv, qkv.row_of(0) / block_rows + kv_head * heads * blocks, heads * blocks, tokens,
                   a.product.as<float>(), scratch);
          for (const int tensor : {1, 2}) {
            multiply(qkv, qkv.row_of(tensor) / block_rows + kv_head * blocks, blocks, tokens,
                     a.product.as<float>(), scratch);
          }
          rotate_and_store(layer, qkv, kv_head, 0, tokens, scratch);
          attend(layer, qkv, kv_head, 0, tokens, scratch);
        }
      });
      return;
    }
    multiply(qkv, tokens, a.product.as<float>());
    each_token(tokens, [&](int first, int part, int thread) {
      for (int kv_head = 0; kv_head < h.kv_heads; kv_head++) {
        rotate_and_store(layer, qkv, kv_head, first, part, a.scratch[static_cast<size_t>(thread)]);
      }
    });
    const int slices = (tokens + kAttentionTokens - 1) / kAttentionTokens;
    pool.run(h.kv_heads * slices, [&](int first, int part, int thread) {
      for (int task = first; task < first + part && !stop(); task++) {
        const int first_token = task % slices * kAttentionTokens;
        attend(layer, qkv, task / slices, first_token, std::min(kAttentionTokens, tokens - first_token),
               a.scratch[static_cast<size_t>(thread)]);
      }
    });
  }

  // The query heads of `count` tokens that share a key/value head; a row is one head of one token.
  void attend(int layer, const Matrix& qkv, int kv_head, int first_token, int count,
              Activations::Scratch& scratch) {
    const MatrixKernel& kernel = transformer.keys_;
    const size_t query_bytes = kernel.prepared_bytes(h.head_size);
    const float root = 1 / std::sqrt(static_cast<float>(h.head_size));
    const int heads = h.heads / h.kv_heads;
    AttentionRow rows[kAttentionRows];
    for (int done = 0; done < count * heads; done += kAttentionRows) {
      const int part = std::min(kAttentionRows, count * heads - done);
      const int visible = position + first_token + (done + part - 1) / heads + 1;  // of the last row
      const int blocks = cache.blocks(visible);
      const ptrdiff_t stride = static_cast<ptrdiff_t>(blocks) * kernel.block_rows;
      for (int i = 0; i < part; i++) {
        const int t = first_token + (done + i) / heads;
        const int column = (kv_head * heads + (done + i) % heads) * h.head_size;
        const float* query =
            a.product.as<float>() + static_cast<size_t>(t) * qkv.rows() + qkv.row_of(0) + column;
        rows[i].visible = position + t + 1;
        rows[i].scale = floats.quantize(query, h.head_size, scratch.quantized.as<int8_t>()) * root;
        rows[i].products = scratch.products.as<int32_t>() + i * stride;
        rows[i].weights = scratch.weights.as<float>() + i * stride;
        rows[i].rounded_weights = scratch.rounded.as<int16_t>() + i * stride;
        rows[i].y = a.mixed.as<float>() + static_cast<size_t>(t) * h.width + column;
        kernel.prepare(scratch.quantized.as<int8_t>(), h.head_size,
                       scratch.queries.as<uint8_t>() + static_cast<size_t>(i) * query_bytes);
      }
      kernel.multiply(cache.keys(layer, kv_head), blocks, h.head_size, scratch.queries.as<void>(), part,
                      scratch.products.as<int32_t>(), stride);
      floats.attend({rows, part, h.head_size, cache.key_scales(layer, kv_head),
                     cache.value_scales(layer, kv_head), cache.values(layer, kv_head)});
    }
  }

  // mixed [token][ffn] = activation(gate) * up.
  void gate(const Matrix& gate_up) {
    const auto activate =
        transformer.weights_.architecture->squared_relu ? floats.relu2_multiply : floats.silu_multiply;
    each_token(tokens, [&](int first, int part, int) {
      for (int t = first; t < first + part; t++) {
        const float* row = a.product.as<float>() + static_cast<size_t>(t) * gate_up.rows();
        activate(row + gate_up.row_of(0), row + gate_up.row_of(1), h.ffn,
                 a.mixed.as<float>() + static_cast<size_t>(t) * h.ffn);
      }
    });
  }

  void add_to_residual(const Matrix& matrix) {
    for (int t = 0; t < tokens; t++) {
      floats.add(a.product.as<float>() + static_cast<size_t>(t) * matrix.rows(), h.width, residual(t));
    }
  }

  void attention(int index, const Layer& layer) {
    prepare(layer.qkv, layer.attention_norm, 0, tokens, [&](int t) { return residual(t); });
    attend(index, layer.qkv);
    prepare(layer.attention_output, layer.attention_sub_norm, 0, tokens,
            [&](int t) { return a.mixed.as<float>() + static_cast<size_t>(t) * h.width; });
    multiply(layer.attention_output, tokens, a.product.as<float>());
    add_to_residual(layer.attention_output);
  }

  void feed_forward(const Layer& layer) {
    prepare(layer.gate_up, layer.ffn_norm, 0, tokens, [&](int t) { return residual(t); });
    multiply(layer.gate_up, tokens, a.product.as<float>());
    gate(layer.gate_up);
    prepare(layer.down, layer.ffn_sub_norm, 0, tokens,
            [&](int t) { return a.mixed.as<float>() + static_cast<size_t>(t) * h.ffn; });
    multiply(layer.down, tokens, a.product.as<float>());
    add_to_residual(layer.down);
  }

  // The state of every token, and the logits of the last ones.
  void predict(int logit_rows) {
    const Weights& weights = transformer.weights_;
    const int unread = tokens - logit_rows;
    each_token(tokens, [&](int first, int part, int thread) {
      auto* normed = a.scratch[static_cast<size_t>(thread)].normed.as<float>();
      for (int t = first; t < first + part; t++) {
        int8_t* state = a.states.as<int8_t>() + static_cast<size_t>(t) * static_cast<size_t>(h.width);
        floats.rms_norm(residual(t), weights.output_norm.data(), h.width, h.rms_epsilon, normed);
        const float factor = floats.quantize(normed, h.width, state);
        if (t < unread) continue;
        a.factors[t - unread] = factor;
        weights.head.prepare(state, t - unread, a.prepared.as<void>());
      }
    });
    if (logit_rows > 0) multiply(weights.head, logit_rows, a.logits.as<float>());
  }
};

bool Transformer::forward(const int32_t* ids, int count, int logit_rows, KvCache& cache, Activations& a,
                          const Stop& stop) const {
  Pass pass{*this, weights_.hyperparameters, floats_, pool_, cache, a, stop, count, cache.length};
  pass.embed(ids);
  for (size_t i = 0; i < weights_.layers.size() && !stop(); i++) {
    pass.attention(static_cast<int>(i), weights_.layers[i]);
    pass.feed_forward(weights_.layers[i]);
  }
  if (!stop()) pass.predict(logit_rows);
  return !stop();
}

}  // namespace ryzanstein
