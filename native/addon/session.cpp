// NativeSession: a queue of calls for one thread, and what they answer.
#include "session.h"

#include <atomic>
#include <functional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "../base/task_queue.h"
#include "arguments.h"

namespace ryzanstein {
namespace {

class NativeSession : public Napi::ObjectWrap<NativeSession> {
 public:
  static Napi::Function define(Napi::Env env) {
    return DefineClass(
        env, "NativeSession",
        {InstanceAccessor<&NativeSession::length>("length"), InstanceAccessor<&NativeSession::bytes>("bytes"),
         InstanceMethod<&NativeSession::evaluate>("evaluate"),
         InstanceMethod<&NativeSession::evaluate_all>("evaluateAll"),
         InstanceMethod<&NativeSession::score>("score"), InstanceMethod<&NativeSession::weigh>("weigh"),
         InstanceMethod<&NativeSession::generate>("generate"),
         InstanceMethod<&NativeSession::truncate>("truncate"),
         InstanceMethod<&NativeSession::copy_head>("copyHead"),
         InstanceMethod<&NativeSession::cancel>("cancel"), InstanceMethod<&NativeSession::free>("free")});
  }

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
      try {
        call->promise.Resolve(call->answer(env));
      } catch (const Napi::Error& error) {  // there is no memory for it
        call->promise.Reject(error.Value());
      }
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
                   session.evaluate(ids.data(), static_cast<int>(ids.size()), stop);
                   return [milliseconds = milliseconds_since(begin)](Napi::Env env) {
                     const Napi::Object result = Napi::Object::New(env);
                     result.Set("milliseconds", milliseconds);
                     return result;
                   };
                 });
  }

  Napi::Value evaluate_all(const Napi::CallbackInfo& info) {
    return start(
        info.Env(), [ids = ids(info[0], "evaluateAll: ids")](Session& session, const Stop& stop) -> Answer {
          session.check_room(static_cast<int>(ids.size()));  // before there is memory for it
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

  static NgramOptions ngram_options(Napi::Value value, const std::string& what) {
    const Napi::Object given = object(value, what);
    return {ids(given.Get("exclude"), what + ".exclude"), ids(given.Get("overflow"), what + ".overflow")};
  }

  // A row for each id, in the order that src/engine/addon.ts gives.
  Napi::Value weigh(const Napi::CallbackInfo& info) {
    std::vector<float> sharpness;
    read_value(info[2], "weigh: sharpness", sharpness);
    if (sharpness.empty()) refuse(info.Env(), "weigh: sharpness", "at least one number");
    return start(
        info.Env(),
        [ids = ids(info[0], "weigh: ids"), options = ngram_options(info[1], "weigh: ngramCache"), sharpness](
            Session& session, const Stop& stop) -> Answer {
          std::vector<Foretold> foretold;
          if (!session.weigh(ids.data(), static_cast<int>(ids.size()), options, sharpness, foretold, stop))
            throw std::runtime_error("weigh was cancelled.");
          auto rows = std::make_shared<std::vector<float>>();
          for (const Foretold& told : foretold) append_row(told, *rows);
          return [rows](Napi::Env env) { return float_array(env, rows->data(), rows->size()); };
        });
  }

  static void append_row(const Foretold& told, std::vector<float>& rows) {
    rows.push_back(static_cast<float>(told.by_model));
    for (const Evidence& evidence : told.by_context) {
      rows.push_back(static_cast<float>(evidence.similar));
      rows.push_back(static_cast<float>(evidence.all_similar));
    }
    const Evidence& same = told.by_context.front();
    for (size_t n = 0; n < kContextLengths.size(); n++) {
      rows.push_back(static_cast<float>(same.same[n]));
      rows.push_back(static_cast<float>(same.all_same[n]));
      rows.push_back(static_cast<float>(same.different[n]));
    }
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
    if (has("ngramCache"))
      options.candidates.ngram_cache = ngram_options(given.Get("ngramCache"), "generate: ngramCache");
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

}  // namespace

Napi::Function define_session(Napi::Env env) { return NativeSession::define(env); }

}  // namespace ryzanstein
