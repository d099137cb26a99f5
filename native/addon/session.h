// A session as JavaScript sees it: its calls run in order on a thread of its own and give promises.
#ifndef RYZANSTEIN_ADDON_SESSION_H_
#define RYZANSTEIN_ADDON_SESSION_H_

#include <napi.h>

#include <memory>

#include "../model/session.h"

namespace ryzanstein {

// The addon's classes, kept with each environment.
struct Classes {
  Napi::FunctionReference model;
  Napi::FunctionReference session;
};

// Its constructor takes an external that holds a std::unique_ptr<Session>, which is moved from.
Napi::Function define_session(Napi::Env env);

}  // namespace ryzanstein

#endif
