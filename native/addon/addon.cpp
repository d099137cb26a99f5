// The addon: reads JavaScript's arguments, runs sessions on threads, gives promises (src/engine/addon.ts).
#include <napi.h>

#include <chrono>
#include <cmath>
#include <cstring>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "../base/physical_cores.h"
#include "../base/task_queue.h"
#include "../kernels/dispatch.h"
#include "../model/model.h"
#include "../model/session.h"

namespace ryzanstein {
namespace {

// A std::exception that leaves one of these functions becomes a JavaScript Error with its message.

// ---- Arguments. `what` begins the sentence of the exception: "evaluate: ids". ----

[[noreturn]] void refuse(Napi::Env env, const std::string& what, const char* expected) {
  throw Napi::TypeError::New(env, what + " must be " + expected + ".");
}

double number(Napi::Value value, const std::string& what) {
  if (!value.IsNumber()) refuse(value.Env(), what, "a number");
  const double result = value.As<Napi::Number>().DoubleValue();
  if (!std::isfinite(result)) refuse(value.Env(), what, "a finite number");
  return result;
}

int64_t whole_number(Napi::Value value, const std::string& what, int64_t least, int64_t most) {
  const double result = number(value, what);
  if (result != std::floor(result) || result < static_cast<double>(least) ||
      result > static_cast<double>(most)) {
    const std::string range = "a whole number from " + std::to_string(least) + " to " + std::to_string(most);
    refuse(value.Env(), what, range.c_str());
  }
  return static_cast<int64_t>(result);
}

int integer(Napi::Value value, const std::string& what, int least, int most = INT32_MAX) {
  return static_cast<int>(whole_number(value, what, least, most));
}

std::string text(Napi::Value value, const std::string& what) {
  if (!value.IsString()) refuse(value.Env(), what, "a string");
  return value.As<Napi::String>().Utf8Value();
}

Napi::Object object(Napi::Value value, const std::string& what) {
  if (!value.IsObject()) refuse(value.Env(), what, "an object");
  return value.As<Napi::Object>();
}

std::vector<int32_t> ids(Napi::Value value, const std::string& what) {
  if (!value.IsTypedArray() || value.As<Napi::TypedArray>().TypedArrayType() != napi_int32_array) {
    refuse(value.Env(), what, "an Int32Array");
  }
  const auto array = value.As<Napi::Int32Array>();
  return {array.Data(), array.Data() + array.ElementLength()};
}

// Electron refuses memory of ours: results are copied.
Napi::Float32Array float_array(Napi::Env env, const float* values, size_t count) {
  Napi::Float32Array array = Napi::Float32Array::New(env, count);
  if (count > 0) std::memcpy(array.Data(), values, count * sizeof(float));
  return array;
}

Napi::Int32Array int_array(Napi::Env env, const std::vector<int32_t>& values) {
  Napi::Int32Array array = Napi::Int32Array::New(env, values.size());
  if (!values.empty()) std::memcpy(array.Data(), values.data(), values.size() * sizeof(int32_t));
  return array;
}

double milliseconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
}

struct Classes {
  Napi::FunctionReference model;
  Napi::FunctionReference session;
};

// ---- A session: its calls run in order on its own thread. ----

class NativeSession : public Napi::ObjectWrap<NativeSession> {
 public:
  static Napi::Function define(Napi::Env env) {
    return DefineClass(
        env, "NativeSession",
        {InstanceAccessor<&NativeSession::length>("length"), InstanceAccessor<&NativeSession::bytes>("bytes"),
         InstanceMethod<&NativeSession::evaluate>("evaluate"),
         InstanceMethod<&NativeSession::logits>("logits"),
         InstanceMethod<&NativeSession::evaluate_all>("evaluateAll"),
         InstanceMethod<&NativeSession::score>("score"), InstanceMethod<&NativeSession::generate>("generate"),
         InstanceMethod<&NativeSession::truncate>("truncate"),
         InstanceMethod<&NativeSession::copy_head>("copyHead"),
         InstanceMethod<&NativeSession::cancel>("cancel"), InstanceMethod<&NativeSession::free>("free")});
  }

