// Files that lie or are damaged are refused with the file's and the tensor's name; none ends the process.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <limits>
#include <string>

#ifndef _WIN32
#include <sys/stat.h>
#endif

#include "../base/input_file.h"
#include "../model/session.h"
#include "check.h"
#include "synthetic_model.h"

using namespace ryzanstein;
using test::Random;
using test::Shape;
using test::SyntheticModel;
using test::SyntheticOptions;

namespace {

constexpr Shape kShape{1, 256, 256, 4, 2, 40, 32};
constexpr Shape kMixture{1, 256, 256, 4, 2, 40, 32, 0, 4, 2};

// Loads and runs it a little; returns the refusal, or an empty string.
std::string try_model(const SyntheticModel& synthetic) {
  const std::string path = synthetic.write("ryzanstein-bad-file");
  std::string refusal;
  try {
    const auto model =
        std::make_shared<Model>(path, synthetic.tensors, synthetic.hyperparameters, LoadOptions{2, ""});
    Session session(model, std::min(model->hyperparameters().context_length, 32));
    const std::vector<int32_t> ids{0, 1, 2};
    session.evaluate(ids.data(), 3, Stop());
    GenerateOptions options;
    options.max = 2;
    session.generate(options, Stop());
  } catch (const std::exception& error) {
    refusal = error.what();
  }
  std::remove(path.c_str());
  return refusal;
}

void expect_refusal(const std::string& tensor, const std::string& words,
                    const std::function<void(SyntheticModel&)>& damage, const SyntheticOptions& options = {},
                    const Shape& shape = kShape) {
  SyntheticModel synthetic(shape, options);
  damage(synthetic);
  const std::string refusal = try_model(synthetic);
  EXPECT(refusal.find("ryzanstein-bad-file") != std::string::npos &&
             refusal.find(tensor) != std::string::npos && refusal.find(words) != std::string::npos,
         "expected \"" + words + "\" for " + tensor + ", not: " + (refusal.empty() ? "it loads" : refusal));
}

void remove_tensor(SyntheticModel& model, const std::string& name) {
  model.tensors.erase(model.tensors.begin() + (&model.description(name) - model.tensors.data()));
}

void put_half(SyntheticModel& model, const std::string& tensor, size_t at, uint16_t bits) {
  std::memcpy(&model.bytes[model.description(tensor).offset + at], &bits, sizeof bits);
}

void lies_are_refused_by_name() {
  const std::string down = "blk.0.ffn_down.weight";
  const std::string q = "blk.0.attn_q.weight";
  const std::string norm = "blk.0.attn_norm.weight";
  const std::string embedding = "token_embd.weight";
  for (const std::string& name : {down, q, norm, embedding, std::string("output_norm.weight")}) {
    expect_refusal(name, "is missing", [&](SyntheticModel& m) { remove_tensor(m, name); });
    expect_refusal(name, "its shape is", [&](SyntheticModel& m) { m.description(name).shape[0] *= 2; });
    expect_refusal(name, "its shape is", [&](SyntheticModel& m) { m.description(name).shape.push_back(1); });
    expect_refusal(name, "its shape is", [&](SyntheticModel& m) { m.description(name).shape.clear(); });
    expect_refusal(name, "its type 99 cannot be read",
                   [&](SyntheticModel& m) { m.description(name).type = 99; });
    expect_refusal(name, "past the end of the file",
                   [&](SyntheticModel& m) { m.description(name).offset = m.bytes.size(); });
    expect_refusal(name, "past the end of the file", [&](SyntheticModel& m) {
      m.description(name).offset = std::numeric_limits<uint64_t>::max() - 4;
    });
    expect_refusal(name, "past the end of the file", [&](SyntheticModel& m) {
      m.description(name).bytes = std::numeric_limits<uint64_t>::max() - 4;
    });
    expect_refusal(name, "bytes, too few for", [&](SyntheticModel& m) { m.description(name).bytes--; });
  }
  expect_refusal("output_norm.weight", "the file is cut short",
                 [&](SyntheticModel& m) { m.bytes.resize(m.bytes.size() - 1); });
  expect_refusal("blk.0.attn_q.scale", "has no such tensor", [&](SyntheticModel& m) {
    m.tensors.push_back(m.description(norm));
    m.tensors.back().name = "blk.0.attn_q.scale";
  });
  expect_refusal(q, "is there twice", [&](SyntheticModel& m) { m.tensors.push_back(m.description(q)); });
  expect_refusal(down, "row 0 holds a weight that is not -1, 0 or +1",
                 [&](SyntheticModel& m) { m.bytes[m.description(down).offset + 3] = 0xFF; });
  expect_refusal(down, "row 2 holds a number that is not finite",
                 [&](SyntheticModel& m) { put_half(m, down, 2 * 66 + 64, 0x7C00); });
  expect_refusal(embedding, "row 1 holds a number that is not finite",
                 [&](SyntheticModel& m) { put_half(m, embedding, 256 / 32 * 34, 0x7E01); });
  expect_refusal(norm, "not finite", [&](SyntheticModel& m) { put_half(m, norm, 2, 0x7F80); });
  SyntheticOptions untied;
  untied.untied = true;
  expect_refusal(
      embedding, "row 1 holds a number that is not finite",
      [&](SyntheticModel& m) { put_half(m, embedding, 256 / 32 * 34, 0x7E01); }, untied);
  untied.rope_factors = true;
  expect_refusal(
      "rope_freqs.weight", "a number that is not above 0",
      [&](SyntheticModel& m) { std::memset(&m.bytes[m.description("rope_freqs.weight").offset + 4], 0, 4); },
      untied);
  SyntheticOptions floats;
  floats.ternary_type = "F16";
  expect_refusal(
      q, "row 5 holds a number that is not finite",
      [&](SyntheticModel& m) { put_half(m, q, 5 * 512 + 64, 0x7C00); }, floats);
  const std::string stack = "blk.0.ffn_up_exps.weight", router = "blk.0.ffn_gate_inp.weight";
  const auto refuse_mixture = [&](const std::string& name, const std::string& words,
                                  const std::function<void(SyntheticModel&)>& lie) {
    expect_refusal(name, words, lie, {}, kMixture);
  };
  refuse_mixture(stack, "its shape is [256, 256, 3], not [256, 256, 4]",
                 [&](SyntheticModel& m) { m.description(stack).shape[2] = 3; });
  refuse_mixture(stack, "its shape is", [&](SyntheticModel& m) { m.description(stack).shape.pop_back(); });
  refuse_mixture(stack, "bytes, too few for", [&](SyntheticModel& m) { m.description(stack).bytes /= 2; });
  refuse_mixture(stack, "row 2 holds a number that is not finite",
                 [&](SyntheticModel& m) { put_half(m, stack, (256 + 2) * 66 + 64, 0x7C00); });
  refuse_mixture(router, "is missing", [&](SyntheticModel& m) { remove_tensor(m, router); });
  refuse_mixture(router, "row 1 holds a number that is not finite",
                 [&](SyntheticModel& m) { put_half(m, router, 256 * 4 + 2, 0x7F80); });
  refuse_mixture("", "a token cannot use 5 of 4 experts",
                 [](SyntheticModel& m) { m.hyperparameters.experts_used = 5; });
  refuse_mixture("", "a token cannot use 0 of 4 experts",
                 [](SyntheticModel& m) { m.hyperparameters.experts_used = 0; });
  SyntheticOptions scale_behind;
  scale_behind.ternary_type = "I2_S";
  expect_refusal(
      q, "its scale is not a finite number",
      [&](SyntheticModel& m) { put_half(m, q, 256 * 256 / 4 + 2, 0x7F80); }, scale_behind);
}

void numbers_are_refused() {
  const auto refuse = [](const std::string& words, const std::function<void(Hyperparameters&)>& damage) {
    expect_refusal("", words, [&](SyntheticModel& m) { damage(m.hyperparameters); });
  };
  refuse("architecture gpt9 is not known; known are: bitnet",
         [](Hyperparameters& h) { h.architecture = "gpt9"; });
  refuse("number of layers is 0", [](Hyperparameters& h) { h.layers = 0; });
  refuse("blk.1.attn_norm.weight", [](Hyperparameters& h) { h.layers = 2; });
  refuse("its shape is", [](Hyperparameters& h) { h.width = 257; });
  refuse("1024 heads of 512 are wider than 65536", [](Hyperparameters& h) {
    h.heads = h.kv_heads = 1024;
    h.head_size = 512;
  });
  refuse("is no multiple of 16", [](Hyperparameters& h) { h.head_size = 72; });
  refuse("number of heads is -4", [](Hyperparameters& h) { h.heads = -4; });
  refuse("cannot share", [](Hyperparameters& h) { h.kv_heads = 3; });
  refuse("cannot share 8", [](Hyperparameters& h) { h.kv_heads = 8; });
  refuse("rotary dimensions is 66", [](Hyperparameters& h) { h.rope_dimensions = 66; });
  refuse("rotary dimensions is odd", [](Hyperparameters& h) { h.rope_dimensions = 33; });
  refuse("vocabulary is 2147483647",
         [](Hyperparameters& h) { h.vocabulary = std::numeric_limits<int>::max(); });
  refuse("epsilon", [](Hyperparameters& h) { h.norm_epsilon = std::numeric_limits<float>::quiet_NaN(); });
  refuse("rotary base", [](Hyperparameters& h) { h.rope_base = 0; });
  expect_refusal("", "it is empty", [](SyntheticModel& m) { m.bytes.clear(); });
  try {
    Model("/no/such/ryzanstein.gguf", {}, {}, {1, ""});
    EXPECT(false, "a file that is not there");
  } catch (const std::runtime_error& error) {
    EXPECT(std::string(error.what()).find("/no/such/ryzanstein.gguf") != std::string::npos, error.what());
  }
}

std::string refusal_of(const std::function<void()>& work) {
  try {
    work();
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return "nothing was refused";
}

// A pipe without a writer is not waited for, and a file that is cut ends nothing.
void what_is_no_file_is_refused() {
  const auto expect = [](const std::string& refusal, const std::string& words) {
    EXPECT(
        refusal.find("ryzanstein-bad-file") != std::string::npos && refusal.find(words) != std::string::npos,
        "expected \"" + words + "\", not: " + refusal);
  };
  const SyntheticModel synthetic(kShape, {});
  const std::string path = synthetic.write("ryzanstein-bad-file");
  {
    const InputFile file(path);
    std::vector<uint8_t> bytes(synthetic.bytes.size());
    file.read(0, bytes.size(), bytes.data());
    EXPECT(bytes == synthetic.bytes && file.bytes() == bytes.size(), "a file is read whole");
    file.read(1000, 5, bytes.data());
    EXPECT(std::equal(bytes.begin(), bytes.begin() + 5, synthetic.bytes.begin() + 1000), "and from a place");
#ifndef _WIN32  // there nobody writes to a file that is being read
    std::ofstream(path, std::ios::binary | std::ios::trunc) << "short";
    expect(refusal_of([&] { file.read(0, 6, bytes.data()); }), "it became shorter while it was read");
#endif
  }
  std::remove(path.c_str());
  expect(refusal_of([&] { InputFile gone(path); }), path);
#ifndef _WIN32
  EXPECT(mkfifo(path.c_str(), 0600) == 0, "a pipe");
  expect(refusal_of([&] { InputFile pipe(path); }), "it is not a regular file");
  std::remove(path.c_str());
  EXPECT(mkdir(path.c_str(), 0700) == 0, "a folder");
  expect(refusal_of([&] { InputFile folder(path); }), "it is not a regular file");
  std::remove(path.c_str());
#endif
}

// Damages one thing: bytes of the weights, or what the header says about a tensor or the model.
void damage(SyntheticModel& model, Random& random) {
  TensorDescription& tensor =
      model.tensors[static_cast<size_t>(random.below(static_cast<int>(model.tensors.size())))];
  Hyperparameters& h = model.hyperparameters;
  switch (random.below(8)) {
    case 0:
      for (int i = random.below(64); i >= 0; i--) {
        model.bytes[static_cast<size_t>(random.below(static_cast<int>(model.bytes.size())))] =
            static_cast<uint8_t>(random.next());
      }
      break;
    case 1:
      if (tensor.offset < model.bytes.size()) {
        const uint64_t bytes = std::min<uint64_t>(tensor.bytes, model.bytes.size() - tensor.offset);
        for (uint64_t i = 0; i < bytes; i++)
          model.bytes[tensor.offset + i] = static_cast<uint8_t>(random.next());
      }
      break;
    case 2:
      model.bytes.resize(static_cast<size_t>(random.below(static_cast<int>(model.bytes.size()))));
      break;
    case 3:
      tensor.offset =
          random.below(2) == 0 ? random.next() : tensor.offset + static_cast<uint64_t>(random.below(4096));
      break;
    case 4:
      tensor.bytes = random.below(2) == 0 ? random.next() : static_cast<uint64_t>(random.below(100000));
      break;
    case 5:
      tensor.type = random.below(40);
      break;
    case 6:
      if (!tensor.shape.empty()) {
        tensor.shape[static_cast<size_t>(random.below(static_cast<int>(tensor.shape.size())))] =
            random.below(2) == 0 ? static_cast<int64_t>(random.next()) : random.below(1024);
      }
      break;
    default:
      for (;;) {
        const auto& field = kHyperparameterFields[static_cast<size_t>(
            random.below(static_cast<int>(kHyperparameterFields.size())))];
        const auto* number = std::get_if<int Hyperparameters::*>(&field.member);
        if (number == nullptr) continue;
        h.*(*number) = random.below(3) == 0 ? static_cast<int>(random.next()) : random.below(600);
        break;
      }
  }
}

void damage_never_ends_the_process() {
  const char* test = std::getenv("RYZANSTEIN_TEST");
  const int cases = test != nullptr && std::string(test) == "long" ? 20000 : 1000;
  const char* const types[] = {"TQ2_0", "TQ1_0", "I2_S", "Q8_0", "F16"};
  std::vector<SyntheticModel> originals;
  for (const char* type : types) {
    SyntheticOptions options;
    options.ternary_type = type;
    originals.emplace_back(kShape, options);
  }
  originals.emplace_back(kMixture, SyntheticOptions());
  Random random(2026);
  int refused = 0;
  for (int i = 0; i < cases; i++) {
    SyntheticModel model = originals[static_cast<size_t>(i) % originals.size()];
    for (int n = random.below(3); n >= 0; n--) {
      if (!model.bytes.empty()) damage(model, random);
    }
    refused += !try_model(model).empty();
  }
  std::printf("%d damaged files, %d refused\n", cases, refused);
  EXPECT(refused > cases / 3 && refused < cases, "damage is refused, unless it only changes weights");
}

// Deeper than Windows' MAX_PATH, with blanks and letters of several scripts in it.
void long_paths_are_read() {
  namespace fs = std::filesystem;
#ifdef _WIN32
  const std::string mark = "\\\\?\\";
#else
  const std::string mark;
#endif
  const fs::path top = fs::u8path(mark + fs::temp_directory_path().u8string()) / "ryzanstein-long-path";
  fs::path folder = top;
  for (int i = 0; i < 12; i++)
    folder /= fs::u8path("ein Ordner \xc3\xa4 \xe6\xa8\xa1\xe5\x9e\x8b " + std::to_string(i));
  std::error_code problem;
  fs::create_directories(folder, problem);
  const SyntheticModel synthetic(kShape, {});
  const std::string written = synthetic.write("ryzanstein-long-path-model");
  const fs::path place = folder / "model.gguf";
  fs::copy_file(fs::u8path(written), place, problem);
  std::remove(written.c_str());
  const std::string path = place.u8string().substr(mark.size());
  EXPECT(!problem && path.size() > 300, "a deep folder can be made: " + problem.message());
  std::string refusal;
  try {
    const Model model(path, synthetic.tensors, synthetic.hyperparameters, LoadOptions{1, ""});
  } catch (const std::exception& error) {
    refusal = error.what();
  }
  EXPECT(refusal.empty(), "a model is read from " + path + ": " + refusal);
  fs::remove_all(top, problem);
}

}  // namespace

int main() {
  EXPECT(try_model(SyntheticModel(kShape, {})).empty(), "the undamaged model works");
  lies_are_refused_by_name();
  numbers_are_refused();
  what_is_no_file_is_refused();
  long_paths_are_read();
  damage_never_ends_the_process();
  return test::report();
}
