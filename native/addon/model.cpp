// NativeModel, and Loading: the arguments of load, the work on another thread, the promise.
#include "model.h"

#include <atomic>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "../model/model.h"
#include "../model/session.h"
#include "arguments.h"
#include "session.h"

namespace ryzanstein {
namespace {

class NativeModel : public Napi::ObjectWrap<NativeModel> {
 public:
  static Napi::Function define(Napi::Env env) {
    return DefineClass(
        env, "NativeModel",
        {InstanceMethod<&NativeModel::session>("session"), InstanceMethod<&NativeModel::use>("use"),
         InstanceMethod<&NativeModel::tune>("tune"), InstanceMethod<&NativeModel::free>("free")});
  }

  explicit NativeModel(const Napi::CallbackInfo& info) : Napi::ObjectWrap<NativeModel>(info) {
    if (!info[0].IsExternal()) refuse(info.Env(), "A model", "made by load()");
    model_ = *info[0].As<Napi::External<std::shared_ptr<Model>>>().Data();
    const auto fixed = [&](const char* name, Napi::Value value) {
      return Napi::PropertyDescriptor::Value(name, value, napi_enumerable);
    };
    const Napi::Env env = info.Env();
    const Napi::Array rejected = Napi::Array::New(env);
    for (const RejectedLevel& each : model_->rejected()) {
      const Napi::Object report = Napi::Object::New(env);
      report.Set("kernel", each.level->name);
      report.Set("cases", each.test.cases);
      report.Set("mismatches", each.test.mismatches);
      rejected.Set(rejected.Length(), report);
    }
    info.This().As<Napi::Object>().DefineProperties(
        {fixed("kernel", Napi::String::New(env, model_->level().name)), fixed("rejected", rejected),
         fixed("threads", Napi::Number::New(env, model_->threads())),
         fixed("bytes", Napi::Number::New(env, static_cast<double>(model_->weights().bytes()))),
         fixed("bytesPerToken",
               Napi::Number::New(env, static_cast<double>(Session::bytes_per_token(*model_)))),
         fixed("loadMilliseconds", info[1])});
  }

 private:
  Model& open_model(Napi::Env env) const {
    if (model_ == nullptr) throw Napi::Error::New(env, "This model was freed and cannot be used.");
    return *model_;
  }

  Napi::Value session(const Napi::CallbackInfo& info) {
    const Napi::Env env = info.Env();
    open_model(env);
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
    open_model(info.Env()).use(integer(info[0], "use: threads", 1));
  }

  void tune(const Napi::CallbackInfo& info) {
    Model& model = open_model(info.Env());
    CacheSettings settings;
    read_record(object(info[0], "tune: cache"), "tune: cache", kCacheFields, false, settings);
    model.tune(settings);
  }

  // Sessions that are open keep the weights alive until they are freed.
  void free(const Napi::CallbackInfo&) { model_.reset(); }

  std::shared_ptr<Model> model_;
};

class Loading : public Napi::AsyncProgressWorker<double> {
 public:
  // `on_progress` may be empty; `stopped` stops it from 1 on.
  Loading(Napi::Env env, std::string path, std::vector<TensorDescription> tensors,
          Hyperparameters hyperparameters, LoadOptions options, Napi::FunctionReference on_progress,
          std::shared_ptr<std::atomic<uint64_t>> stopped)
      : Napi::AsyncProgressWorker<double>(env),
        promise_(Napi::Promise::Deferred::New(env)),
        path_(std::move(path)),
        tensors_(std::move(tensors)),
        hyperparameters_(std::move(hyperparameters)),
        options_(std::move(options)),
        on_progress_(std::move(on_progress)),
        stopped_(std::move(stopped)) {
    options_.stop = Stop(stopped_.get(), 1);
  }

  Napi::Promise promise() const { return promise_.Promise(); }

 protected:
  void Execute(const ExecutionProgress& progress) override {
    const auto begin = std::chrono::steady_clock::now();
    options_.on_progress = [&](double share) { progress.Send(&share, 1); };
    try {
      model_ = std::make_shared<Model>(path_, std::move(tensors_), hyperparameters_, options_);
    } catch (const std::bad_alloc&) {
      SetError("There is not enough memory for the model " + path_ + ".");
    } catch (const std::exception& error) {
      SetError(error.what());
    }
    milliseconds_ = milliseconds_since(begin);
  }