  // Made by NativeModel.session with an external that holds the session.
  explicit NativeSession(const Napi::CallbackInfo& info) : Napi::ObjectWrap<NativeSession>(info) {
    if (!info[0].IsExternal()) refuse(info.Env(), "A session", "made by model.session()");
    session_ = std::move(*info[0].As<Napi::External<std::unique_ptr<Session>>>().Data());
    settled_ = Settled::New(info.Env(), "ryzanstein session", 0, 1);
    settled_.Unref(info.Env());
    queue_ = std::make_unique<TaskQueue>();
    // Registered after the hook of settled_, so it runs before: the thread has ended when settled_ goes away.
    napi_add_env_cleanup_hook(info.Env(), close_at_exit, this);
  }

  ~NativeSession() override { close(); }

 private:
  using Answer = std::function<Napi::Value(Napi::Env)>;

  // A call that is over: what JavaScript gets for it.
  struct Call {
    Napi::Promise::Deferred promise;
    Napi::ObjectReference session;  // alive while a call is at work
    Answer answer;
    std::string error;
  };

  static void settle(Napi::Env env, Napi::Function, std::nullptr_t*, Call* raw) {
    const std::unique_ptr<Call> call(raw);
    if (env == nullptr) return call->session.SuppressDestruct();  // JavaScript has gone
    const Napi::HandleScope scope(env);
    NativeSession* session = Unwrap(call->session.Value());
    if (--session->calls_ == 0 && session->queue_ != nullptr) session->settled_.Unref(env);
    if (call->answer == nullptr) {
      call->promise.Reject(Napi::Error::New(env, call->error).Value());
    } else {
      call->promise.Resolve(call->answer(env));
    }
  }
  using Settled = Napi::TypedThreadSafeFunction<std::nullptr_t, Call, settle>;

  // Runs work(session, stop) on the session's thread; what it returns makes the promise's value on this one.
  template <class Work>
  Napi::Value start(Napi::Env env, const Work& work) {
    open_session(env);
    auto* call = new Call{Napi::Promise::Deferred::New(env), Napi::Persistent(Value()), nullptr, ""};
    const Napi::Value promise = call->promise.Promise();
    if (calls_++ == 0) settled_.Ref(env);
    queue_->post([call, work, session = session_.get(), stop = Stop(&cancelled_through_, ++newest_call_),
                  settled = settled_]() mutable {
      try {
        call->answer = work(*session, stop);
      } catch (const std::exception& error) {
        call->error = error.what();
      }
      if (settled.NonBlockingCall(call) != napi_ok) settle(nullptr, Napi::Function(), nullptr, call);
    });
    return promise;
  }

  Session& open_session(Napi::Env env) const {
    if (session_ == nullptr) throw Napi::Error::New(env, "This session was freed and cannot be used.");
    return *session_;
  }

  Session& idle_session(Napi::Env env, const char* method) const {
    Session& session = open_session(env);
    if (calls_ > 0) {
      throw Napi::Error::New(
          env, std::string(method) + " cannot run while a call on this session is at work; await it first.");
    }
    return session;
  }

  Napi::Value length(const Napi::CallbackInfo& info) {
    return Napi::Number::New(info.Env(), open_session(info.Env()).length());
  }

  Napi::Value bytes(const Napi::CallbackInfo& info) {
    return Napi::Number::New(info.Env(), static_cast<double>(open_session(info.Env()).bytes()));
  }

  Napi::Value evaluate(const Napi::CallbackInfo& info) {
    return start(info.Env(),
                 [ids = ids(info[0], "evaluate: ids")](Session& session, const Stop& stop) -> Answer {
                   const auto begin = std::chrono::steady_clock::now();
                   const bool cancelled = !session.evaluate(ids.data(), static_cast<int>(ids.size()), stop);
                   return [cancelled, milliseconds = milliseconds_since(begin)](Napi::Env env) {
                     const Napi::Object result = Napi::Object::New(env);
                     result.Set("milliseconds", milliseconds);
                     result.Set("cancelled", cancelled);
                     return result;
                   };
                 });
  }

  Napi::Value logits(const Napi::CallbackInfo& info) {
    const Session& session = idle_session(info.Env(), "logits");
    return float_array(info.Env(), session.logits(),
                       static_cast<size_t>(session.model().hyperparameters().vocabulary));
  }

  Napi::Value evaluate_all(const Napi::CallbackInfo& info) {
    return start(
        info.Env(), [ids = ids(info[0], "evaluateAll: ids")](Session& session, const Stop& stop) -> Answer {
          auto logits = std::make_shared<std::vector<float>>(
              ids.size() * static_cast<size_t>(session.model().hyperparameters().vocabulary));
          if (!session.evaluate_all(ids.data(), static_cast<int>(ids.size()), logits->data(), stop)) {
            throw std::runtime_error("evaluateAll was cancelled.");
          }
          return [logits](Napi::Env env) { return float_array(env, logits->data(), logits->size()); };
        });
  }

