// The forward pass: in each layer attention and feed-forward, products with norms before them.
#include "transformer.h"

#include <algorithm>
#include <cmath>

#include "../base/check.h"

namespace ryzanstein {
namespace {

// An attention task takes up to this many tokens: enough for the kernel to reuse the keys, few enough to
// share the tasks out.
constexpr int kAttentionTokens = 8;

// What is done to up to this many tokens between two products takes less time than sharing it out.
constexpr int kUnsharedTokens = 4;

constexpr double kPi = 3.14159265358979323846;

// By what the frequency of pair i is multiplied for the longer context.
double frequency_scale(const Hyperparameters& h, size_t i) {
  const double factor = static_cast<double>(h.rope_factor);
  if (h.yarn_context == 0) return 1 / factor;
  // The pair that turns `turns` times within the original context.
  const auto pair = [&](double turns) {
    return h.rope_dimensions * std::log(h.yarn_context / (turns * 2 * kPi)) /
           (2 * std::log(static_cast<double>(h.rope_base)));
  };
  const double last = h.rope_dimensions - 1;
  const double low = std::clamp(std::floor(pair(static_cast<double>(h.yarn_beta_fast))), 0.0, last);
  const double high = std::clamp(std::ceil(pair(static_cast<double>(h.yarn_beta_slow))), 0.0, last);
  const double ramp = (static_cast<double>(i) - low) / std::max(0.001, high - low);
  const double kept = 1 - std::clamp(ramp, 0.0, 1.0);
  return (1 - kept) / factor + kept;
}

}  // namespace

RotaryTable::RotaryTable(int positions, const Hyperparameters& h, const Floats& factors, bool local)
    : half(static_cast<size_t>(h.rope_dimensions / 2)),
      cosines(static_cast<size_t>(positions) * half),
      sines(static_cast<size_t>(positions) * half) {
  const auto base = static_cast<double>(local ? h.rope_local_base : h.rope_base);
  const auto magnitude = static_cast<double>(local ? 1 : h.rope_magnitude);
  for (size_t i = 0; i < half; i++) {
    double exact = std::pow(base, -2.0 * static_cast<double>(i) / h.rope_dimensions);
    if (!local) exact *= frequency_scale(h, i);
    if (!local && !factors.empty()) exact /= static_cast<double>(factors[i]);
    // The frequency is rounded to a float, as llama.cpp and PyTorch do.
    const auto frequency = static_cast<float>(exact);
    for (size_t position = 0; position < static_cast<size_t>(positions); position++) {
      const auto angle = static_cast<double>(static_cast<float>(position) * frequency);
      cosines[position * half + i] = static_cast<float>(std::cos(angle) * magnitude);
      sines[position * half + i] = static_cast<float>(std::sin(angle) * magnitude);
    }
  }
}

KeyLevels key_levels(const Weights& weights) {
  return weights.rounds_attention() ? KeyLevels::kBytes : KeyLevels::kWords;
}

Activations::Activations(const Weights& weights, const Kernels& kernels, int capacity, int threads)
    : inputs(weights.linears(), threads), scratch(static_cast<size_t>(threads)) {
  const Hyperparameters& h = weights.hyperparameters;
  const auto floats = [](int rows, int columns) {
    return AlignedBuffer(static_cast<size_t>(rows) * static_cast<size_t>(columns) * sizeof(float));
  };
  int rows = 0, columns = 0;
  for (const Linear* linear : weights.linears()) {
    columns = std::max(columns, linear->columns());
    if (linear != &weights.head) rows = std::max(rows, linear->rows());
  }
  residual = floats(kMaxTokens, h.width);
  product = floats(kMaxTokens, rows);
  attended = floats(kMaxTokens, h.heads * h.head_size);
  gated = floats(kMaxTokens, h.ffn);
  if (h.experts > 0) {
    for (AlignedBuffer* each : {&routed, &gathered, &mixed}) *each = floats(kMaxTokens, h.width);
    shares.resize(static_cast<size_t>(kMaxTokens) * static_cast<size_t>(h.experts));
  }
  states = floats(kMaxTokens, h.width);
  reserve_logits(weights, 1);
  for (Scratch& each : scratch) each.normed = floats(1, columns);
  reserve(weights, kernels, capacity);
}

void Activations::reserve(const Weights& weights, const Kernels& kernels, int capacity) {
  const Hyperparameters& h = weights.hyperparameters;
  rotary = RotaryTable(capacity, h, weights.rope_factors, false);
  if (h.rope_global != 0) local_rotary = RotaryTable(capacity, h, {}, true);
  for (Scratch& each : scratch) {
    each.attention = KvCache::Scratch(kernels, key_levels(weights), h.head_size, capacity);
  }
}

size_t Activations::bytes_per_position(const Weights& weights, int threads) {
  const Hyperparameters& h = weights.hyperparameters;
  const size_t tables = h.rope_global != 0 ? 2 : 1;
  return tables * static_cast<size_t>(h.rope_dimensions) * sizeof(float) +
         static_cast<size_t>(threads) * KvCache::Scratch::kBytesPerPosition;
}

void Activations::reserve_logits(const Weights& weights, int rows) {
  if (rows <= logit_rows) return;
  logits =
      AlignedBuffer(static_cast<size_t>(rows) * static_cast<size_t>(weights.head.rows()) * sizeof(float));
  logit_rows = rows;
}

size_t Activations::bytes() const {
  size_t sum = residual.bytes() + inputs.bytes() + product.bytes() + attended.bytes() + gated.bytes() +
               states.bytes() + logits.bytes() + rotary.bytes() + local_rotary.bytes() + routed.bytes() +
               gathered.bytes() + mixed.bytes() + shares.size() * sizeof(float);
  for (const Scratch& each : scratch) sum += each.normed.bytes() + each.attention.bytes();
  return sum;
}

Transformer::Transformer(const Weights& weights, const Kernels& kernels, ThreadPool& pool)
    : weights_(weights), floats_(*kernels.floats), pool_(pool) {}

// One forward pass under way: its steps, each shared out among the threads.
struct Transformer::Pass {
  const Weights& weights;
  const Hyperparameters& h;
  const FloatKernels& floats;
  ThreadPool& pool;
  KvCache& cache;
  Activations& a;
  const Stop& stop;
  int tokens;
  int position;  // of token 0
  bool rounds_attention = weights.rounds_attention();

