// Decode and prefill speed of a synthetic model of the bundled one's shape: model_bench [threads...].
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "../model/session.h"
#include "synthetic_model.h"

using namespace ryzanstein;

namespace {

// Tokens per second of the best of `repetitions` runs of `work`, each over `tokens`.
template <class Work>
double best_rate(int repetitions, int tokens, const Work& work) {
  double best = 0;
  for (int i = 0; i < repetitions; i++) {
    const auto begin = std::chrono::steady_clock::now();
    work();
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    best = std::max(best, tokens / seconds);
  }
  return best;
}

}  // namespace

int main(int count, char** arguments) {
  const test::Shape shape{4, 512, 1280, 8, 4, 8192, 1024};
  const test::SyntheticModel synthetic(shape, {});
  const std::string path = synthetic.write("ryzanstein-bench");
  std::vector<int> threads;
  for (int i = 1; i < count; i++) threads.push_back(std::atoi(arguments[i]));
  if (threads.empty()) threads = {1, 2};
  for (const int n : threads) {
    const auto model =
        std::make_shared<Model>(path, synthetic.tensors, synthetic.hyperparameters, LoadOptions{n, ""});
    Session session(model, shape.context);
    std::vector<int32_t> prompt(512);
    for (size_t i = 0; i < prompt.size(); i++) prompt[i] = static_cast<int32_t>(i * 37 % 8192);
    const double prefill = best_rate(8, 512, [&] {
      session.truncate(0);
      session.evaluate(prompt.data(), 512, Stop());
    });
    GenerateOptions options;
    options.max = 64;
    const double decode = best_rate(8, 64, [&] {
      session.truncate(511);
      session.evaluate(prompt.data(), 1, Stop());
      session.generate(options, Stop());
    });
    std::printf("%s, %d threads: prefill 512 %.0f tok/s, decode after 512 %.0f tok/s\n", model->level().name,
                model->threads(), prefill, decode);
  }
  std::remove(path.c_str());
  return 0;
}
