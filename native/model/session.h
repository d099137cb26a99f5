// One text in the making: the tokens evaluated so far, and what the model says comes next.
#ifndef RYZANSTEIN_MODEL_SESSION_H_
#define RYZANSTEIN_MODEL_SESSION_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

#include "model.h"
#include "sampler.h"
#include "state_cache.h"

namespace ryzanstein {

struct GenerateOptions {
  int max = 0;
  // Tokens at most that are guessed from the text and evaluated together with a chosen one. It saves passes
  // and changes nothing else: what is chosen, its probabilities and the state are those without.
  int draft = 0;
  std::vector<int32_t> stop_ids;
  Candidates candidates;
};

// What foretold an id before it came: the model, and the context, the similarity of states weighed with each
// sharpness that was asked for.
struct Foretold {
  double by_model;
  std::vector<Evidence> by_context;
};

enum class End { kMax, kStop, kCancelled, kContext };

struct Generated {
  std::vector<int32_t> ids;
  std::vector<float> log_probabilities;
  End end = End::kMax;
  int passes = 0;  // through the model
};

// Used by one thread at a time; length() and bytes() may be read by any. Ids that are not in the vocabulary,
// a text that does not fit the context and logits that are not there throw std::runtime_error and change
// nothing.
class Session {
 public:
  // context_length in 1 .. the model's; throws std::runtime_error.
  Session(std::shared_ptr<Model> model, int context_length);

  int length() const { return length_.load(std::memory_order_relaxed); }
  const Model& model() const { return *model_; }

  // Appends ids; the logits of the last one are then there. Returns false if `stop` came up: the tokens of
  // the passes that were complete are kept, and there are no logits.
  bool evaluate(const int32_t* ids, int count, const Stop& stop);

  // evaluate that also writes every token's logits, [count][vocabulary].
  bool evaluate_all(const int32_t* ids, int count, float* logits, const Stop& stop);

  // evaluate that also writes the natural log-probability of every id but the first, [count - 1], given the
  // ids before it, under the plain softmax of the logits.
  bool score(const int32_t* ids, int count, float* log_probabilities, const Stop& stop);

  // evaluate that also tells of every id what foretold it: `foretold` gets one for each. There must be
  // logits.
  bool weigh(const int32_t* ids, int count, const NgramOptions& options, const std::vector<float>& sharpness,
             std::vector<Foretold>& foretold, const Stop& stop);

  // [vocabulary], of the token evaluated last.
  const float* logits() const;

  // Chooses a token and evaluates it, `max` times. A stop id is given back as the last one and not evaluated;
  // so is the one that finds no room (kContext) or is cancelled.
  Generated generate(const GenerateOptions& options, const Stop& stop);

  // Keeps the first `length` tokens; there are no logits until the next evaluate, unless nothing is dropped.
  void truncate(int length);

  // Becomes the first `length` tokens of another session of the same model and context; there are no logits.
  void copy_head(const Session& other, int length);

  // What a session of this model takes for each token, as far as there is room for it.
  static size_t bytes_per_token(const Model& model);

  // Of memory: keys, values and what a pass works with. It grows with the text.
  size_t bytes() const { return bytes_.load(std::memory_order_relaxed); }

  // Throws if so many more tokens do not fit the context.
  void check_room(int count) const;

 private:
  template <class Take>
  bool each_row(const int32_t* ids, int count, const Stop& stop, const Take& take);
  bool pass(const int32_t* ids, int count, int logit_rows, const Stop& stop);
  void keep(const int32_t* ids, int count, int logit_row);
  void extend_by_draft(const std::vector<int32_t>& overflow, int limit, std::vector<int32_t>& draft) const;
  void check_ids(const int32_t* ids, int count) const;
  void reserve(int positions, int logit_rows = 0);
  void count_bytes();

  std::shared_ptr<Model> model_;
  int context_length_;
  KvCache cache_;
  StateCache states_;
  Activations activations_;
  std::vector<int32_t> ids_;       // in the cache
  const float* logits_ = nullptr;  // in activations_, or none
  std::atomic<int> length_{0};
  std::atomic<size_t> bytes_{0};
};

}  // namespace ryzanstein

#endif
