// The model: logits against the plain reference, bit-equal however they are computed; sessions; the sampler.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <functional>
#include <limits>
#include <random>
#include <string>
#include <thread>

#include "../base/physical_cores.h"
#include "../model/session.h"
#include "check.h"
#include "reference_forward.h"
#include "synthetic_model.h"

using namespace ryzanstein;
using test::Random;
using test::Shape;
using test::SyntheticModel;
using test::SyntheticOptions;

namespace {

constexpr Shape kShape{2, 256, 512, 4, 2, 300, 256};
using Ids = std::vector<int32_t>;
using Logits = std::vector<float>;  // [ids][vocabulary]

Ids random_ids(int count, uint64_t seed) {
  Random random(seed);
  Ids ids;
  for (int i = 0; i < count; i++) ids.push_back(random.below(kShape.vocabulary));
  return ids;
}

std::shared_ptr<Model> load(const SyntheticModel& synthetic, const LoadOptions& options = {}) {
  const std::string path = synthetic.write("ryzanstein-model-test");
  auto model = std::make_shared<Model>(path, synthetic.tensors, synthetic.hyperparameters, options);
  std::remove(path.c_str());  // nothing of it is needed any more
  return model;
}

Logits all_logits(Session& session, const Ids& ids) {
  Logits logits(ids.size() * static_cast<size_t>(session.model().hyperparameters().vocabulary));
  EXPECT(session.evaluate_all(ids.data(), static_cast<int>(ids.size()), logits.data(), Stop()),
         "nothing cancels");
  return logits;
}

Logits all_logits(const std::shared_ptr<Model>& model, const Ids& ids) {
  Session session(model, kShape.context);
  return all_logits(session, ids);
}

Logits last_logits(const Session& session) {
  return {session.logits(), session.logits() + kShape.vocabulary};
}

// Of a model that no file of an architecture in the table could be: what its switches are set to is computed.
Logits logits_by_switches(const SyntheticModel& synthetic, const Kernels& kernels, const Ids& ids) {
  const std::string path = synthetic.write("ryzanstein-model-test");
  ThreadPool pool(2);
  const Hyperparameters& h = synthetic.hyperparameters;
  const Weights weights(path, synthetic.tensors, h, synthetic.architecture, kernels, pool);
  std::remove(path.c_str());
  const Transformer transformer(weights, kernels, pool);
  Activations activations(weights, kernels, kShape.context, pool.threads());
  activations.reserve_logits(weights, kMaxTokens);
  KvCache cache(kernels, key_levels(weights), h.layers, h.kv_heads, h.head_size, kShape.context);
  const auto count = static_cast<int>(ids.size());
  EXPECT(transformer.forward(ids.data(), count, count, cache, activations, Stop()), "nothing cancels");
  Logits logits;
  for (int t = 0; t < count; t++) {
    const float* row = activations.logits.as<float>() + t * weights.head.rows();
    logits.insert(logits.end(), row, row + h.vocabulary);
  }
  return logits;
}

void evaluate(Session& session, const Ids& ids) {
  EXPECT(session.evaluate(ids.data(), static_cast<int>(ids.size()), Stop()), "nothing cancels");
}

GenerateOptions greedy(int max) {
  GenerateOptions options;
  options.max = max;
  return options;
}

void expect_throw(const std::string& words, const std::string& what, const std::function<void()>& call) {
  std::string message = "nothing was thrown";
  try {
    call();
  } catch (const std::runtime_error& error) {
    message = error.what();
  }
  EXPECT(message.find(words) != std::string::npos, what + ": " + message);
}

uint32_t bits_of(float value) {
  uint32_t bits;
  std::memcpy(&bits, &value, sizeof bits);
  return bits;
}

// FNV-1a over the bits.
uint64_t fingerprint(const std::vector<float>& values) {
  uint64_t result = 0xCBF29CE484222325u;
  for (const float value : values) result = (result ^ bits_of(value)) * 0x100000001B3u;
  return result;
}

// Against other decoders: tensor_vectors.py.
void blocks_are_read_as_others_read_them() {
  struct Vector {
    int type, block_bytes, highest[2];
    uint32_t first, last;
    uint64_t fingerprint;
  };
  constexpr Vector kVectors[] = {
#define RYZANSTEIN_VECTOR(type, block_bytes, one, other, first, last, fingerprint) \
  {type, block_bytes, {one, other}, first, last, fingerprint},
#define RYZANSTEIN_ROUNDED(fingerprint)
#include "tensor_vectors.inc"
#undef RYZANSTEIN_VECTOR
#undef RYZANSTEIN_ROUNDED
  };
  constexpr int kBlocks = 64;
  for (const Vector& vector : kVectors) {
    const TensorType& type = *find_tensor_type(vector.type);
    EXPECT(type.block_bytes == vector.block_bytes, std::string(type.name) + " has blocks of the right size");
    Random random(static_cast<uint64_t>(vector.type));
    std::vector<uint8_t> row(static_cast<size_t>(kBlocks * type.block_bytes));
    for (size_t i = 0; i < row.size(); i++) {
      const auto place = static_cast<int>(i) % type.block_bytes;
      row[i] = static_cast<uint8_t>(random.next() >> 56);
      if (place == vector.highest[0] || place == vector.highest[1]) row[i] &= 0xBF;
    }
    std::vector<float> weights(static_cast<size_t>(kBlocks * type.block_weights));
    type.to_floats(row.data(), static_cast<int>(weights.size()), weights.data());
    EXPECT(bits_of(weights.front()) == vector.first && bits_of(weights.back()) == vector.last &&
               fingerprint(weights) == vector.fingerprint,
           std::string(type.name) + " is read as others read it");
  }
}

void floats_are_rounded_as_ggml_rounds_them() {
  constexpr int kColumns = 64 * 32;
  Random random(8);
  std::vector<float> row;
  for (int i = 0; i < kColumns; i++) row.push_back(random.uniform(-1, 1));
  std::vector<uint8_t> codes(kColumns);
  std::vector<uint16_t> scales(kColumns / 32);
  RowParts parts{};
  parts.codes = codes.data();
  parts.scales = scales.data();
  EXPECT(round_to_q8_0(row.data(), kColumns, parts), "small floats have scales that fit a half");
  const auto decoded = [&] {
    std::vector<float> weights(kColumns);
    GroupedRow rounded{};
    rounded.codes = codes.data();
    rounded.scales = scales.data();
    grouped_row_to_floats(shape_of(GroupedForm::kQ8_0), rounded, kColumns, weights.data());
    return weights;
  };
  constexpr uint64_t kExpected =
#define RYZANSTEIN_VECTOR(type, block_bytes, one, other, first, last, fingerprint)
#define RYZANSTEIN_ROUNDED(fingerprint) fingerprint;
#include "tensor_vectors.inc"
#undef RYZANSTEIN_VECTOR
#undef RYZANSTEIN_ROUNDED
      EXPECT(fingerprint(decoded()) == kExpected, "floats are rounded to Q8_0 as ggml rounds them");
  EXPECT(round_to_q8_0(row.data(), 33, parts) && codes[63] == 128, "half a group is filled up with zeros");
  row[40] = 1e9f;
  EXPECT(!round_to_q8_0(row.data(), kColumns, parts), "a scale that is no half is told of");
}

// The logits of a few short texts. A value that lies on a rounding boundary may be rounded to the other side:
// the tokens of that text from there on are a rounding off, the others are as near as floats are.
void expect_reference(const SyntheticModel& synthetic, const std::function<Logits(const Ids&)>& logits_of,
                      const std::string& what) {
  constexpr int kTexts = 12, kTokens = 4;
  int near = 0;
  double worst = 0;
  for (int text = 0; text < kTexts; text++) {
    const Ids ids = random_ids(kTokens, 7 + static_cast<uint64_t>(text));
    const Logits logits = logits_of(ids);
    const auto expected = test::reference_logits(synthetic, ids);
    double furthest = 0;
    for (size_t t = 0; t < ids.size(); t++) {
      double difference = 0, spread = 0;
      for (size_t i = 0; i < expected[t].size(); i++) {
        const auto own = static_cast<double>(logits[t * expected[t].size() + i]);
        difference = std::max(difference, std::fabs(expected[t][i] - own));
        spread = std::max(spread, std::fabs(expected[t][i]));
      }
      furthest = std::max(furthest, difference / spread);
    }
    near += furthest < 1e-4;
    worst = std::max(worst, furthest);
  }
  EXPECT(near >= 4, what + ": " + std::to_string(near) + " texts as the reference");
  EXPECT(worst < 0.1, what + ": no text further off than a rounding, " + std::to_string(worst));
}

// Every file type and architecture computes what the definition says.
void logits_are_the_references() {
  const auto compare = [&](const SyntheticOptions& options, const std::string& what) {
    const SyntheticModel synthetic(kShape, options);
    const auto model = load(synthetic);
    expect_reference(synthetic, [&](const Ids& ids) { return all_logits(model, ids); }, what);
  };
  for (const char* type : {"TQ2_0", "TQ1_0", "I2_S", "F32", "F16", "BF16", "Q8_0"}) {
    SyntheticOptions options;
    options.ternary_type = type;
    compare(options, type);
  }
  for (const char* type : {"TQ2_0", "TQ1_0", "Q8_0"}) {
    SyntheticOptions options;
    options.ternary_type = type;
    options.several_scales = true;
    compare(options, std::string(type) + " with several scales in a row");
  }
  for (const char* type : {"F16", "F32"}) {
    SyntheticOptions options;
    options.embedding_type = type;
    compare(options, std::string("embedding in ") + type);
    options.untied = true;
    compare(options, std::string("output.weight in ") + type);
  }
  for (const char* architecture :
       {"bitnet-b1.58", "llama", "qwen2", "qwen3", "granite", "smollm3", "starcoder2", "gemma", "gemma3"}) {
    SyntheticOptions options;
    options.architecture = *find_architecture(architecture);
    options.biases = options.architecture.biases != Biases::kOptional;
    compare(options, architecture);
  }
}

// Each switch of an architecture and each number of the hyperparameters, in models that no file has today.
void switches_are_computed() {
  const auto compare = [&](
                           const std::string& what,
                           const std::function<void(SyntheticOptions&, Shape&)>& change,
                           const std::function<void(Hyperparameters&)>& set = [](Hyperparameters&) {}) {
    SyntheticOptions options;
    Shape shape = kShape;
    change(options, shape);
    SyntheticModel synthetic(shape, options);
    set(synthetic.hyperparameters);
    expect_reference(
        synthetic,
        [&](const Ids& ids) { return logits_by_switches(synthetic, reference_level().kernels, ids); }, what);
    const Ids ids = random_ids(12, 7);
    const Logits expected = logits_by_switches(synthetic, reference_level().kernels, ids);
    for (const KernelLevel& level : kernel_levels()) {
      if (!level.supported(cpu_features())) continue;
      EXPECT(logits_by_switches(synthetic, level.kernels, ids) == expected,
             what + ": " + level.name + " gives the bits of the reference");
    }
  };
  for (const Rotary rotary : {Rotary::kHalves, Rotary::kNeighbours}) {
    const std::string pairs = rotary == Rotary::kHalves ? "halves" : "neighbours";
    compare("biases, " + pairs, [&](SyntheticOptions& o, Shape&) {
      o.architecture.rotary = rotary;
      o.biases = true;
    });
    compare("head norms, " + pairs, [&](SyntheticOptions& o, Shape&) {
      o.architecture.rotary = rotary;
      o.architecture.head_norms = true;
    });
    compare(
        "part of a head is turned, " + pairs,
        [&](SyntheticOptions& o, Shape&) { o.architecture.rotary = rotary; },
        [](Hyperparameters& h) { h.rope_dimensions = h.head_size / 2; });
  }
  for (const MoreNorms more_norms : {MoreNorms::kNone, MoreNorms::kPost}) {
    for (const Norm norm : {Norm::kRms, Norm::kLayer}) {
      compare("norms", [&](SyntheticOptions& o, Shape&) {
        o.architecture.norm = norm;
        o.architecture.more_norms = more_norms;
      });
    }
  }
  for (const FeedForward feed_forward : {FeedForward::kGatedGelu, FeedForward::kGelu}) {
    compare("gelu", [&](SyntheticOptions& o, Shape&) { o.architecture.feed_forward = feed_forward; });
  }
  const auto unchanged = [](SyntheticOptions&, Shape&) {};
  compare("rotary factors", [](SyntheticOptions& o, Shape&) { o.rope_factors = true; });
  compare("rotary embedding of every second layer", unchanged, [](Hyperparameters& h) { h.rope_skip = 2; });
  compare("no rotary embedding", unchanged, [](Hyperparameters& h) { h.rope_skip = 1; });
  compare("linear scaling", unchanged, [](Hyperparameters& h) { h.rope_factor = 4; });
  compare("YaRN", unchanged, [](Hyperparameters& h) {
    h.rope_factor = 4;
    h.yarn_context = 256;
    h.rope_magnitude = 1.1386f;
  });
  compare("a base for local layers", unchanged, [](Hyperparameters& h) {
    h.rope_global = 2;
    h.rope_local_base = 100;
    h.rope_factor = 2;
  });
  compare(
      "scores in the hundreds",
      [](SyntheticOptions& o, Shape&) {
        o.several_scales = true;
        o.biases = true;
      },
      [](Hyperparameters& h) { h.attention_scale = 8; });
  const auto mixed = [](SyntheticOptions&, Shape& shape) {
    shape.experts = 6;
    shape.experts_used = 2;
  };
  compare("experts", mixed);
  compare("experts without sub-norms", [&](SyntheticOptions& o, Shape& shape) {
    o.architecture = *find_architecture("qwen3moe");
    mixed(o, shape);
  });
  compare("heads wider than the model", [](SyntheticOptions&, Shape& shape) { shape.head_size = 128; });
  compare("heads narrower than the model, one for each key", [](SyntheticOptions&, Shape& shape) {
    shape.kv_heads = shape.heads = 16;
    shape.head_size = 16;
    shape.width = 512;
  });
  compare(
      "multipliers", [](SyntheticOptions& o, Shape&) { o.biases = true; },
      [](Hyperparameters& h) {
        h.attention_scale = 0.05f;
        h.embedding_multiplier = 12;
        h.residual_multiplier = 0.22f;
        h.logit_multiplier = 1 / 6.f;
      });
}

// Floats that the head shares are looked up as it has rounded them.
void shared_floats_are_held_once() {
  SyntheticOptions options;
  options.embedding_type = "F16";
  const SyntheticModel synthetic(kShape, options);
  const auto model = load(synthetic);
  EXPECT(model->weights().embedding.data == nullptr, "an embedding in F16 is not held beside the head");
  LinearInputs inputs(model->weights().linears(), 1);
  const Floats& rows = synthetic.floats.at("token_embd.weight");
  Floats row(static_cast<size_t>(kShape.width));
  double worst = 0;
  for (int id = 0; id < kShape.vocabulary; id++) {
    model->weights().embed(id, inputs, 0, row.data());
    const float* expected = rows.data() + static_cast<ptrdiff_t>(id) * kShape.width;
    for (int first = 0; first < kShape.width; first += 32) {
      float largest = 0, furthest = 0;
      for (int i = first; i < first + 32; i++) {
        largest = std::max(largest, std::fabs(expected[i]));
        furthest = std::max(furthest, std::fabs(expected[i] - row[static_cast<size_t>(i)]));
      }
      worst = std::max(worst, static_cast<double>(furthest / largest));
    }
  }
  // Half a step of 127, and what the step itself was rounded by.
  EXPECT(worst > 0 && worst < 0.5 / 127 + 1e-3, "it is rounded as Q8_0: " + std::to_string(worst));
}

// What is looked up for a token is what the file has, held once where the head has it as well.
void embedding_rows_are_the_files() {
  struct Case {
    const char* type;
    bool several_scales, untied;
    float logit_multiplier;
    bool held;
    int spare_rows = 0;  // that the file has and the vocabulary has not
  };
  for (const Case& each : {Case{"Q8_0", false, false, 1, false}, Case{"Q8_0", true, false, 1, false},
                           Case{"Q8_0", false, true, 1, true}, Case{"Q8_0", false, false, 0.3f, true},
                           Case{"Q8_0", true, false, 0.3f, false}, Case{"F16", false, true, 1, true},
                           Case{"F32", false, true, 1, true}, Case{"Q8_0", false, false, 1, false, 5},
                           Case{"I2_S", false, true, 1, true}, Case{"I2_S", false, false, 1, false},
                           Case{"I2_S", false, false, 1, false, 5}}) {
    SyntheticOptions options;
    options.embedding_type = each.type;
    options.several_scales = each.several_scales;
    options.untied = each.untied;
    SyntheticModel synthetic(kShape, options);
    synthetic.hyperparameters.logit_multiplier = each.logit_multiplier;
    synthetic.hyperparameters.vocabulary -= each.spare_rows;
    Floats expected = synthetic.floats["token_embd.weight"];
    expected.resize(expected.size() - static_cast<size_t>(each.spare_rows * kShape.width));
    const std::string path = synthetic.write("ryzanstein-model-test");
    for (const KernelLevel& level : kernel_levels()) {
      if (!level.supported(cpu_features())) continue;
      ThreadPool pool(1);
      const Weights weights(path, synthetic.tensors, synthetic.hyperparameters, synthetic.architecture,
                            level.kernels, pool);
      LinearInputs inputs(weights.linears(), 1);
      Floats rows, row(static_cast<size_t>(kShape.width));
      for (int id = 0; id < synthetic.hyperparameters.vocabulary; id++) {
        weights.embed(id, inputs, 0, row.data());
        rows.insert(rows.end(), row.begin(), row.end());
      }
      const std::string what = std::string("the embedding in ") + each.type + " with " + level.name;
      EXPECT(rows == expected, what + ": the file's rows");
      const bool given_back = strcmp(each.type, "I2_S") != 0 || level.kernels.ternary->unpack_row != nullptr;
      EXPECT((weights.embedding.data != nullptr) == (each.held || !given_back),
             what + ": held beside the head or not");
    }
    std::remove(path.c_str());
  }
}

// Nothing of the file is needed once it is loaded: it may be cut, overwritten and removed.
void files_may_change_in_use() {
  const Ids ids = random_ids(12, 7);
  for (const char* type : {"Q8_0", "F16"}) {
    SyntheticOptions options;
    options.embedding_type = type;
    SyntheticModel synthetic(kShape, options);
    const std::string path = synthetic.write("ryzanstein-model-test");
    const auto model =
        std::make_shared<Model>(path, synthetic.tensors, synthetic.hyperparameters, LoadOptions());
    const Logits expected = all_logits(model, ids);
    std::ofstream(path, std::ios::binary | std::ios::trunc).close();
    EXPECT(all_logits(model, ids) == expected, std::string(type) + ": the file was cut");
    std::fill(synthetic.bytes.begin(), synthetic.bytes.end(), uint8_t{0x5A});
    EXPECT(synthetic.write("ryzanstein-model-test") == path, "the same file");
    EXPECT(all_logits(model, ids) == expected, std::string(type) + ": the file was overwritten");
    std::remove(path.c_str());
    EXPECT(all_logits(model, ids) == expected, std::string(type) + ": the file was removed");
  }
}

void file_types_do_not_matter() {
  const Ids ids = random_ids(9, 3);
  const auto logits_of = [&](const char* type) {
    SyntheticOptions options;
    options.ternary_type = type;
    const auto model = load(SyntheticModel(kShape, options));
    EXPECT(model->weights().layers[0].qkv.ternary_rows(), std::string(type) + " takes the ternary kernel");
    return all_logits(model, ids);
  };
  const Logits expected = logits_of("TQ2_0");
  for (const char* type : {"TQ1_0", "I2_S", "F32", "F16", "BF16", "Q8_0"}) {
    EXPECT(logits_of(type) == expected, std::string(type) + " gives the bits of TQ2_0");
  }
}

// Any cut into passes, any number of threads, any kernel, a cache that grows with the text: the same bits.
void bits_do_not_depend_on_the_way(const SyntheticOptions& synthetic_options) {
  const SyntheticModel synthetic(kShape, synthetic_options);
  const std::string path = synthetic.write("ryzanstein-model-test");
  const Ids ids = random_ids(150, 11);
  const auto vocabulary = static_cast<size_t>(kShape.vocabulary);
  Random random(5);
  Logits expected;
  for (const KernelLevel& level : kernel_levels()) {
    if (!level.supported(cpu_features())) continue;
    for (const int threads : {1, 2, 3, 5}) {
      ThreadPool pool(threads);
      const Weights weights(path, synthetic.tensors, synthetic.hyperparameters, synthetic.architecture,
                            level.kernels, pool);
      const Transformer transformer(weights, level.kernels, pool);
      Activations activations(weights, level.kernels, kShape.context, threads);
      activations.reserve_logits(weights, kMaxTokens);
      for (const int longest : {1, 7, kMaxTokens}) {
        KvCache cache(level.kernels, key_levels(weights), kShape.layers, kShape.kv_heads,
                      synthetic.hyperparameters.head_size, longest == kMaxTokens ? kShape.context : 1);
        Logits logits;
        for (size_t done = 0; done < ids.size();) {
          const int most = std::min(longest, static_cast<int>(ids.size() - done));
          const int count = longest == kMaxTokens ? most : 1 + random.below(most);
          cache.reserve(cache.length + count);
          transformer.forward(ids.data() + done, count, count, cache, activations, Stop());
          for (int t = 0; t < count; t++) {
            const float* row = activations.logits.as<float>() + t * weights.head.rows();
            logits.insert(logits.end(), row, row + vocabulary);
          }
          cache.length += count;
          done += static_cast<size_t>(count);
        }
        if (expected.empty()) expected = logits;
        EXPECT(logits == expected, std::string(level.name) + ", " + std::to_string(threads) +
                                       " threads, passes of up to " + std::to_string(longest) +
                                       ": the same bits");
      }
    }
  }
  std::remove(path.c_str());
}

void sessions_keep_their_place(const std::shared_ptr<Model>& model) {
  const Ids ids = random_ids(150, 21);
  const Logits all = all_logits(model, ids);
  const auto logits_at = [&](size_t t) {
    return Logits(all.begin() + static_cast<ptrdiff_t>(t) * kShape.vocabulary,
                  all.begin() + static_cast<ptrdiff_t>(t + 1) * kShape.vocabulary);
  };
  Session session(model, kShape.context);
  evaluate(session, ids);
  EXPECT(session.length() == 150 && last_logits(session) == logits_at(149),
         "evaluate gives evaluate_all's last logits");
  session.truncate(40);
  EXPECT(session.length() == 40, "truncate keeps 40");
  expect_throw("evaluate at least one token", "no logits after truncate", [&] { session.logits(); });
  evaluate(session, random_ids(70, 22));
  session.truncate(40);
  evaluate(session, Ids(ids.begin() + 40, ids.end()));
  EXPECT(last_logits(session) == logits_at(149), "what was dropped leaves no trace");
  evaluate(session, {});
  EXPECT(session.length() == 150 && last_logits(session) == logits_at(149),
         "evaluating nothing changes nothing");

  expect_throw("Token id 300 at index 1", "an id past the vocabulary", [&] { evaluate(session, {0, 300}); });
  expect_throw("Token id -1 at index 0", "a negative id", [&] { evaluate(session, {-1}); });
  expect_throw("107 tokens do not fit: the context holds 256, of which 150 are in use", "too long a text",
               [&] { evaluate(session, Ids(107, 1)); });
  expect_throw("Cannot keep 151", "truncate to more", [&] { session.truncate(151); });
  EXPECT(session.length() == 150 && last_logits(session) == logits_at(149), "refused calls change nothing");

  Session copied(model, kShape.context);
  evaluate(copied, random_ids(90, 23));
  for (const int length : {0, 1, 15, 16, 17, 100, 150}) {
    copied.copy_head(session, length);
    EXPECT(copied.length() == length, "copy_head keeps the length");
    expect_throw("evaluate at least one token", "no logits after copy_head", [&] { copied.logits(); });
    if (length == 150) break;
    evaluate(copied, Ids(ids.begin() + length, ids.end()));
    EXPECT(last_logits(copied) == logits_at(149), "a copied head is as good as its own");
  }
  EXPECT(session.length() == 150 && last_logits(session) == logits_at(149), "copying changes no source");
  expect_throw("Cannot copy 151", "copy_head of more", [&] { copied.copy_head(session, 151); });
  expect_throw("one model and context", "copy_head from another context",
               [&] { Session(model, 200).copy_head(session, 10); });
  expect_throw("not within 1 to 256", "too long a context", [&] { Session(model, 257); });
  expect_throw("not within 1 to 256", "no context", [&] { Session(model, 0); });
}

void scores_are_the_softmax_of_the_logits(const std::shared_ptr<Model>& model) {
  const Ids ids = random_ids(150, 41);
  const Logits all = all_logits(model, ids);
  Session session(model, kShape.context);
  std::vector<float> scores(ids.size() - 1);
  EXPECT(session.score(ids.data(), 150, scores.data(), Stop()), "nothing cancels");
  double worst = 0;
  for (size_t i = 0; i + 1 < ids.size(); i++) {
    const float* row = all.data() + i * static_cast<size_t>(kShape.vocabulary);
    double sum = 0;
    for (int id = 0; id < kShape.vocabulary; id++) sum += std::exp(static_cast<double>(row[id]));
    worst = std::max(worst, std::abs(scores[i] - (row[ids[i + 1]] - std::log(sum))));
  }
  EXPECT(worst < 1e-5, "scores are off by " + std::to_string(worst));
  EXPECT(session.length() == 150 && last_logits(session) == Logits(all.end() - kShape.vocabulary, all.end()),
         "score leaves what evaluate leaves");
  session.truncate(0);
  std::vector<float> fewer(69);
  session.score(ids.data(), 70, fewer.data(), Stop());
  EXPECT(std::equal(fewer.begin(), fewer.end(), scores.begin()), "what follows changes no score");
  expect_throw("187 tokens do not fit", "too long a text",
               [&] { session.score(Ids(187, 1).data(), 187, nullptr, Stop()); });
}

void generate_is_evaluate_in_a_loop(const std::shared_ptr<Model>& model) {
  const Ids prompt = random_ids(20, 31);
  Session looped(model, kShape.context);
  evaluate(looped, prompt);
  Ids expected;
  for (int i = 0; i < 40; i++) {
    const float* logits = looped.logits();
    expected.push_back(static_cast<int32_t>(std::max_element(logits, logits + kShape.vocabulary) - logits));
    evaluate(looped, {expected.back()});
  }
  Session session(model, kShape.context);
  evaluate(session, prompt);
  const Generated generated = session.generate(greedy(40), Stop());
  EXPECT(generated.ids == expected && generated.end == End::kMax, "generate gives the ids of the loop");
  EXPECT(session.length() == 60 && last_logits(session) == last_logits(looped), "and its state");
  EXPECT(generated.log_probabilities.size() == 40, "one log-probability per id");

  session.truncate(19);
  evaluate(session, {prompt.back()});
  const auto stop_at =
      std::find_if(expected.begin(), expected.end(), [&](int32_t id) { return id != expected[0]; });
  if (!EXPECT(stop_at != expected.end(), "the model says more than one thing")) return;
  GenerateOptions options = greedy(40);
  options.stop_ids = {-1, *stop_at};
  const Generated stopped = session.generate(options, Stop());
  EXPECT(stopped.end == End::kStop && stopped.ids == Ids(expected.begin(), stop_at + 1) &&
             session.length() == 20 + static_cast<int>(stop_at - expected.begin()),
         "a stop id is the last one and is not evaluated");

  Session narrow(model, 22);
  evaluate(narrow, prompt);
  const Generated full = narrow.generate(greedy(40), Stop());
  EXPECT(full.end == End::kContext && full.ids == Ids(expected.begin(), expected.begin() + 3) &&
             narrow.length() == 22,
         "a full context ends it");
  expect_throw("evaluate at least one token", "generate without a text",
               [&] { Session(model, 22).generate(greedy(1), Stop()); });

  const double total = [&] {
    double sum = 0;
    evaluate(looped, {0});
    for (int i = 0; i < kShape.vocabulary; i++) sum += std::exp(static_cast<double>(looped.logits()[i]));
    return sum;
  }();
  const float* logits = looped.logits();
  const double likely = *std::max_element(logits, logits + kShape.vocabulary);
  const float reported = looped.generate(greedy(1), Stop()).log_probabilities[0];
  EXPECT(std::fabs(static_cast<double>(reported) - (likely - std::log(total))) < 1e-4,
         "log-probabilities are the softmax's");
}

bool long_run() {
  const char* length = std::getenv("RYZANSTEIN_TEST");
  return length != nullptr && std::string(length) == "long";
}

void drafts_change_nothing(const std::shared_ptr<Model>& model) {
  std::mt19937 random(41);
  int passes = 0;
  int tokens = 0;
  const int texts = long_run() ? 1000 : 40;
  for (int text = 0; text < texts; text++) {
    // A text that repeats itself, so that there is something to guess, now and then wrongly.
    const Ids unit = random_ids(5 + static_cast<int>(random() % 20), 100 + static_cast<uint32_t>(text));
    Ids prompt;
    for (int i = 0; i < 3; i++) prompt.insert(prompt.end(), unit.begin(), unit.end());
    GenerateOptions options = greedy(60);
    if (text % 2 == 0) options.candidates.ngram_cache.emplace();
    if (text % 10 == 0) {
      Ids& overflow = options.candidates.ngram_cache->overflow;
      overflow = random_ids(200, 5000 + static_cast<uint32_t>(text));
      overflow.insert(overflow.end(), unit.begin(), unit.end());
    }
    if (text % 3 == 0) options.stop_ids = {unit[2]};
    Session plain(model, kShape.context);
    evaluate(plain, prompt);
    const Generated expected = plain.generate(options, Stop());
    options.draft = 1 + static_cast<int>(random() % 12);
    Session drafting(model, kShape.context);
    evaluate(drafting, prompt);
    const Generated drafted = drafting.generate(options, Stop());
    EXPECT(drafted.ids == expected.ids && drafted.end == expected.end, "a draft changes no token");
    EXPECT(drafted.log_probabilities == expected.log_probabilities, "and no probability");
    EXPECT(drafting.length() == plain.length() && last_logits(drafting) == last_logits(plain),
           "and no state");
    passes += drafted.passes;
    tokens += expected.passes;
  }
  std::printf("drafts: %d texts, %d passes instead of %d\n", texts, passes, tokens);
  EXPECT(passes < tokens, "drafts save passes: " + std::to_string(passes) + " of " + std::to_string(tokens));
}

void drafts_follow_what_is_most_equal(const std::shared_ptr<Model>& model) {
  const Ids prompt = random_ids(40, 61);
  GenerateOptions options = greedy(8);
  Session session(model, kShape.context);
  evaluate(session, prompt);
  const Ids answer = session.generate(options, Stop()).ids;
  // Twelve tokens of the prompt with the answer, and later on the last four of them with another one.
  Ids& overflow = options.candidates.ngram_cache.emplace().overflow;
  overflow.assign(prompt.end() - 12, prompt.end());
  overflow.insert(overflow.end(), answer.begin(), answer.end());
  overflow.insert(overflow.end(), prompt.end() - 4, prompt.end());
  overflow.push_back(answer[0]);
  for (int i = 1; i < 8; i++) overflow.push_back((answer[static_cast<size_t>(i)] + 1) % kShape.vocabulary);
  options.draft = 7;
  session.truncate(0);
  evaluate(session, prompt);
  const Generated drafted = session.generate(options, Stop());
  EXPECT(drafted.ids == answer && drafted.passes == 1,
         "of two places the one where more is equal: " + std::to_string(drafted.passes) + " passes");
}

void drafts_are_as_long_as_the_settings_say() {
  SyntheticOptions untied;
  untied.untied = true;
  const SyntheticModel synthetic(kShape, untied);
  const Ids prompt = random_ids(40, 61);
  const auto passes = [&](std::vector<int> draft_tokens) {
    LoadOptions load_options{1, ""};
    load_options.cache.draft_tokens = std::move(draft_tokens);
    Session session(load(synthetic, load_options), kShape.context);
    GenerateOptions options = greedy(8);
    evaluate(session, prompt);
    const Ids answer = session.generate(options, Stop()).ids;
    Ids& overflow = options.candidates.ngram_cache.emplace().overflow;
    overflow.assign(prompt.end() - 12, prompt.end());
    overflow.insert(overflow.end(), answer.begin(), answer.end());
    options.draft = 7;
    session.truncate(0);
    evaluate(session, prompt);
    return session.generate(options, Stop()).passes;
  };
  const int none = passes({0}), some = passes({3}), all = passes({0, 3, 7});
  EXPECT(none == 8 && some == 2 && all == 1,
         std::to_string(none) + ", " + std::to_string(some) + " and " + std::to_string(all) + " passes");
  LoadOptions bad{1, ""};
  bad.cache.strengths = {1, 2};
  expect_throw("the cache has 2 strengths, not 5", "too few strengths", [&] { load(synthetic, bad); });
  bad.cache = {};
  bad.cache.draft_tokens = {1, 64};
  expect_throw("a number of drafted tokens is 64", "too long a draft", [&] { load(synthetic, bad); });
}

void cancelling_drops_a_pass(const std::shared_ptr<Model>& model) {
  const Ids ids = random_ids(200, 51);
  const Logits expected = all_logits(model, ids);
  std::atomic<uint64_t> cancelled_through{0};
  const Stop first(&cancelled_through, 1);
  const Stop second(&cancelled_through, 2);
  Session session(model, kShape.context);
  EXPECT(session.evaluate(ids.data(), 10, first), "before the cancel");
  cancelled_through = 1;
  EXPECT(!session.evaluate(ids.data() + 10, 30, first) && session.length() == 10,
         "a cancelled pass leaves nothing");
  expect_throw("evaluate at least one token", "nor logits", [&] { session.logits(); });
  EXPECT(session.evaluate(ids.data() + 10, 30, second), "the next call is not cancelled");
  EXPECT(last_logits(session) ==
             Logits(expected.begin() + 39 * kShape.vocabulary, expected.begin() + 40 * kShape.vocabulary),
         "and finds all in place");
  EXPECT(session.generate(greedy(5), first).end == End::kCancelled && session.length() == 40,
         "generate is cancelled");
  evaluate(session, {0});
  GenerateOptions drafting = greedy(5);
  drafting.draft = 3;
  EXPECT(session.generate(drafting, first).end == End::kCancelled && session.length() == 41, "so is a draft");

  // From another thread, at every moment of the work.
  int cut_short = 0;
  bool whole_passes = true;
  bool right = true;
  std::chrono::steady_clock::duration whole{};
  for (int i = 0; i < 60 || (cut_short == 0 && i < 6000); i++) {
    session.truncate(0);
    const auto number = static_cast<uint64_t>(100 + i);
    std::atomic<bool> ready{false};
    std::thread canceller([&, i] {
      ready = true;
      std::this_thread::sleep_for(whole * (i % 60) / 60);
      cancelled_through = number;
    });
    while (!ready) std::this_thread::yield();
    const auto begun = std::chrono::steady_clock::now();
    const bool complete = session.evaluate(ids.data(), 200, Stop(&cancelled_through, number));
    if (complete) whole = std::chrono::steady_clock::now() - begun;
    canceller.join();
    cut_short += !complete;
    whole_passes = whole_passes && (complete || session.length() % kMaxTokens == 0);
    session.evaluate(ids.data() + session.length(), 200 - session.length(), Stop());
    session.truncate(199);
    session.evaluate(&ids[199], 1, Stop());
    right = right && last_logits(session) == Logits(expected.end() - kShape.vocabulary, expected.end());
  }
  EXPECT(cut_short > 0, "some evaluations are cut short");
  EXPECT(whole_passes, "whole passes are kept");
  EXPECT(right, "what is kept is right");
}

void sampler_chooses_as_told() {
  const FloatKernels& floats = *reference_level().kernels.floats;
  const std::vector<float> logits{1, 3, 2, 0, 3};
  EXPECT(Sampler(5, floats).choose(logits.data(), nullptr, 0).id == 1, "the first of the best is chosen");

  Candidates two;
  two.allowed = {0, 2};
  const Choice allowed = Sampler(5, floats, two).choose(logits.data(), nullptr, 0);
  EXPECT(allowed.id == 2, "only what is allowed is chosen");
  const double among = std::exp(2.0) / (std::exp(2.0) + std::exp(1.0));
  EXPECT(std::fabs(std::exp(static_cast<double>(allowed.log_probability)) - among) < 1e-6,
         "its probability is among the allowed");
  two.except = {2};
  const Choice other = Sampler(5, floats, two).choose(logits.data(), nullptr, 0);
  EXPECT(other.id == 0, "what is excepted is not chosen");
  EXPECT(std::fabs(std::exp(static_cast<double>(other.log_probability)) - (1 - among)) < 1e-6,
         "and its probability still counts");
  two.except = {0, 2};
  EXPECT(Sampler(5, floats, two).choose(logits.data(), nullptr, 0).id == 2, "unless nothing else is left");

  const float nan = std::numeric_limits<float>::quiet_NaN();
  const std::vector<float> broken{nan, nan, nan, nan, nan};
  const std::vector<float> some{nan, nan, -5, nan, -3};
  for (const KernelLevel& level : kernel_levels()) {
    if (!level.supported(cpu_features())) continue;
    const int id = Sampler(5, *level.kernels.floats).choose(broken.data(), nullptr, 0).id;
    EXPECT(id >= 0 && id < 5, "logits that are no numbers still give a token");
    EXPECT(Sampler(5, *level.kernels.floats).choose(some.data(), nullptr, 0).id == 4,
           "the largest number wins over none");
  }
}

void the_cache_knows_the_text() {
  // After "1 2" came 3 each time; no other token follows it.
  const Ids text{1, 2, 3, 0, 1, 2, 3, 4, 1, 2};
  const int length = static_cast<int>(text.size());
  const std::vector<float> logits(6, 0.f);
  NgramCache cache(6, {{4}, {}});
  cache.read(text.data(), length, logits.data());
  double total = 0;
  for (int id = 0; id < 6; id++) total += cache.probability(id, 1.0 / 6);
  EXPECT(std::fabs(total - 1) < 1e-12, "probabilities still add up to 1");
  EXPECT(cache.probability(3, 1.0 / 6) > 0.25, "what followed before is likely");
  EXPECT(cache.probability(1, 1.0 / 6) < 1.0 / 6, "what did not is less so");
  const Ids& candidates = cache.candidates();
  EXPECT(std::find(candidates.begin(), candidates.end(), 4) == candidates.end(),
         "control ids are not counted");

  NgramCache more(6, {{4}, {0, 1, 2, 5, 2, 4, 0, 2, 5}});
  more.read(text.data(), length, logits.data());
  EXPECT(more.probability(5, 1.0 / 6) > cache.probability(5, 1.0 / 6),
         "what followed in the overflow counts");
  NgramCache none(6, {{4}, {2, 4, 0, 0, 5, 5}});
  none.read(text.data(), length, logits.data());
  double all = 0;
  bool same = true;
  for (int id = 0; id < 6; id++) {
    all += more.probability(id, 1.0 / 6);
    same = same && none.probability(id, 1.0 / 6) == cache.probability(id, 1.0 / 6);
  }
  EXPECT(std::fabs(all - 1) < 1e-12, "they still add up to 1");
  EXPECT(same, "nothing else of it does");

  CacheSettings settings;
  settings.model_weight = 1e6f;
  settings.strengths = {1e6f, 1e6f, 1e6f, 1e6f, 1e6f};
  NgramCache faint(6, {{4}, {}}, settings);
  faint.read(text.data(), length, logits.data());
  EXPECT(std::fabs(faint.probability(3, 1.0 / 6) - 1.0 / 6) < 1e-4,
         "the settings say how much the text weighs");

  // Three times 3 came after these eight tokens, but 5 where eight more were the same as well.
  const Ids eight{1, 2, 0, 2, 1, 0, 0, 2};
  Ids far = eight;
  for (const Ids& part :
       {eight, Ids{5, 4, 1}, eight, Ids{3, 4, 2}, eight, Ids{3, 4, 0}, eight, Ids{3}, eight, eight}) {
    far.insert(far.end(), part.begin(), part.end());
  }
  NgramCache longest(6, {{4}, {}});
  longest.read(far.data(), static_cast<int>(far.size()), logits.data());
  EXPECT(longest.probability(5, 1.0 / 6) > 0.4, "long contexts count most");
  NgramCache brief(6, {{4}, far});
  brief.read(eight.data(), static_cast<int>(eight.size()), logits.data());
  EXPECT(brief.probability(3, 1.0 / 6) > brief.probability(5, 1.0 / 6), "a short text has short contexts");

  const FloatKernels& floats = *reference_level().kernels.floats;
  Candidates with_cache;
  with_cache.ngram_cache.emplace();
  const std::vector<float> likes_five{0, 0, 0, 0, 0, 0.5f};
  EXPECT(Sampler(6, floats).choose(likes_five.data(), text.data(), length).id == 5, "the model alone");
  EXPECT(Sampler(6, floats, with_cache).choose(likes_five.data(), text.data(), length).id == 3,
         "the text outweighs a model that hardly knows");
  const std::vector<float> sure{0, 0, 0, 0, 0, 20};
  EXPECT(Sampler(6, floats, with_cache).choose(sure.data(), text.data(), length).id == 5,
         "and does not outweigh one that does");
  with_cache.except = {5};
  const Choice other = Sampler(6, floats, with_cache).choose(sure.data(), text.data(), length);
  EXPECT(other.id == 3, "the best besides the excepted is weighed by model and text");
  NgramCache whole(6, {});
  whole.read(text.data(), length, sure.data());
  const double by_model = 1 / (5 + std::exp(20.0));
  EXPECT(std::fabs(other.log_probability - std::log(whole.probability(3, by_model))) < 1e-5,
         "with the probability that it has beside them");
  with_cache.allowed = {0, 1};
  EXPECT(Sampler(6, floats, with_cache).choose(sure.data(), text.data(), length).id < 2,
         "only what is allowed is looked for in the text");
  // The last token's state is like that of the 4 alone, which 1 followed.
  const std::vector<float> cosines{0, 0, 0, 0, 0, 0, 0, 0.9f, 0, 1};
  cache.read(text.data(), length, logits.data(), cosines.data());
  const double alike = cache.probability(1, 1.0 / 6);
  double sum = 0;
  for (int id = 0; id < 6; id++) sum += cache.probability(id, 1.0 / 6);
  cache.read(text.data(), length, logits.data());
  EXPECT(alike > cache.probability(1, 1.0 / 6), "what followed a state that is alike is likelier");
  EXPECT(std::fabs(sum - 1) < 1e-12, "and all add up to 1");
  cache.read(text.data(), 0, logits.data());
  EXPECT(cache.candidates().empty() && cache.probability(2, 0.25) == 0.25, "no text, no change");
}

// Of random states, by the definition.
std::vector<float> plain_cosines(const std::vector<std::vector<int8_t>>& states) {
  std::vector<float> cosines;
  const auto dot = [](const std::vector<int8_t>& a, const std::vector<int8_t>& b) {
    double sum = 0;
    for (size_t i = 0; i < a.size(); i++) sum += static_cast<double>(a[i]) * b[i];
    return sum;
  };
  for (const auto& state : states) {
    const double length = std::sqrt(dot(state, state) * dot(states.back(), states.back()));
    cosines.push_back(length == 0 ? 0 : static_cast<float>(dot(state, states.back()) / length));
  }
  return cosines;
}

void states_are_compared() {
  std::mt19937 random(71);
  for (const KernelLevel& level : kernel_levels()) {
    if (!level.supported(cpu_features())) continue;
    for (const int width : {3, 64, 129}) {
      constexpr int kCapacity = 90;
      StateCache cache(level.kernels, width, kCapacity);
      StateCache other(level.kernels, width, 1);
      std::vector<std::vector<int8_t>> states;
      const auto equal = [&](StateCache& compared) {
        const std::vector<float> expected = plain_cosines(states);
        const float* cosines = compared.cosines();
        for (size_t i = 0; i < states.size(); i++) {
          if (std::fabs(cosines[i] - expected[i]) > 1e-6f) return false;
        }
        return compared.length() == static_cast<int>(states.size());
      };
      for (int step = 0; step < 60; step++) {
        // Some are put and never kept, like tokens that were drafted in vain.
        const int put = std::min(static_cast<int>(random() % 13), kCapacity - cache.length());
        std::vector<int8_t> drafted(static_cast<size_t>(put * width));
        for (int i = 0; i < put * width; i++) {
          // The first of a state is the largest, so that nothing is rounded.
          const int value = i % width == 0 ? 127 : static_cast<int>(random() % 255) - 127;
          if (i / width % 8 != 5) drafted[static_cast<size_t>(i)] = static_cast<int8_t>(value);
        }
        std::vector<float> floats(drafted.begin(), drafted.end());
        for (float& value : floats) value *= 0.25f;
        cache.put(floats.data(), put);
        for (int i = 0; i < put && random() % 8 != 0; i++) {
          states.emplace_back(drafted.begin() + i * width, drafted.begin() + (i + 1) * width);
          cache.keep(1);
          if (i % 3 > 0) EXPECT(equal(cache), std::string(level.name) + ": cosines of one after the other");
        }
        if (random() % 4 == 0) {
          states.resize(random() % (states.size() + 1));
          cache.truncate(static_cast<int>(states.size()));
        }
        if (states.empty()) continue;
        EXPECT(equal(cache), std::string(level.name) + ": cosines after any changes");
        other.reserve(cache.length());
        other.copy_head(cache, cache.length());
        EXPECT(equal(other), std::string(level.name) + ": and of a copy");
      }
    }
  }
}

// Longer than a session has room for at first.
void sessions_grow_with_the_text() {
  constexpr Shape kLong{1, 256, 256, 4, 1, 300, 3000};
  const auto model = load(SyntheticModel(kLong, SyntheticOptions()));
  const Ids ids = random_ids(2500, 91);
  Session grown(model, kLong.context);
  const size_t first = grown.bytes();
  evaluate(grown, ids);
  EXPECT(grown.bytes() > first + 1000 * Session::bytes_per_token(*model), "there is more room now");
  const Logits expected = last_logits(grown);
  Session copy(model, kLong.context);
  copy.copy_head(grown, 1600);
  evaluate(copy, Ids(ids.begin() + 1600, ids.end()));
  EXPECT(last_logits(copy) == expected, "a copy has the same room");
  grown.truncate(0);
  evaluate(grown, ids);
  EXPECT(last_logits(grown) == expected, "growing changes nothing");
  GenerateOptions options = greedy(1000);
  options.candidates.ngram_cache.emplace();
  const Generated generated = grown.generate(options, Stop());
  EXPECT(generated.end == End::kContext && grown.length() == kLong.context, "to the end of the context");
}

void states_do_not_hang_on_passes(const std::shared_ptr<Model>& model) {
  const Ids ids = random_ids(100, 81);
  GenerateOptions options = greedy(20);
  options.candidates.ngram_cache.emplace();
  Session whole(model, kShape.context);
  evaluate(whole, ids);
  const Generated expected = whole.generate(options, Stop());
  Session cut(model, kShape.context);
  Session copy(model, kShape.context);
  for (size_t at = 0; at < ids.size(); at += 9) {
    evaluate(cut, Ids(ids.begin() + static_cast<ptrdiff_t>(at),
                      ids.begin() + static_cast<ptrdiff_t>(std::min(at + 9, ids.size()))));
  }
  cut.truncate(50);
  copy.copy_head(cut, 40);
  for (Session* session : {&cut, &copy}) {
    evaluate(*session, Ids(ids.begin() + session->length(), ids.end()));
    const Generated generated = session->generate(options, Stop());
    EXPECT(generated.ids == expected.ids && generated.log_probabilities == expected.log_probabilities,
           "states are those of the text, however it was read");
  }
  GenerateOptions plain = options;
  plain.candidates.ngram_cache.reset();
  Session without(model, kShape.context);
  evaluate(without, ids);
  EXPECT(without.generate(plain, Stop()).log_probabilities != expected.log_probabilities,
         "what is alike counts");
}

void kernels_are_named() {
  const SyntheticModel synthetic(kShape, {});
  expect_throw("There is no kernel named abacus; this CPU has: scalar", "an unknown kernel",
               [&] { load(synthetic, {1, "abacus"}); });
  EXPECT(load(synthetic, {1, "scalar"})->level().name == std::string("scalar"), "a kernel can be forced");
  EXPECT(load(synthetic, {1000, "scalar"})->threads() == physical_cores(),
         "threads beyond the physical cores are not started");
  EXPECT(load(synthetic, {0, "scalar"})->threads() == fast_cores(), "by default there is one per fast core");
#ifndef _WIN32
  setenv("RYZANSTEIN_KERNEL", "scalar", 1);
  EXPECT(load(synthetic)->level().name == std::string("scalar"), "RYZANSTEIN_KERNEL forces a kernel");
  setenv("RYZANSTEIN_KERNEL", "abacus", 1);
  expect_throw("There is no kernel named abacus", "an unknown kernel in RYZANSTEIN_KERNEL",
               [&] { load(synthetic); });
  unsetenv("RYZANSTEIN_KERNEL");
  setenv("RYZANSTEIN_AFFINITY", "1", 1);
  if (core_cpus().empty()) {
    expect_throw("unset RYZANSTEIN_AFFINITY", "affinity where there is none", [&] { load(synthetic); });
  } else {
    std::thread([&] {
      const int32_t id = 1;
      Session session(load(synthetic), 4);
      session.evaluate(&id, 1, Stop());
      EXPECT(core_cpus().size() == 1, "RYZANSTEIN_AFFINITY pins the thread that computes to a core");
    }).join();
  }
  unsetenv("RYZANSTEIN_AFFINITY");
#endif
}

}  // namespace

int main() {
  blocks_are_read_as_others_read_them();
  floats_are_rounded_as_ggml_rounds_them();
  logits_are_the_references();
  switches_are_computed();
  embedding_rows_are_the_files();
  shared_floats_are_held_once();
  files_may_change_in_use();
  file_types_do_not_matter();
  bits_do_not_depend_on_the_way({});
  SyntheticOptions several;
  several.several_scales = true;
  bits_do_not_depend_on_the_way(several);
  // A head of its own: with a tied one, random weights say the last token again and again.
  SyntheticOptions untied;
  untied.untied = true;
  for (const int threads : {1, 2}) {
    const auto model = load(SyntheticModel(kShape, untied), {threads, ""});
    sessions_keep_their_place(model);
    scores_are_the_softmax_of_the_logits(model);
    generate_is_evaluate_in_a_loop(model);
    drafts_change_nothing(model);
    drafts_follow_what_is_most_equal(model);
    states_do_not_hang_on_passes(model);
    cancelling_drops_a_pass(model);
  }
  drafts_are_as_long_as_the_settings_say();
  sampler_chooses_as_told();
  the_cache_knows_the_text();
  states_are_compared();
  sessions_grow_with_the_text();
  kernels_are_named();
  return test::report();
}
