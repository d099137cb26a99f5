// A model as JavaScript sees it, and its loading on a thread of Node's.
#ifndef RYZANSTEIN_ADDON_MODEL_H_
#define RYZANSTEIN_ADDON_MODEL_H_

#include <napi.h>

namespace ryzanstein {

// Its constructor takes an external that holds a std::shared_ptr<Model>, and the milliseconds of loading it.
Napi::Function define_model(Napi::Env env);

// load(file, tensors, hyperparameters, options), a promise of a model.
Napi::Value load(const Napi::CallbackInfo& info);

}  // namespace ryzanstein

#endif
