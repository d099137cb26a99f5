// JavaScript's arguments as C++ values, each checked with a message that names it, and results as arrays.
#ifndef RYZANSTEIN_ADDON_ARGUMENTS_H_
#define RYZANSTEIN_ADDON_ARGUMENTS_H_

#include <napi.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "../model/record.h"

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

void read_value(Napi::Value value, const std::string& what, std::string& result);
void read_value(Napi::Value value, const std::string& what, int& result);
void read_value(Napi::Value value, const std::string& what, float& result);
template <class T>
void read_value(Napi::Value value, const std::string& what, std::vector<T>& result) {
  if (!value.IsArray()) refuse(value.Env(), what, "an array");
  const auto array = value.As<Napi::Array>();
  result.resize(array.Length());
  for (uint32_t i = 0; i < array.Length(); i++) {
    read_value(array.Get(i), what + "[" + std::to_string(i) + "]", result[i]);
  }
}

// Fills a record from the properties of an object, as its table names them. What is undefined there stays as
// it is, or is refused if all are `required`.
template <class Record, class Fields>
void read_record(Napi::Object given, const std::string& what, const Fields& fields, bool required,
                 Record& record) {
  for (const Field<Record>& field : fields) {
    const Napi::Value value = given.Get(field.name);
    if (!required && value.IsUndefined()) continue;
    const std::string name = what + "." + field.name;
    std::visit([&](auto member) { read_value(value, name, record.*member); }, field.member);
  }
}

// Results are copied: Electron refuses memory of ours.
Napi::Float32Array float_array(Napi::Env env, const float* values, size_t count);
Napi::Int32Array int_array(Napi::Env env, const std::vector<int32_t>& values);

double milliseconds_since(std::chrono::steady_clock::time_point start);

}  // namespace ryzanstein

#endif
