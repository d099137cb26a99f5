// Session: cuts texts into passes, keeps what was completed, and speculates without changing the outcome.
#include "session.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>
#include <utility>

namespace ryzanstein {
namespace {

// A draft follows the place before which most tokens equal those at the end of the text, counted up to this
// many: in copied code a few equal tokens fit several places, and twelve hardly more than one.
constexpr int kDraftContext = 16;

// Positions that there is room for at first: most texts need no more.
constexpr int kFirstPositions = 1024;

// What stands at `place` in a text, behind `equal` tokens like those at the end of another one.
struct Followed {
  const std::vector<int32_t>* text = nullptr;
  int place = 0;
  int equal = 0;
};

// How many tokens before text[place] are those at the end of `ids`, as far as that matters.
int equal_before(const std::vector<int32_t>& text, int place, const std::vector<int32_t>& ids) {
  const int limit = std::min({kDraftContext - 1, place, static_cast<int>(ids.size())});
  int equal = 0;
  while (equal < limit &&
         text[static_cast<size_t>(place - 1 - equal)] == ids[ids.size() - 1 - static_cast<size_t>(equal)]) {
    equal++;
  }
  return equal;
}

int checked_context(const Model& model, int context_length) {
  const int longest = model.hyperparameters().context_length;
  if (context_length < 1 || context_length > longest) {
    throw std::runtime_error("A context of " + std::to_string(context_length) +
                             " tokens is not within 1 to " + std::to_string(longest) + ", the model's.");
  }
  return context_length;
}

}  // namespace

Session::Session(std::shared_ptr<Model> model, int context_length)
    : model_(std::move(model)),
      context_length_(checked_context(*model_, context_length)),
      cache_(model_->level().kernels, key_levels(model_->weights()), model_->hyperparameters().layers,
             model_->hyperparameters().kv_heads, model_->hyperparameters().head_size,
             std::min(context_length, kFirstPositions)),
      states_(model_->level().kernels, model_->hyperparameters().width, cache_.capacity()),
      activations_(model_->weights(), model_->level().kernels, cache_.capacity(), model_->threads()) {
  count_bytes();
}

size_t Session::bytes_per_token(const Model& model) {
  const Hyperparameters& h = model.hyperparameters();
  const Kernels& kernels = model.level().kernels;
  return KvCache::bytes_per_position(kernels, key_levels(model.weights()), h.layers, h.kv_heads,
                                     h.head_size) +
         StateCache::bytes_per_state(kernels, h.width) +
         Activations::bytes_per_position(model.weights(), model.threads());
}

bool Session::evaluate(const int32_t* ids, int count, const Stop& stop) {
  check_ids(ids, count);
  check_room(count);
  for (int done = 0; done < count;) {
    const int part = std::min(kMaxTokens, count - done);
    const bool last = done + part == count;
    if (!pass(ids + done, part, last ? 1 : 0, stop)) return false;
    keep(ids + done, part, last ? 0 : -1);
    done += part;
  }
  return true;
}

bool Session::evaluate_all(const int32_t* ids, int count, float* logits, const Stop& stop) {
  const auto vocabulary = static_cast<size_t>(model_->hyperparameters().vocabulary);
  return each_row(ids, count, stop, [&](int t, const float* row) {
    std::copy(row, row + vocabulary, logits + static_cast<size_t>(t) * vocabulary);
  });
}

bool Session::score(const int32_t* ids, int count, float* log_probabilities, const Stop& stop) {
  return each_row(ids, count, stop, [&](int t, const float* row) {
    if (t + 1 == count) return;
    const LogitSummary summary =
        model_->level().kernels.floats->summarize(row, model_->hyperparameters().vocabulary);
    log_probabilities[t] = row[ids[t + 1]] - summary.maximum - std::log(summary.exp_sum);
  });
}

bool Session::weigh(const int32_t* ids, int count, const NgramOptions& options,
                    const std::vector<float>& sharpness, std::vector<Foretold>& foretold, const Stop& stop) {
  check_ids(ids, count);
  check_room(count);
  check_ids(options.exclude.data(), static_cast<int>(options.exclude.size()));
  check_ids(options.overflow.data(), static_cast<int>(options.overflow.size()));
  const int vocabulary = model_->hyperparameters().vocabulary;
  std::vector<NgramCache> caches;
  for (const float one : sharpness) {
    CacheSettings settings = model_->cache_settings();
    settings.sharpness = one;
    settings.least_cosine = 0;
    caches.emplace_back(vocabulary, options, settings);
  }
  const auto foretell = [&](int32_t id) {
    const LogitSummary summary = model_->level().kernels.floats->summarize(logits(), vocabulary);
    const double likelihood = static_cast<double>(logits()[id]) - static_cast<double>(summary.maximum);
    Foretold told{std::exp(likelihood) / static_cast<double>(summary.exp_sum), {}};
    for (NgramCache& cache : caches) {
      cache.read(ids_.data(), static_cast<int>(ids_.size()), logits(), states_.cosines());
      told.by_context.push_back(cache.evidence(id));
    }
    foretold.push_back(std::move(told));
  };
  foretold.clear();
  for (int done = 0; done < count;) {
    const int part = std::min(kMaxTokens, count - done);
    foretell(ids[done]);
    if (!pass(ids + done, part, part, stop)) return false;
    for (int t = 0; t < part; t++) {
      keep(ids + done + t, 1, t);
      if (t + 1 < part) foretell(ids[done + t + 1]);
    }
    done += part;
  }
  return true;
}

// Evaluates ids in passes and calls take(t, logits) for each of them, in order.
template <class Take>
bool Session::each_row(const int32_t* ids, int count, const Stop& stop, const Take& take) {
  check_ids(ids, count);
  check_room(count);
  const auto row = static_cast<size_t>(model_->weights().head.rows());
  for (int done = 0; done < count;) {
    const int part = std::min(kMaxTokens, count - done);
    if (!pass(ids + done, part, part, stop)) return false;
    keep(ids + done, part, part - 1);
    for (int t = 0; t < part; t++) {
      take(done + t, activations_.logits.as<float>() + static_cast<size_t>(t) * row);
    }
    done += part;
  }
  return true;
}

const float* Session::logits() const {
  if (logits_ == nullptr) throw std::runtime_error("There are no logits: evaluate at least one token first.");
  return logits_;
}

Generated Session::generate(const GenerateOptions& options, const Stop& stop) {
  Generated generated;
  check_ids(options.candidates.allowed.data(), static_cast<int>(options.candidates.allowed.size()));
  check_ids(options.candidates.except.data(), static_cast<int>(options.candidates.except.size()));
  static const std::vector<int32_t> none;
  const std::vector<int32_t>& overflow =
      options.candidates.ngram_cache ? options.candidates.ngram_cache->overflow : none;
  if (options.candidates.ngram_cache) {
    const std::vector<int32_t>& exclude = options.candidates.ngram_cache->exclude;
    check_ids(overflow.data(), static_cast<int>(overflow.size()));
    check_ids(exclude.data(), static_cast<int>(exclude.size()));
  }
  Sampler sampler(model_->hyperparameters().vocabulary, *model_->level().kernels.floats, options.candidates,
                  model_->cache_settings());
  generated.ids.reserve(static_cast<size_t>(options.max));
  generated.log_probabilities.reserve(static_cast<size_t>(options.max));
  const auto ends = [&](int32_t id) {
    return std::find(options.stop_ids.begin(), options.stop_ids.end(), id) != options.stop_ids.end();
  };
  std::vector<int32_t> evaluated;  // by the last pass: what was chosen, then the draft
  size_t next = 0;                 // in evaluated: the draft's head up to here was chosen, too
  for (int i = 0; i < options.max; i++) {
    if (stop()) {
      generated.end = End::kCancelled;
      return generated;
    }
    const Choice choice = sampler.choose(logits(), ids_.data(), static_cast<int>(ids_.size()),
                                         options.candidates.ngram_cache ? states_.cosines() : nullptr);
    generated.ids.push_back(choice.id);
    generated.log_probabilities.push_back(choice.log_probability);
    if (ends(choice.id)) {
      generated.end = End::kStop;
      return generated;
    }
    if (cache_.length == context_length_) {
      generated.end = End::kContext;
      return generated;
    }
    if (next < evaluated.size() && evaluated[next] == choice.id) {
      keep(&choice.id, 1, static_cast<int>(next));
      next++;
      continue;
    }
    evaluated = {choice.id};
    if (options.draft > 0) {
      const int room = std::min(options.max - i - 1, context_length_ - cache_.length - 1);
      extend_by_draft(overflow, std::min(options.draft, room), evaluated);
      evaluated.erase(std::find_if(evaluated.begin() + 1, evaluated.end(), ends), evaluated.end());
    }
    const int count = static_cast<int>(evaluated.size());
    if (!pass(evaluated.data(), count, count, stop)) {
      generated.end = End::kCancelled;
      return generated;
    }
    generated.passes++;
    keep(&choice.id, 1, 0);
    next = 1;
  }
  return generated;
}

// Appends what followed when the tokens at the text's end, with `draft` behind them, stood there before or in
// `overflow`: the latest of the places where most of them did (Saxena 2023, prompt lookup).
void Session::extend_by_draft(const std::vector<int32_t>& overflow, int limit,
                              std::vector<int32_t>& draft) const {
  Followed longest;
  for (const std::vector<int32_t>* text : {&ids_, &overflow}) {
    const auto length = static_cast<int>(text->size());
    for (int place = length - 1; place >= 0 && longest.equal < kDraftContext; place--) {
      if ((*text)[static_cast<size_t>(place)] != draft[0]) continue;
      const int equal = 1 + equal_before(*text, place, ids_);
      if (equal > longest.equal && place + 1 < length) longest = {text, place + 1, equal};
    }
  }
  if (longest.equal == 0) return;
  const auto from = longest.text->begin() + longest.place;
  const std::vector<int>& worth = model_->cache_settings().draft_tokens;
  const int count = std::min(limit, worth[std::min(static_cast<size_t>(longest.equal), worth.size()) - 1]);
  draft.insert(draft.end(), from, from + std::min<ptrdiff_t>(count, longest.text->end() - from));
}

void Session::truncate(int length) {
  if (length < 0 || length > cache_.length) {
    throw std::runtime_error("Cannot keep " + std::to_string(length) + " tokens: there are " +
                             std::to_string(cache_.length) + ".");
  }
  if (length == cache_.length) return;
  cache_.length = length;
  states_.truncate(length);
  ids_.resize(static_cast<size_t>(length));
  logits_ = nullptr;
  length_ = length;
}

void Session::copy_head(const Session& other, int length) {
  if (other.model_ != model_ || other.context_length_ != context_length_) {
    throw std::runtime_error("Tokens can be copied between sessions of one model and context only.");
  }
  if (length < 0 || length > other.cache_.length) {
    throw std::runtime_error("Cannot copy " + std::to_string(length) + " tokens: there are " +
                             std::to_string(other.cache_.length) + ".");
  }
  if (&other == this) return truncate(length);
  reserve(length);
  cache_.copy_head(other.cache_, length);
  states_.copy_head(other.states_, length);
  ids_.assign(other.ids_.begin(), other.ids_.begin() + length);
  logits_ = nullptr;
  length_ = length;
}

// Runs one pass; its tokens do not count until keep.
bool Session::pass(const int32_t* ids, int count, int logit_rows, const Stop& stop) {
  logits_ = nullptr;
  reserve(cache_.length + count, logit_rows);
  if (!model_->forward(ids, count, logit_rows, cache_, activations_, stop)) return false;
  states_.put(activations_.states.as<float>(), count);
  return true;
}

// Counts the next tokens of the pass that just ran; logit_row: whose logits are now the last ones, -1 for
// none.
void Session::keep(const int32_t* ids, int count, int logit_row) {
  ids_.insert(ids_.end(), ids, ids + count);
  states_.keep(count);
  cache_.length += count;
  length_ = cache_.length;
  if (logit_row >= 0) {
    logits_ = activations_.logits.as<float>() +
              static_cast<size_t>(logit_row) * static_cast<size_t>(model_->weights().head.rows());
  }
}

// Makes room for a text of so many tokens, and for as many again: what it holds is copied seldom. Likewise
// for the logits of a pass.
void Session::reserve(int positions, int logit_rows) {
  if (positions <= cache_.capacity() && logit_rows <= activations_.logit_rows) return;
  const int capacity = std::min(context_length_, std::max(positions, 2 * cache_.capacity()));
  try {
    activations_.reserve_logits(model_->weights(), logit_rows);
    if (positions > cache_.capacity()) {
      activations_.reserve(model_->weights(), model_->level().kernels, capacity);
      states_.reserve(capacity);
      cache_.reserve(capacity);
    }
    count_bytes();
  } catch (const std::bad_alloc&) {
    throw std::runtime_error("There is not enough memory for a text of " + std::to_string(positions) +
                             " tokens.");
  }
}

void Session::count_bytes() { bytes_ = cache_.bytes() + states_.bytes() + activations_.bytes(); }

void Session::check_ids(const int32_t* ids, int count) const {
  const int vocabulary = model_->hyperparameters().vocabulary;
  for (int i = 0; i < count; i++) {
    if (ids[i] < 0 || ids[i] >= vocabulary) {
      throw std::runtime_error("Token id " + std::to_string(ids[i]) + " at index " + std::to_string(i) +
                               " is not in the vocabulary of " + std::to_string(vocabulary) + ".");
    }
  }
}

void Session::check_room(int count) const {
  if (count > context_length_ - cache_.length) {
    throw std::runtime_error(std::to_string(count) + " tokens do not fit: the context holds " +
                             std::to_string(context_length_) + ", of which " + std::to_string(cache_.length) +
                             " are in use.");
  }
}

}  // namespace ryzanstein