  // Token t's row of an array of floats [token][columns].
  static float* row(AlignedBuffer& rows, int t, int columns) {
    return rows.as<float>() + static_cast<ptrdiff_t>(t) * columns;
  }

  // Calls body(first, count, thread) until so many tokens are done.
  template <class Body>
  void each_token(int count, const Body& body) {
    if (count > kUnsharedTokens) return pool.run(count, body);
    body(0, count, 0);
  }

  void norm(const float* x, const NormWeights& by, float* y) {
    const int n = static_cast<int>(by.weight.size());
    switch (weights.architecture.norm) {
      case Norm::kRms:
        return floats.rms_norm(x, by.weight.data(), n, h.norm_epsilon, y);
      case Norm::kLayer:
        return floats.layer_norm(x, by.weight.data(), by.bias.data(), n, h.norm_epsilon, y);
    }
  }

  // The first rows of x [token][columns of linear] become its inputs, normed if there is a norm.
  void prepare(const Linear& linear, const NormWeights& norm_weights, AlignedBuffer& x, int rows) {
    each_token(rows, [&](int first, int count, int thread) {
      auto* normed = a.scratch[static_cast<size_t>(thread)].normed.as<float>();
      for (int t = first; t < first + count; t++) {
        const float* vector = row(x, t, linear.columns());
        if (!norm_weights.empty()) {
          norm(vector, norm_weights, normed);
          vector = normed;
        }
        linear.prepare(vector, t, rows, a.inputs, thread);
      }
    });
  }