  Napi::Value score(const Napi::CallbackInfo& info) {
    return start(
        info.Env(), [ids = ids(info[0], "score: ids")](Session& session, const Stop& stop) -> Answer {
          auto scores = std::make_shared<std::vector<float>>(ids.empty() ? 0 : ids.size() - 1);
          if (!session.score(ids.data(), static_cast<int>(ids.size()), scores->data(), stop)) {
            throw std::runtime_error("score was cancelled.");
          }
          return [scores](Napi::Env env) { return float_array(env, scores->data(), scores->size()); };
        });
  }

  Napi::Value generate(const Napi::CallbackInfo& info) {
    const Napi::Object given = object(info[0], "generate: options");
    const auto has = [&](const char* name) { return !given.Get(name).IsUndefined(); };
    GenerateOptions options;
    options.max = integer(given.Get("max"), "generate: max", 0, 1 << 20);
    options.stop_ids = ids(given.Get("stopIds"), "generate: stopIds");
    if (has("draft")) options.draft = integer(given.Get("draft"), "generate: draft", 0, kMaxTokens - 1);
    if (has("allowed")) {
      options.candidates.allowed = ids(given.Get("allowed"), "generate: allowed");
      if (options.candidates.allowed.empty()) refuse(info.Env(), "generate: allowed", "at least one id");
    }
    if (has("except")) options.candidates.except = ids(given.Get("except"), "generate: except");
    if (has("ngramCacheWithout")) {
      options.candidates.ngram_cache = true;
      options.candidates.control = ids(given.Get("ngramCacheWithout"), "generate: ngramCacheWithout");
      if (has("ngramCacheBeyond"))
        options.candidates.beyond = ids(given.Get("ngramCacheBeyond"), "generate: ngramCacheBeyond");
    }
    Sampling& s = options.sampling;
    if (has("temperature"))
      s.temperature = static_cast<float>(number(given.Get("temperature"), "generate: temperature"));
    if (has("topK")) s.top_k = integer(given.Get("topK"), "generate: topK", 0);
    if (has("topP")) s.top_p = static_cast<float>(number(given.Get("topP"), "generate: topP"));
    if (has("seed"))
      s.seed = static_cast<uint64_t>(whole_number(given.Get("seed"), "generate: seed", 0, int64_t{1} << 53));
    if (has("repetitionPenalty")) {
      s.repetition_penalty =
          static_cast<float>(number(given.Get("repetitionPenalty"), "generate: repetitionPenalty"));
    }
    if (s.temperature < 0) refuse(info.Env(), "generate: temperature", "0 (greedy) or more");
    if (s.top_p <= 0 || s.top_p > 1) refuse(info.Env(), "generate: topP", "above 0 and at most 1");
    if (s.repetition_penalty <= 0) refuse(info.Env(), "generate: repetitionPenalty", "above 0");
    return start(info.Env(), [options](Session& session, const Stop& stop) -> Answer {
      const auto begin = std::chrono::steady_clock::now();
      auto generated = std::make_shared<Generated>(session.generate(options, stop));
      return [generated, milliseconds = milliseconds_since(begin)](Napi::Env env) {
        static constexpr const char* kEnds[] = {"max", "stop", "cancelled", "context"};
        const Napi::Object result = Napi::Object::New(env);
        result.Set("ids", int_array(env, generated->ids));
        result.Set("logProbabilities", float_array(env, generated->log_probabilities.data(),
                                                   generated->log_probabilities.size()));
        result.Set("milliseconds", milliseconds);
        result.Set("end", kEnds[static_cast<int>(generated->end)]);
        return result;
      };
    });
  }

  void truncate(const Napi::CallbackInfo& info) {
    Session& session = idle_session(info.Env(), "truncate");
    session.truncate(integer(info[0], "truncate: length", 0));
  }

