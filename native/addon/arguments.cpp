// Reading of JavaScript's arguments, and the arrays of results.
#include "arguments.h"

#include <cmath>
#include <cstring>

namespace ryzanstein {

void refuse(Napi::Env env, const std::string& what, const char* expected) {
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

int integer(Napi::Value value, const std::string& what, int least, int most) {
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

void read_value(Napi::Value value, const std::string& what, std::string& result) {
  result = text(value, what);
}

void read_value(Napi::Value value, const std::string& what, int& result) {
  result = integer(value, what, INT32_MIN);
}

void read_value(Napi::Value value, const std::string& what, float& result) {
  result = static_cast<float>(number(value, what));
}

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

}  // namespace ryzanstein