  void OnProgress(const double* share, size_t count) override {
    if (on_progress_.IsEmpty() || count == 0) return;
    const Napi::HandleScope scope(Env());
    on_progress_.Call({Napi::Number::New(Env(), *share)});
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
  Napi::FunctionReference on_progress_;
  std::shared_ptr<std::atomic<uint64_t>> stopped_;
  std::shared_ptr<Model> model_;
  double milliseconds_ = 0;
};

// Becomes 1 when the AbortSignal is aborted, or is it already.
std::shared_ptr<std::atomic<uint64_t>> aborted_by(Napi::Value signal) {
  auto aborted = std::make_shared<std::atomic<uint64_t>>(0);
  if (signal.IsUndefined()) return aborted;
  const Napi::Env env = signal.Env();
  const Napi::Object given = object(signal, "load: signal");
  const Napi::Value listen = given.Get("addEventListener");
  if (!listen.IsFunction()) refuse(env, "load: signal", "an AbortSignal");
  if (given.Get("aborted").ToBoolean()) *aborted = 1;
  const auto abort = [aborted](const Napi::CallbackInfo&) { *aborted = 1; };
  listen.As<Napi::Function>().Call(given, {Napi::String::New(env, "abort"), Napi::Function::New(env, abort)});
  return aborted;
}

TensorDescription tensor_description(Napi::Value value, const std::string& what) {
  constexpr int64_t kMaxBytes = int64_t{1} << 53;
  const Napi::Object given = object(value, what);
  TensorDescription tensor;
  tensor.name = text(given.Get("name"), what + ".name");
  tensor.type = integer(given.Get("type"), what + ".type", 0);
  const Napi::Value shape = given.Get("shape");
  if (!shape.IsArray()) refuse(value.Env(), what + ".shape", "an array");
  const auto sizes = shape.As<Napi::Array>();
  for (uint32_t i = 0; i < sizes.Length(); i++) {
    tensor.shape.push_back(whole_number(sizes.Get(i), what + ".shape", 0, kMaxBytes));
  }
  tensor.offset = static_cast<uint64_t>(whole_number(given.Get("offset"), what + ".offset", 0, kMaxBytes));
  tensor.bytes = static_cast<uint64_t>(whole_number(given.Get("bytes"), what + ".bytes", 0, kMaxBytes));
  return tensor;
}

}  // namespace

Napi::Function define_model(Napi::Env env) { return NativeModel::define(env); }

Napi::Value load(const Napi::CallbackInfo& info) {
  const std::string path = text(info[0], "load: file");
  if (!info[1].IsArray()) refuse(info.Env(), "load: tensors", "an array");
  const auto given = info[1].As<Napi::Array>();
  std::vector<TensorDescription> tensors;
  for (uint32_t i = 0; i < given.Length(); i++) {
    const Napi::HandleScope scope(info.Env());
    tensors.push_back(tensor_description(given.Get(i), "load: tensors[" + std::to_string(i) + "]"));
  }
  Hyperparameters hyperparameters;
  read_record(object(info[2], "load: hyperparameters"), "load: hyperparameters", kHyperparameterFields, true,
              hyperparameters);
  const Napi::Object choices = object(info[3], "load: options");
  LoadOptions options;
  options.threads = integer(choices.Get("threads"), "load: threads", 0);
  if (!choices.Get("kernel").IsUndefined()) options.kernel = text(choices.Get("kernel"), "load: kernel");
  if (!choices.Get("cache").IsUndefined()) {
    read_record(object(choices.Get("cache"), "load: cache"), "load: cache", kCacheFields, false,
                options.cache);
  }
  const Napi::Value on_progress = choices.Get("onProgress");
  if (!on_progress.IsUndefined() && !on_progress.IsFunction())
    refuse(info.Env(), "load: onProgress", "a function");
  auto* loading = new Loading(info.Env(), path, std::move(tensors), hyperparameters, options,
                              on_progress.IsUndefined() ? Napi::FunctionReference()
                                                        : Napi::Persistent(on_progress.As<Napi::Function>()),
                              aborted_by(choices.Get("signal")));
  loading->Queue();
  return loading->promise();
}

}  // namespace ryzanstein
