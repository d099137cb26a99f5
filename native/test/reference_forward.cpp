// reference_logits, written from the model's definition alone.
#include "reference_forward.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <string>

namespace ryzanstein {
namespace test {
namespace {

using Vector = std::vector<double>;

Vector normed(Vector x, const std::vector<float>& weight, double epsilon,
              const std::vector<float>* layer_bias = nullptr) {
  if (layer_bias != nullptr) {
    double mean = 0;
    for (const double v : x) mean += v / static_cast<double>(x.size());
    for (double& v : x) v -= mean;
  }
  double squares = 0;
  for (const double v : x) squares += v * v;
  const double factor = 1 / std::sqrt(squares / static_cast<double>(x.size()) + epsilon);
  Vector y;
  for (size_t i = 0; i < x.size(); i++) {
    y.push_back(x[i] * factor * static_cast<double>(weight[i]) +
                (layer_bias == nullptr ? 0 : static_cast<double>((*layer_bias)[i])));
  }
  return y;
}

double largest(const Vector& x) {
  double result = 0;
  for (const double v : x) result = std::max(result, std::fabs(v));
  return result;
}

// weights [rows][x.size()] times x rounded to int8, under one scale or one for so many columns (0: not
// rounded), and the bias if there is one.
Vector product(const std::vector<float>& weights, const Vector& x, size_t step,
               const std::vector<float>& bias = {}) {
  const size_t columns = x.size();
  Vector levels, scales;
  if (step == 0) {
    levels = x;
    scales = {1};
    step = columns;
  }
  for (size_t first = 0; levels.size() < columns; first += step) {
    const auto group = x.begin() + static_cast<ptrdiff_t>(first);
    const Vector part(group, group + static_cast<ptrdiff_t>(std::min(step, columns - first)));
    const double scale = largest(part) / 127;
    scales.push_back(scale);
    for (const double v : part) levels.push_back(scale > 0 ? std::nearbyint(v / scale) : 0);
  }
  Vector y;
  for (size_t first = 0; first < weights.size(); first += columns) {
    double sum = bias.empty() ? 0 : static_cast<double>(bias[y.size()]);
    for (size_t g = 0; g < scales.size(); g++) {
      double part = 0;
      for (size_t i = g * step; i < std::min(columns, (g + 1) * step); i++) {
        part += static_cast<double>(weights[first + i]) * levels[i];
      }
      sum += part * scales[g];
    }
    y.push_back(sum);
  }
  return y;
}

// Whole levels, a scale for each head.
struct Rounded {
  Vector levels, scales;
};

// To int8, or to words whose products over a head fit an int32.
Rounded round_heads(const Vector& x, int head_size, bool words = false) {
  const double top = words ? std::floor(std::sqrt(2147483647.0 / head_size)) : 127;
  Rounded rounded;
  const auto size = static_cast<ptrdiff_t>(head_size);
  for (auto head = x.begin(); head != x.end(); head += size) {
    const double scale = largest(Vector(head, head + size)) / top;
    rounded.scales.push_back(scale);
    for (auto v = head; v != head + size; ++v) {
      rounded.levels.push_back(scale > 0 ? std::nearbyint(*v / scale) : 0);
    }
  }
  return rounded;
}

// Each head of x by itself.
void norm_heads(Vector& x, const std::vector<float>& weight, double epsilon) {
  const auto size = static_cast<ptrdiff_t>(weight.size());
  for (auto head = x.begin(); head != x.end(); head += size) {
    const Vector y = normed(Vector(head, head + size), weight, epsilon);
    std::copy(y.begin(), y.end(), head);
  }
}

// The angle of pair i at a position, of a layer counted from 1.
double angle_of(const Hyperparameters& h, const std::vector<float>& factors, int layer, int position, int i) {
  const int n = h.rope_dimensions;
  if (h.rope_global != 0 && layer % h.rope_global != 0) {
    return position * std::pow(static_cast<double>(h.rope_local_base), -2.0 * i / n);
  }
  const double base = h.rope_base, factor = h.rope_factor;
  const double angle = position * std::pow(base, -2.0 * i / n) /
                       (factors.empty() ? 1 : static_cast<double>(factors[static_cast<size_t>(i)]));
  if (h.yarn_context == 0) return angle / factor;
  const auto pair = [&](double beta) {
    return n * std::log(h.yarn_context / (2 * std::acos(-1.0) * beta)) / (2 * std::log(base));
  };
  const double low = std::max(0.0, std::floor(pair(h.yarn_beta_fast)));
  const double high = std::min(n - 1.0, std::ceil(pair(h.yarn_beta_slow)));
  const double share = std::clamp((i - low) / std::max(0.001, high - low), 0.0, 1.0);
  return angle / factor * share + angle * (1 - share);
}

void rotate(Vector& x, const Hyperparameters& h, const std::vector<float>& factors, int layer, int position,
            Rotary rotary) {
  if (h.rope_skip != 0 && layer % h.rope_skip == 0) return;
  const bool neighbours = rotary == Rotary::kNeighbours;
  const int half = h.rope_dimensions / 2;
  const bool local = h.rope_global != 0 && layer % h.rope_global != 0;
  const double magnitude = local ? 1 : static_cast<double>(h.rope_magnitude);
  for (size_t head = 0; head < x.size(); head += static_cast<size_t>(h.head_size)) {
    for (int i = 0; i < half; i++) {
      const double angle = angle_of(h, factors, layer, position, i);
      double& a = x[head + static_cast<size_t>(neighbours ? 2 * i : i)];
      double& b = x[head + static_cast<size_t>(neighbours ? 2 * i + 1 : i + half)];
      const double turned = a * std::cos(angle) - b * std::sin(angle);
      b = (a * std::sin(angle) + b * std::cos(angle)) * magnitude;
      a = turned * magnitude;
    }
  }
}

// What a position weighs, the scale of its value included, is rounded to 14 bits of the heaviest.
Vector attended(const Rounded& q, const std::vector<Rounded>& keys, const std::vector<Rounded>& values,
                const Hyperparameters& h) {
  const auto size = static_cast<size_t>(h.head_size), heads = static_cast<size_t>(h.heads);
  Vector y(heads * size, 0);
  for (size_t head = 0; head < heads; head++) {
    const size_t kv = head / static_cast<size_t>(h.heads / h.kv_heads);
    Vector weights;
    for (const Rounded& key : keys) {
      double product = 0;
      for (size_t d = 0; d < size; d++) product += q.levels[head * size + d] * key.levels[kv * size + d];
      const double scale = h.attention_scale > 0 ? static_cast<double>(h.attention_scale)
                                                 : 1 / std::sqrt(static_cast<double>(h.head_size));
      weights.push_back(product * q.scales[head] * key.scales[kv] * scale);
    }
    const double maximum = *std::max_element(weights.begin(), weights.end());
    double sum = 0, heaviest = 0;
    for (size_t t = 0; t < keys.size(); t++) {
      const double e = std::exp(weights[t] - maximum);
      sum += e;
      weights[t] = e * values[t].scales[kv];
      heaviest = std::max(heaviest, weights[t]);
    }
    if (heaviest == 0) continue;
    for (size_t t = 0; t < keys.size(); t++) {
      const double level = std::nearbyint(weights[t] / heaviest * kLargestWeight);
      for (size_t d = 0; d < size; d++) {
        y[head * size + d] += level * heaviest / kLargestWeight / sum * values[t].levels[kv * size + d];
      }
    }
  }
  return y;
}

// As ggml converts them to Q8_0: the steps of 32 weights become halves, after the weights were counted in
// them.
void round_to_q8_0(std::vector<float>& weights) {
  for (size_t first = 0; first < weights.size(); first += 32) {
    float most = 0;
    for (size_t i = 0; i < 32; i++) most = std::max(most, std::fabs(weights[first + i]));
    if (most == 0) continue;
    // A half has 11 bits.
    const float exact = most / 127, unit = std::exp2(std::floor(std::log2(exact)) - 10);
    const float step = std::nearbyint(exact / unit) * unit, inverse = 1 / exact;
    for (size_t i = 0; i < 32; i++) weights[first + i] = step * std::round(weights[first + i] * inverse);
  }
}

// By the definition of Hadamard's matrix: the sign is the parity of the bits that row and column share.
void spread(Vector& x, int head_size) {
  const auto block = static_cast<size_t>(head_size & -head_size);
  Vector y(x.size(), 0);
  for (size_t i = 0; i < x.size(); i++) {
    const size_t first = i / block * block;
    for (size_t j = 0; j < block; j++) {
      size_t shared = (i - first) & j;
      double sign = 1;
      for (; shared != 0; shared &= shared - 1) sign = -sign;
      y[i] += sign * x[first + j] / std::sqrt(static_cast<double>(block));
    }
  }
  x = y;
}

double activation(FeedForward feed_forward, double x) {
  switch (feed_forward) {
    case FeedForward::kGatedSilu:
      return x / (1 + std::exp(-x));
    case FeedForward::kGatedSquaredRelu:
      return std::max(x, 0.0) * std::max(x, 0.0);
    case FeedForward::kGatedGelu:
    case FeedForward::kGelu:
      return 0.5 * x * (1 + std::tanh(std::sqrt(2 / std::acos(-1.0)) * (x + 0.044715 * x * x * x)));
  }
  return 0;
}

}  // namespace

std::vector<std::vector<double>> reference_logits(const SyntheticModel& model,
                                                  const std::vector<int32_t>& ids) {
  const Hyperparameters& h = model.hyperparameters;
  const auto width = static_cast<size_t>(h.width);
  const Architecture& architecture = model.architecture;
  const auto weight = [&](int layer, const std::string& name) -> const std::vector<float>& {
    return model.floats.at("blk." + std::to_string(layer) + "." + name + ".weight");
  };
  const auto normed_by = [&](const Vector& x, const std::string& name) {
    const bool layer_norm = architecture.norm == Norm::kLayer;
    return normed(x, model.floats.at(name + ".weight"), h.norm_epsilon,
                  layer_norm ? &model.floats.at(name + ".bias") : nullptr);
  };
  const auto found_factors = model.floats.find("rope_freqs.weight");
  const std::vector<float> factors =
      found_factors == model.floats.end() ? std::vector<float>() : found_factors->second;
  // Columns of inputs under one scale.
  const auto scale_step = [&](const std::string& name, size_t columns) {
    const auto grouped = model.grouped.find(name);
    return grouped == model.grouped.end() ? columns : static_cast<size_t>(grouped->second);
  };
  const auto projected = [&](int layer, const std::string& name, const Vector& input) {
    const auto bias = model.floats.find("blk." + std::to_string(layer) + "." + name + ".bias");
    return product(weight(layer, name), input,
                   scale_step("blk." + std::to_string(layer) + "." + name + ".weight", input.size()),
                   bias == model.floats.end() ? std::vector<float>() : bias->second);
  };
  const std::string head_name =
      model.floats.count("output.weight") != 0 ? "output.weight" : "token_embd.weight";
  std::vector<float> head = model.floats.at(head_name);
  for (const TensorDescription& tensor : model.tensors) {
    const TensorType& type = *find_tensor_type(tensor.type);
    if (tensor.name == head_name && type.to_codes == nullptr && type.form == GroupedForm::kQ8_0)
      round_to_q8_0(head);
  }
  std::vector<std::vector<Rounded>> keys(static_cast<size_t>(h.layers)),
      values(static_cast<size_t>(h.layers));
  std::vector<Vector> logits;
  for (size_t position = 0; position < ids.size(); position++) {
    const std::vector<float>& embedding =
        head_name == "output.weight" ? model.floats.at("token_embd.weight") : head;
    const auto row = embedding.begin() + static_cast<ptrdiff_t>(ids[position]) * h.width;
    Vector x(row, row + h.width);
    for (double& v : x) v *= static_cast<double>(h.embedding_multiplier);
    const auto add = [&](const Vector& y) {
      for (size_t i = 0; i < width; i++) x[i] += y[i] * static_cast<double>(h.residual_multiplier);
    };
    for (int layer = 0; layer < h.layers; layer++) {
      const auto l = static_cast<size_t>(layer);
      const auto normed_where = [&](MoreNorms where, const Vector& v, const std::string& name) {
        const bool is_there = architecture.more_norms == where;
        return is_there ? normed_by(v, "blk." + std::to_string(layer) + "." + name) : v;
      };
      const std::string block = "blk." + std::to_string(layer) + ".";
      const Vector a = normed_by(x, block + "attn_norm");
      Vector q = projected(layer, "attn_q", a), k = projected(layer, "attn_k", a);
      if (architecture.head_norms) {
        norm_heads(q, weight(layer, "attn_q_norm"), h.norm_epsilon);
        norm_heads(k, weight(layer, "attn_k_norm"), h.norm_epsilon);
      }
      for (Vector* each : {&q, &k})
        rotate(*each, h, factors, layer + 1, static_cast<int>(position), architecture.rotary);
      Vector v = projected(layer, "attn_v", a);
      // Rounding comes after Hadamard's rotation where the products are not ternary.
      const bool spreads = model.grouped.count(block + "attn_q.weight") != 0;
      for (Vector* each : {&q, &k, &v}) {
        if (spreads) spread(*each, h.head_size);
      }
      keys[l].push_back(round_heads(k, h.head_size, spreads));
      values[l].push_back(round_heads(v, h.head_size));
      Vector heads = attended(round_heads(q, h.head_size, spreads), keys[l], values[l], h);
      if (spreads) spread(heads, h.head_size);
      add(normed_where(MoreNorms::kPost,
                       projected(layer, "attn_output", normed_where(MoreNorms::kSub, heads, "attn_sub_norm")),
                       "post_attention_norm"));
      const Vector f = normed_by(x, block + "ffn_norm");
      // `by` multiplies with one of the three matrices.
      const auto fed = [&](const std::function<Vector(const std::string&, const Vector&)>& by) {
        Vector hidden = by("ffn_up", f);
        const bool gated = architecture.feed_forward != FeedForward::kGelu;
        const Vector gate = gated ? by("ffn_gate", f) : hidden;
        for (size_t i = 0; i < hidden.size(); i++)
          hidden[i] = activation(architecture.feed_forward, gate[i]) * (gated ? hidden[i] : 1);
        return by("ffn_down", normed_where(MoreNorms::kSub, hidden, "ffn_sub_norm"));
      };
      Vector y(width, 0);
      if (h.experts == 0) {
        y = fed([&](const std::string& name, const Vector& input) { return projected(layer, name, input); });
      } else {
        const Vector scores = projected(layer, "ffn_gate_inp", f);
        std::vector<size_t> order;
        for (size_t e = 0; e < scores.size(); e++) order.push_back(e);
        std::sort(order.begin(), order.end(), [&](size_t a, size_t b) { return scores[a] > scores[b]; });
        order.resize(static_cast<size_t>(h.experts_used));
        double sum = 0;
        for (const size_t e : order) sum += std::exp(scores[e]);
        for (const size_t e : order) {
          const Vector part = fed([&](const std::string& name, const Vector& input) {
            const std::vector<float>& all = weight(layer, name + "_exps");
            const size_t size = all.size() / scores.size();
            const auto first = all.begin() + static_cast<ptrdiff_t>(e * size);
            return product({first, first + static_cast<ptrdiff_t>(size)}, input,
                           scale_step(block + name + "_exps.weight", input.size()));
          });
          for (size_t i = 0; i < width; i++) y[i] += std::exp(scores[e]) / sum * part[i];
        }
      }
      add(normed_where(MoreNorms::kPost, y, "post_ffw_norm"));
    }
    logits.push_back(product(head, normed_by(x, "output_norm"), scale_step(head_name, width)));
    for (double& logit : logits.back()) logit *= static_cast<double>(h.logit_multiplier);
  }
  return logits;
}

}  // namespace test
}  // namespace ryzanstein