  void copy_head(const Napi::CallbackInfo& info) {
    const Napi::Env env = info.Env();
    if (!info[0].IsObject() ||
        !info[0].As<Napi::Object>().InstanceOf(env.GetInstanceData<Classes>()->session.Value())) {
      refuse(env, "copyHead: from", "a session");
    }
    Session& session = idle_session(env, "copyHead");
    const Session& other = Unwrap(info[0].As<Napi::Object>())->idle_session(env, "copyHead");
    session.copy_head(other, integer(info[1], "copyHead: length", 0));
  }

  void cancel(const Napi::CallbackInfo& info) {
    open_session(info.Env());
    cancelled_through_ = newest_call_;
  }

  void free(const Napi::CallbackInfo&) { close(); }

  static void close_at_exit(void* session) { static_cast<NativeSession*>(session)->close(); }

  // Calls that are still at work end as cancelled.
  void close() {
    if (session_ == nullptr) return;
    napi_remove_env_cleanup_hook(Env(), close_at_exit, this);
    cancelled_through_ = newest_call_;
    queue_.reset();
    settled_.Release();
    session_.reset();
  }

  std::unique_ptr<Session> session_;
  std::unique_ptr<TaskQueue> queue_;
  Settled settled_;
  int calls_ = 0;  // not settled yet
  uint64_t newest_call_ = 0;
  std::atomic<uint64_t> cancelled_through_{0};
};

// ---- A model. ----

class NativeModel : public Napi::ObjectWrap<NativeModel> {
 public:
  static Napi::Function define(Napi::Env env) {
    return DefineClass(
        env, "NativeModel",
        {InstanceMethod<&NativeModel::session>("session"), InstanceMethod<&NativeModel::use>("use"),
         InstanceMethod<&NativeModel::free>("free")});
  }

  explicit NativeModel(const Napi::CallbackInfo& info) : Napi::ObjectWrap<NativeModel>(info) {
    if (!info[0].IsExternal()) refuse(info.Env(), "A model", "made by load()");
    model_ = *info[0].As<Napi::External<std::shared_ptr<Model>>>().Data();
    const auto fixed = [&](const char* name, Napi::Value value) {
      return Napi::PropertyDescriptor::Value(name, value, napi_enumerable);
    };
    const Napi::Env env = info.Env();
    info.This().As<Napi::Object>().DefineProperties(
        {fixed("kernel", Napi::String::New(env, model_->level().name)),
         fixed("threads", Napi::Number::New(env, model_->threads())),
         fixed("bytes", Napi::Number::New(env, static_cast<double>(model_->weights().packed_bytes()))),
         fixed("loadMilliseconds", info[1])});
  }

 private:
  Napi::Value session(const Napi::CallbackInfo& info) {
    const Napi::Env env = info.Env();
    if (model_ == nullptr) throw Napi::Error::New(env, "This model was freed and cannot be used.");
    const int context_length =
        integer(object(info[0], "session: options").Get("contextLength"), "session: contextLength", 1);
    std::unique_ptr<Session> session;
    try {
      session = std::make_unique<Session>(model_, context_length);
    } catch (const std::bad_alloc&) {
      throw Napi::Error::New(
          env, "There is not enough memory for a context of " + std::to_string(context_length) + " tokens.");
    }
    return env.GetInstanceData<Classes>()->session.New(
        {Napi::External<std::unique_ptr<Session>>::New(env, &session)});
  }

  void use(const Napi::CallbackInfo& info) {
    if (model_ == nullptr) throw Napi::Error::New(info.Env(), "This model was freed and cannot be used.");
    model_->use(integer(info[0], "use: threads", 1));
  }

  // Sessions that are open keep the weights alive until they are freed.
  void free(const Napi::CallbackInfo&) { model_.reset(); }

  std::shared_ptr<Model> model_;
};

class Loading : public Napi::AsyncWorker {
 public:
  Loading(Napi::Env env, std::string path, std::vector<TensorDescription> tensors,
          Hyperparameters hyperparameters, LoadOptions options)
      : Napi::AsyncWorker(env),
        promise_(Napi::Promise::Deferred::New(env)),
        path_(std::move(path)),
        tensors_(std::move(tensors)),
        hyperparameters_(std::move(hyperparameters)),
        options_(std::move(options)) {}

  Napi::Promise promise() const { return promise_.Promise(); }

 protected:
  void Execute() override {
    const auto begin = std::chrono::steady_clock::now();
    try {
      model_ = std::make_shared<Model>(path_, std::move(tensors_), hyperparameters_, options_);
    } catch (const std::bad_alloc&) {
      SetError("There is not enough memory for the model " + path_ + ".");
    } catch (const std::exception& error) {
      SetError(error.what());
    }
    milliseconds_ = milliseconds_since(begin);
  }