  // y [token][rows of linear] = linear of its first `count` inputs.
  void multiply(const Linear& linear, int count, AlignedBuffer& y) {
    pool.run(linear.blocks(), [&](int first, int blocks, int thread) {
      linear.multiply(first, blocks, count, a.inputs, thread, y.as<float>(), stop);
    });
  }

  void embed(const int32_t* ids) {
    each_token(tokens, [&](int first, int count, int thread) {
      for (int t = first; t < first + count; t++) {
        float* x = row(a.residual, t, h.width);
        weights.embed(ids[t], a.inputs, thread, x);
        for (int i = 0; i < h.width; i++) x[i] *= h.embedding_multiplier;
      }
    });
  }

  // Rotates the queries and the key of one token and one key/value head, and stores key and value.
  void rotate_and_store(int index, const Layer& layer, int kv_head, int t) {
    const int heads = h.heads / h.kv_heads, at = kv_head * h.head_size;
    float* qkv = row(a.product, t, layer.qkv.rows());
    float* queries = qkv + layer.qkv.row_of(0) + at * heads;
    float* key = qkv + layer.qkv.row_of(1) + at;
    if (!layer.query_norm.empty()) {
      for (int i = 0; i < heads; i++) {
        norm(queries + i * h.head_size, layer.query_norm, queries + i * h.head_size);
      }
      norm(key, layer.key_norm, key);
    }
    if (h.rope_skip == 0 || (index + 1) % h.rope_skip != 0) {
      const bool local = h.rope_global != 0 && (index + 1) % h.rope_global != 0;
      const RotaryTable& rotary = local ? a.local_rotary : a.rotary;
      const float* cosines = rotary.cosines_of(position + t);
      const float* sines = rotary.sines_of(position + t);
      floats.rope(queries, heads, h.head_size, h.rope_dimensions, cosines, sines);
      floats.rope(key, 1, h.head_size, h.rope_dimensions, cosines, sines);
    }
    float* value = qkv + layer.qkv.row_of(2) + at;
    if (!rounds_attention) {
      // Products of queries and keys stay as they are, and a few large numbers, as the keys of models with
      // biases have, are spread over the head before it is rounded.
      floats.spread(queries, heads, h.head_size);
      floats.spread(key, 1, h.head_size);
      floats.spread(value, 1, h.head_size);
    }
    cache.store(index, kv_head, position + t, key, value);
  }

  // The heads of `count` tokens that share a key/value head attend.
  void attend_head(int index, const Layer& layer, int kv_head, int first_token, int count, int thread) {
    const int heads = h.heads / h.kv_heads, heads_width = h.heads * h.head_size;
    const float scale =
        h.attention_scale > 0 ? h.attention_scale : 1 / std::sqrt(static_cast<float>(h.head_size));
    Query queries[kAttentionRows];
    for (int done = 0; done < count * heads; done += kAttentionRows) {
      const int part = std::min(kAttentionRows, count * heads - done);
      for (int i = 0; i < part; i++) {
        const int t = first_token + (done + i) / heads;
        const int column = (kv_head * heads + (done + i) % heads) * h.head_size;
        queries[i] = {row(a.product, t, layer.qkv.rows()) + layer.qkv.row_of(0) + column, position + t + 1,
                      row(a.attended, t, heads_width) + column};
      }
      cache.attend(index, kv_head, queries, part, scale, a.scratch[static_cast<size_t>(thread)].attention);
      for (int i = 0; i < part && !rounds_attention; i++) floats.spread(queries[i].y, 1, h.head_size);
    }
  }

