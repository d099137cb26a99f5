// JavaScript's arguments as C++ values, each checked with a message that names it, and results as arrays.
#ifndef RYZANSTEIN_ADDON_ARGUMENTS_H_
#define RYZANSTEIN_ADDON_ARGUMENTS_H_

#include <napi.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace ryzanstein {

// `what` begins the sentence of the exception, a TypeError: "evaluate: ids". Any std::exception that leaves a
// function of the addon becomes a JavaScript Error with its message.
[[noreturn]] void refuse(Napi::Env env, const std::string& what, const char* expected);

// Finite.
double number(Napi::Value value, const std::string& what);
int64_t whole_number(Napi::Value value, const std::string& what, int64_t least, int64_t most);
int integer(Napi::Value value, const std::string& what, int least, int most = INT32_MAX);
std::string text(Napi::Value value, const std::string& what);
Napi::Object object(Napi::Value value, const std::string& what);
std::vector<int32_t> ids(Napi::Value value, const std::string& what);

// Results are copied: Electron refuses memory of ours.
Napi::Float32Array float_array(Napi::Env env, const float* values, size_t count);
Napi::Int32Array int_array(Napi::Env env, const std::vector<int32_t>& values);

double milliseconds_since(std::chrono::steady_clock::time_point start);

}  // namespace ryzanstein

#endif