  void OnOK() override {
    const Napi::Env env = Env();
    promise_.Resolve(env.GetInstanceData<Classes>()->model.New(
        {Napi::External<std::shared_ptr<Model>>::New(env, &model_), Napi::Number::New(env, milliseconds_)}));
  }

  void OnError(const Napi::Error& error) override { promise_.Reject(error.Value()); }

 private:
  Napi::Promise::Deferred promise_;
  std::string path_;
  std::vector<TensorDescription> tensors_;
  Hyperparameters hyperparameters_;
  LoadOptions options_;
  std::shared_ptr<Model> model_;
  double milliseconds_ = 0;
};

TensorDescription tensor_description(Napi::Value value, const std::string& what) {
  constexpr int64_t kMostBytes = int64_t{1} << 53;
  const Napi::Object given = object(value, what);
  TensorDescription tensor;
  tensor.name = text(given.Get("name"), what + ".name");
  tensor.type = integer(given.Get("type"), what + ".type", 0);
  const Napi::Value shape = given.Get("shape");
  if (!shape.IsArray()) refuse(value.Env(), what + ".shape", "an array");
  const auto sizes = shape.As<Napi::Array>();
  for (uint32_t i = 0; i < sizes.Length(); i++) {
    tensor.shape.push_back(whole_number(sizes.Get(i), what + ".shape", 0, kMostBytes));
  }
  tensor.offset = static_cast<uint64_t>(whole_number(given.Get("offset"), what + ".offset", 0, kMostBytes));
  tensor.bytes = static_cast<uint64_t>(whole_number(given.Get("bytes"), what + ".bytes", 0, kMostBytes));
  return tensor;
}

Napi::Value load(const Napi::CallbackInfo& info) {
  const std::string path = text(info[0], "load: file");
  if (!info[1].IsArray()) refuse(info.Env(), "load: tensors", "an array");
  const auto given = info[1].As<Napi::Array>();
  std::vector<TensorDescription> tensors;
  for (uint32_t i = 0; i < given.Length(); i++) {
    const Napi::HandleScope scope(info.Env());
    tensors.push_back(tensor_description(given.Get(i), "load: tensors[" + std::to_string(i) + "]"));
  }
  const Napi::Object numbers = object(info[2], "load: hyperparameters");
  const auto size = [&](const char* name) {
    return integer(numbers.Get(name), std::string("load: hyperparameters.") + name, 0);
  };
  const auto real = [&](const char* name) {
    return static_cast<float>(number(numbers.Get(name), std::string("load: hyperparameters.") + name));
  };
  Hyperparameters h;
  h.architecture = text(numbers.Get("architecture"), "load: hyperparameters.architecture");
  h.layers = size("layers");
  h.width = size("width");
  h.ffn = size("ffn");
  h.heads = size("heads");
  h.kv_heads = size("kvHeads");
  h.head_size = size("headSize");
  h.vocabulary = size("vocabulary");
  h.context_length = size("contextLength");
  h.rms_epsilon = real("rmsEpsilon");
  h.rope_base = real("ropeBase");
  h.rope_dimensions = size("ropeDimensions");
  const Napi::Object choices = object(info[3], "load: options");
  LoadOptions options;
  options.threads = integer(choices.Get("threads"), "load: threads", 0);
  if (!choices.Get("kernel").IsUndefined()) options.kernel = text(choices.Get("kernel"), "load: kernel");
  auto* loading = new Loading(info.Env(), path, std::move(tensors), h, options);
  loading->Queue();
  return loading->promise();
}

// ---- Reports. ----

Napi::Value cpu(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const CpuFeatures& features = cpu_features();
  const std::pair<const char*, bool> known[] = {{"avx2", features.avx2},
                                                {"fma", features.fma},
                                                {"avx-vnni", features.avx_vnni},
                                                {"avx512", features.avx512},
                                                {"avx512-vnni", features.avx512_vnni},
                                                {"avx512-vbmi", features.avx512_vbmi},
                                                {"avx512-bf16", features.avx512_bf16},
                                                {"amx-int8", features.amx_int8}};
  const Napi::Array flags = Napi::Array::New(env);
  for (const auto& [name, present] : known) {
    if (present) flags.Set(flags.Length(), name);
  }
  const std::string forced = kernel_from_environment();
  const std::string selected = forced.empty() ? best_level()->name : forced;
  size_t count = 0;
  const KernelLevel* const* levels = kernel_levels(&count);
  const Napi::Array reports = Napi::Array::New(env);
  for (size_t i = 0; i < count; i++) {
    const Napi::Object report = Napi::Object::New(env);
    report.Set("name", levels[i]->name);
    report.Set("compiled", true);
    report.Set("supported", levels[i]->supported(features));
    report.Set("selected", selected == levels[i]->name);
    reports.Set(reports.Length(), report);
  }
  const Napi::Object result = Napi::Object::New(env);
  result.Set("vendor", features.vendor);
  result.Set("brand", features.brand);
  result.Set("flags", flags);
  result.Set("physicalCores", physical_cores());
  result.Set("logicalCores", logical_cores());
  result.Set("levels", reports);
  return result;
}

Napi::Value run_selftest(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const SelfTest test = selftest(named_level(text(info[0], "selftest: level")));
  const Napi::Object result = Napi::Object::New(env);
  result.Set("cases", test.cases);
  result.Set("mismatches", test.mismatches);
  result.Set("maximumError", test.maximum_error);
  return result;
}

Napi::Value bench_kernels(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const Napi::Object given = object(info[0], "benchKernels: options");
  const int rows = integer(given.Get("rows"), "benchKernels: rows", 1, 1 << 20);
  const int columns = integer(given.Get("columns"), "benchKernels: columns", 1, kMaxColumns);
  const int tokens = integer(given.Get("tokens"), "benchKernels: tokens", 1, 1024);
  const double milliseconds = number(given.Get("milliseconds"), "benchKernels: milliseconds");
  size_t count = 0;
  const KernelLevel* const* levels = kernel_levels(&count);
  const Napi::Array results = Napi::Array::New(env);
  for (size_t i = 0; i < count; i++) {
    if (!levels[i]->supported(cpu_features())) continue;
    const Napi::Object result = Napi::Object::New(env);
    result.Set("level", levels[i]->name);
    result.Set("gops", ternary_rate(*levels[i], rows, columns, tokens, milliseconds));
    results.Set(results.Length(), result);
  }
  return results;
}

// The best pass over the memory within the time given, all threads together.
Napi::Value read_bandwidth(const Napi::CallbackInfo& info) {
  const Napi::Object given = object(info[0], "readBandwidth: options");
  const int megabytes = integer(given.Get("megabytes"), "readBandwidth: megabytes", 1, 1 << 14);
  const int threads = integer(given.Get("threads"), "readBandwidth: threads", 1, 256);
  const double milliseconds = number(given.Get("milliseconds"), "readBandwidth: milliseconds");
  const auto part = (static_cast<size_t>(megabytes) << 20) / static_cast<size_t>(threads) / 64 * 64;
  AlignedBuffer memory(part * static_cast<size_t>(threads));
  std::memset(memory.as<void>(), 1, memory.bytes());
  ThreadPool pool(threads);
  double best = 0;
  const auto begin = std::chrono::steady_clock::now();
  do {
    const auto start = std::chrono::steady_clock::now();
    pool.run(threads, [&](int first, int count, int) {
      read_rate(memory.as<uint8_t>() + static_cast<size_t>(first) * part, static_cast<size_t>(count) * part);
    });
    best = std::max(best, static_cast<double>(memory.bytes()) / 1e6 / milliseconds_since(start));
  } while (milliseconds_since(begin) < milliseconds);
  return Napi::Number::New(info.Env(), best);
}

Napi::Object start(Napi::Env env, Napi::Object exports) {
  auto* classes =
      new Classes{Napi::Persistent(NativeModel::define(env)), Napi::Persistent(NativeSession::define(env))};
  env.SetInstanceData(classes);
  exports.Set("cpu", Napi::Function::New(env, cpu, "cpu"));
  exports.Set("selftest", Napi::Function::New(env, run_selftest, "selftest"));
  exports.Set("benchKernels", Napi::Function::New(env, bench_kernels, "benchKernels"));
  exports.Set("readBandwidth", Napi::Function::New(env, read_bandwidth, "readBandwidth"));
  exports.Set("load", Napi::Function::New(env, load, "load"));
  return exports;
}

}  // namespace

NODE_API_MODULE(ryzanstein, start)

}  // namespace ryzanstein