  // attended = the attention of every head. Where the key/value heads share out evenly among the threads,
  // each computes what its own heads need, and the threads wait for each other once, not three times.
  void attend(int index, const Layer& layer) {
    const Linear& qkv = layer.qkv;
    if (tokens <= kAttentionTokens && h.kv_heads % pool.in_use() == 0 &&
        h.head_size % qkv.block_rows() == 0) {
      pool.run(h.kv_heads, [&](int first, int count, int thread) {
        const int blocks = h.head_size / qkv.block_rows(), heads = h.heads / h.kv_heads;
        const auto multiply_heads = [&](int part, int head, int head_count) {
          qkv.multiply(qkv.row_of(part) / qkv.block_rows() + head * blocks, head_count * blocks, tokens,
                       a.inputs, thread, a.product.as<float>(), stop);
        };
        for (int kv_head = first; kv_head < first + count && !stop(); kv_head++) {
          multiply_heads(0, kv_head * heads, heads);
          multiply_heads(1, kv_head, 1);
          multiply_heads(2, kv_head, 1);
          for (int t = 0; t < tokens; t++) rotate_and_store(index, layer, kv_head, t);
          attend_head(index, layer, kv_head, 0, tokens, thread);
        }
      });
      return;
    }
    multiply(qkv, tokens, a.product);
    each_token(tokens, [&](int first, int count, int) {
      for (int kv_head = 0; kv_head < h.kv_heads; kv_head++) {
        for (int t = first; t < first + count; t++) rotate_and_store(index, layer, kv_head, t);
      }
    });
    const int slices = (tokens + kAttentionTokens - 1) / kAttentionTokens;
    pool.run(h.kv_heads * slices, [&](int first, int count, int thread) {
      for (int task = first; task < first + count && !stop(); task++) {
        const int first_token = task % slices * kAttentionTokens;
        attend_head(index, layer, task / slices, first_token,
                    std::min(kAttentionTokens, tokens - first_token), thread);
      }
    });
  }

  // y [ffn] = the activation of what gate_up gave for one token.
  void activate(const Linear& gate_up, const float* x, float* y) {
    const float* first = x + gate_up.row_of(0);
    switch (weights.architecture.feed_forward) {
      case FeedForward::kGatedSilu:
        return floats.silu_multiply(first, x + gate_up.row_of(1), h.ffn, y);
      case FeedForward::kGatedSquaredRelu:
        return floats.relu2_multiply(first, x + gate_up.row_of(1), h.ffn, y);
      case FeedForward::kGatedGelu:
        return floats.gelu_multiply(first, x + gate_up.row_of(1), h.ffn, y);
      case FeedForward::kGelu:
        return floats.gelu(first, h.ffn, y);
    }
  }

  void activate(const Linear& gate_up, int rows) {
    each_token(rows, [&](int first, int count, int) {
      for (int t = first; t < first + count; t++) {
        activate(gate_up, row(a.product, t, gate_up.rows()), row(a.gated, t, h.ffn));
      }
    });
  }

  // x [token][columns], of which the first `width` of each row count.
  void add_to_residual(AlignedBuffer& x, int columns, const NormWeights& post_norm) {
    each_token(tokens, [&](int first, int count, int) {
      for (int t = first; t < first + count; t++) {
        float* added = row(x, t, columns);
        if (!post_norm.empty()) norm(added, post_norm, added);
        floats.add(added, h.width, row(a.residual, t, h.width));
      }
    });
  }

  void attention(int index, const Layer& layer) {
    prepare(layer.qkv, layer.attention_norm, a.residual, tokens);
    attend(index, layer);
    prepare(layer.attention_output, layer.attention_sub_norm, a.attended, tokens);
    multiply(layer.attention_output, tokens, a.product);
    add_to_residual(a.product, layer.attention_output.rows(), layer.attention_post_norm);
  }

  // product = what one feed-forward part makes of the first rows of x [token][width].
  void feed(const Layer& layer, const FeedForwardWeights& ffn, const NormWeights& norm_weights,
            AlignedBuffer& x, int rows) {
    prepare(ffn.gate_up, norm_weights, x, rows);
    multiply(ffn.gate_up, rows, a.product);
    activate(ffn.gate_up, rows);
    prepare(ffn.down, layer.ffn_sub_norm, a.gated, rows);
    multiply(ffn.down, rows, a.product);
  }

