// Writes a model file anew in another type, by llama.cpp's own library, loaded at run time.
//
// quantize LIBRARIES FROM TO TYPE, with llama.cpp's number of the type of file. Nothing of llama.cpp is needed
// to compile this: its parameters come from it, and only the first fields are touched, after a look at their
// known defaults.
#include <dlfcn.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string>

namespace {

// Larger than the structure of the library, which is returned in memory.
struct Opaque {
  alignas(16) unsigned char bytes[2048];
};

// How llama_model_quantize_params begins.
struct Head {
  int32_t threads, file_type, output_type, embedding_type;
  bool again;  // also weights that are quantised already
};

[[noreturn]] void fail(const std::string& what) {
  std::fprintf(stderr, "quantize: %s\n", what.c_str());
  std::exit(1);
}

template <typename Function>
Function* symbol(const char* name) {
  void* found = dlsym(RTLD_DEFAULT, name);
  if (found == nullptr) fail(dlerror());
  return reinterpret_cast<Function*>(found);
}

void only_errors(int level, const char* text, void*) {
  constexpr int kError = 4;
  if (level == kError) std::fputs(text, stderr);
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 5) fail("usage: quantize LIBRARIES FROM TO TYPE");
  for (const auto& entry : std::filesystem::directory_iterator(arguments[1])) {
    if (entry.path().filename().string().rfind("libllama.", 0) != 0) continue;
    if (dlopen(entry.path().c_str(), RTLD_NOW | RTLD_GLOBAL) == nullptr) fail(dlerror());
  }
  symbol<void(void (*)(int, const char*, void*), void*)>("llama_log_set")(only_errors, nullptr);
  symbol<void()>("llama_backend_init")();
  Opaque parameters = symbol<Opaque()>("llama_model_quantize_default_params")();
  Head head;
  std::memcpy(&head, parameters.bytes, sizeof head);
  if (head.threads != 0 || head.again || head.output_type != head.embedding_type)
    fail("this llama.cpp's parameters begin otherwise than those known here");
  head.file_type = std::atoi(arguments[4]);
  head.again = true;
  std::memcpy(parameters.bytes, &head, sizeof head - 3);
  const auto quantize = symbol<uint32_t(const char*, const char*, const Opaque*)>("llama_model_quantize");
  if (quantize(arguments[2], arguments[3], &parameters) != 0)
    fail(std::string("cannot write ") + arguments[3]);
  std::fflush(nullptr);
  std::_Exit(0);
}
