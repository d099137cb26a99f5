// Model: how many threads, which kernels, then the weights.
#include "model.h"

#include <algorithm>
#include <cstdlib>
#include <map>
#include <set>
#include <utility>

#include "../base/physical_cores.h"

namespace ryzanstein {
namespace {

int usable_threads(int wanted) { return wanted < 1 ? fast_cores() : std::min(wanted, physical_cores()); }

// The CPUs to pin the threads of a pool to, if RYZANSTEIN_AFFINITY asks for it: without, the system moves
// threads as it likes, which is right beside an editor's other work.
std::vector<int> cpus_to_pin(int threads) {
  const char* affinity = std::getenv("RYZANSTEIN_AFFINITY");
  if (affinity == nullptr || std::string(affinity) != "1") return {};
  std::vector<int> cpus = core_cpus();
  if (static_cast<int>(cpus.size()) < threads) {
    throw std::runtime_error("Threads cannot be pinned to cores on this system: unset RYZANSTEIN_AFFINITY.");
  }
  cpus.resize(static_cast<size_t>(threads));
  return cpus;
}

// RYZANSTEIN_KERNEL, or an empty string.
std::string kernel_from_environment() {
  const char* name = std::getenv("RYZANSTEIN_KERNEL");
  return name == nullptr ? "" : name;
}

// How most bytes of the layers are multiplied; kF32 stands for ternary weights, too, for in floats the levels
// do not differ. The head of a small ternary
// model takes more than they do, in a form that the levels do not differ in.
GroupedForm main_form(const std::vector<TensorDescription>& tensors) {
  std::map<int, uint64_t> bytes;
  for (const TensorDescription& tensor : tensors) {
    if (tensor.name.rfind("blk.", 0) == 0) bytes[tensor.type] += tensor.bytes;
  }
  const auto most = std::max_element(bytes.begin(), bytes.end(),
                                     [](const auto& a, const auto& b) { return a.second < b.second; });
  const TensorType* type = most == bytes.end() ? nullptr : find_tensor_type(most->first);
  return type == nullptr || type->ternary ? GroupedForm::kF32 : type->form;
}

// Of the weights that one thread reads per token, as one matrix of the model's width; 0 where there is none,
// and the model will be refused.
int rows_per_thread(const Hyperparameters& h, int threads) {
  const double ffn = static_cast<double>(h.ffn) * std::max(1, h.experts_used);
  const double rows = (static_cast<double>(h.width) * 4 + ffn * 3) * h.layers / threads;
  return h.width >= 1 && h.width <= kMaxColumns && rows >= 1 && rows < 1e7 ? static_cast<int>(rows) : 0;
}

LevelChoice choose_level(const std::string& wanted, const std::vector<TensorDescription>& tensors,
                         const Hyperparameters& h, int threads) {
  const std::string name = wanted.empty() ? kernel_from_environment() : wanted;
  if (!name.empty()) return {&named_level(name)};
  const int rows = rows_per_thread(h, threads);
  return rows == 0 ? LevelChoice{&reference_level()} : fastest_level(rows, h.width, main_form(tensors));
}

// The kernels of a level, with what their weights are fetched ahead by, as measured.
Kernels measured_kernels(const KernelLevel& level, const std::vector<TensorDescription>& tensors,
                         const Hyperparameters& h, int threads) {
  Kernels kernels = level.kernels;
  std::set<GroupedForm> forms;
  for (const TensorDescription& tensor : tensors) {
    const TensorType* type = find_tensor_type(tensor.type);
    if (type != nullptr && !type->ternary && type->form != GroupedForm::kF32) forms.insert(type->form);
  }
  const int rows = rows_per_thread(h, threads);
  if (rows > 0) measure_ahead(level, rows, h.width, forms, kernels.ahead);
  return kernels;
}

const CacheSettings& checked(const std::string& path, const CacheSettings& settings) {
  const std::string problem = problem_of(settings);
  if (!problem.empty()) throw BadModel("The model file " + path + " cannot be used: " + problem + ".");
  return settings;
}

const Architecture& architecture_of(const std::string& path, const std::string& name) {
  const Architecture* architecture = find_architecture(name);
  if (architecture != nullptr) return *architecture;
  throw BadModel("The model file " + path + " cannot be used: its architecture " + name +
                 " is not known; known are: " + known_architectures() + ".");
}

}  // namespace

const KernelLevel& named_level(const std::string& name) {
  std::string available;
  for (const KernelLevel& level : kernel_levels()) {
    if (level.supported(cpu_features()))
      available += (available.empty() ? "" : ", ") + std::string(level.name);
  }
  const KernelLevel* level = find_level(name.c_str());
  if (level == nullptr) {
    throw std::runtime_error("There is no kernel named " + name + "; this CPU has: " + available + ".");
  }
  if (!level->supported(cpu_features())) {
    throw std::runtime_error("This CPU cannot run the kernel " + name + "; it has: " + available + ".");
  }
  return *level;
}

Model::Model(const std::string& path, std::vector<TensorDescription> tensors,
             const Hyperparameters& hyperparameters, const LoadOptions& options)
    : cache_settings_(checked(path, options.cache)),
      pool_(usable_threads(options.threads), cpus_to_pin(usable_threads(options.threads))),
      choice_(choose_level(options.kernel, tensors, hyperparameters, pool_.threads())),
      kernels_(measured_kernels(level(), tensors, hyperparameters, pool_.threads())),
      weights_(path, std::move(tensors), hyperparameters, architecture_of(path, hyperparameters.architecture),
               kernels_, pool_, options.on_progress, options.stop),
      transformer_(weights_, kernels_, pool_),
      in_use_(pool_.threads()) {}

void Model::use(int threads) { in_use_.store(std::clamp(threads, 1, pool_.threads())); }

void Model::tune(const CacheSettings& settings) {
  const std::string problem = problem_of(settings);
  if (!problem.empty()) throw std::runtime_error("The model cannot be tuned so: " + problem + ".");
  cache_settings_ = settings;
}

bool Model::forward(const int32_t* ids, int count, int logit_rows, KvCache& cache, Activations& a,
                    const Stop& stop) {
  const std::lock_guard<std::mutex> turn(turn_);
  pool_.pin_caller();
  pool_.use(in_use_.load());
  return transformer_.forward(ids, count, logit_rows, cache, a, stop);
}

}  // namespace ryzanstein