  // What a token uses of each expert: the softmax of the router's scores among the highest ones, of which the
  // first counts where they are equal.
  void share(const float* scores, float* shares) {
    std::fill(shares, shares + h.experts, 0.0f);
    float sum = 0, most = 0;
    for (int n = 0; n < h.experts_used; n++) {
      int best = -1;
      for (int e = 0; e < h.experts; e++) {
        if (shares[e] == 0 && (best < 0 || scores[e] > scores[best])) best = e;
      }
      if (n == 0) most = scores[best];
      shares[best] = std::exp(scores[best] - most);
      sum += shares[best];
    }
    for (int e = 0; e < h.experts; e++) shares[e] /= sum;
  }

  // mixed = what the experts make of every token, each one's share of it, in the order of the experts.
  void mix(const Layer& layer) {
    each_token(tokens, [&](int first, int count, int) {
      for (int t = first; t < first + count; t++)
        norm(row(a.residual, t, h.width), layer.ffn_norm, row(a.routed, t, h.width));
    });
    prepare(layer.router, {}, a.routed, tokens);
    multiply(layer.router, tokens, a.product);
    const auto shares_of = [&](int t) { return a.shares.data() + static_cast<ptrdiff_t>(t) * h.experts; };
    for (int t = 0; t < tokens; t++) share(row(a.product, t, layer.router.rows()), shares_of(t));
    std::fill(a.mixed.as<float>(), row(a.mixed, tokens, h.width), 0.0f);
    for (int e = 0; e < h.experts && !stop(); e++) {
      int members[kMaxTokens], count = 0;
      for (int t = 0; t < tokens; t++) {
        if (shares_of(t)[e] == 0) continue;
        const float* x = row(a.routed, t, h.width);
        std::copy(x, x + h.width, row(a.gathered, count, h.width));
        members[count++] = t;
      }
      if (count == 0) continue;
      const FeedForwardWeights& expert = layer.ffn[static_cast<size_t>(e)];
      feed(layer, expert, {}, a.gathered, count);
      for (int i = 0; i < count; i++) {
        const float* part = row(a.product, i, expert.down.rows());
        float* sum = row(a.mixed, members[i], h.width);
        for (int k = 0; k < h.width; k++) sum[k] += shares_of(members[i])[e] * part[k];
      }
    }
  }

  void feed_forward(const Layer& layer) {
    if (h.experts > 0) {
      mix(layer);
      return add_to_residual(a.mixed, h.width, layer.ffn_post_norm);
    }
    feed(layer, layer.ffn[0], layer.ffn_norm, a.residual, tokens);
    add_to_residual(a.product, layer.ffn[0].down.rows(), layer.ffn_post_norm);
  }

  // The state of every token, and the logits of the last ones.
  void predict(int logit_rows) {
    const int unread = tokens - logit_rows;
    each_token(tokens, [&](int first, int count, int thread) {
      for (int t = first; t < first + count; t++) {
        float* state = row(a.states, t, h.width);
        norm(row(a.residual, t, h.width), weights.output_norm, state);
        if (t >= unread) weights.head.prepare(state, t - unread, logit_rows, a.inputs, thread);
      }
    });
    if (logit_rows > 0) multiply(weights.head, logit_rows, a.logits);
  }
};

bool Transformer::forward(const int32_t* ids, int count, int logit_rows, KvCache& cache, Activations& a,
                          const Stop& stop) const {
  RYZANSTEIN_CHECK(logit_rows <= a.logit_rows, "there is room for the logits");
  Pass pass{weights_, weights_.hyperparameters, floats_, pool_, cache, a, stop, count, cache.length};
  pass.embed(ids);
  for (size_t i = 0; i < weights_.layers.size() && !stop(); i++) {
    pass.attention(static_cast<int>(i), weights_.layers[i]);
    pass.feed_forward(weights_.layers[i]);
  }
  if (!stop()) pass.predict(logit_rows);
  return !stop();
}

}  // namespace ryzanstein
