// Times kernels on this CPU: which level is fastest for a model's size, and how fast memory can be read.
#include <string.h>

#include <algorithm>
#include <chrono>
#include <vector>

#include "../base/aligned_buffer.h"
#include "dispatch.h"

namespace ryzanstein {
namespace {

// Weights that come from memory, and those that stay in a cache: memory is as slow for every level, and would
// hide what one computes faster than another.
constexpr size_t kLargestArena = 64u << 20;
constexpr size_t kCachedArena = 4u << 20;

double seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

// Memory as weights have it, filled so that its pages are there.
AlignedBuffer filled(size_t bytes, uint8_t with) {
  AlignedBuffer buffer(bytes);
  if (bytes > 0) memset(buffer.as<uint8_t>(), with, bytes);
  return buffer;
}

// What of a level is timed: its product with ternary weights, or with those of a form.
struct Product {
  const MatrixKernel* ternary;
  const GroupedKernel* grouped;

  int block_rows() const { return grouped != nullptr ? kGroupedRows : ternary->block_rows; }
  size_t block_bytes(int columns) const {
    return grouped != nullptr ? grouped->block_bytes(columns) : ternary->block_bytes(columns);
  }
  size_t prepared_bytes(int columns, int tokens) const {
    return grouped != nullptr ? grouped->prepared_bytes(columns, tokens)
                              : static_cast<size_t>(tokens) * ternary->prepared_bytes(columns);
  }
  // For rows x columns weights, at most `largest` or one block.
  size_t arena_bytes(int rows, int columns, size_t largest) const {
    const size_t one = block_bytes(columns);
    const size_t wanted = static_cast<size_t>((rows + block_rows() - 1) / block_rows()) * one;
    return wanted < largest ? wanted : largest > one ? largest : one;
  }
};

Product product_of(const KernelLevel& level, GroupedForm form) {
  if (form == GroupedForm::kF32) return {level.kernels.ternary, nullptr};
  return {nullptr, level.kernels.grouped[static_cast<int>(form)]};
}

// One level's product over rows x columns weights of any value: the time does not depend on them, so that
// every level can walk over the same memory.
class Walk {
 public:
  Walk(const Product& product, const AlignedBuffer& weights, size_t weight_bytes, int columns, int tokens)
      : product_(product),
        weights_(weights.as<uint8_t>()),
        blocks_(static_cast<int>(weight_bytes / product.block_bytes(columns))),
        columns_(columns),
        tokens_(tokens),
        prepared_(filled(product.prepared_bytes(columns, tokens), 1)),
        y_(static_cast<size_t>(tokens) * static_cast<size_t>(stride()) * sizeof(int32_t)) {
    if (product.grouped == nullptr) return;
    const std::vector<float> x(static_cast<size_t>(columns), 1.0f);
    for (int t = 0; t < tokens; t++) {
      product.grouped->prepare(x.data(), columns, 1.0f, t, tokens, prepared_.as<uint8_t>());
    }
  }

  // Multiply-adds per second, in 1e9.
  double step(int ahead = 0) {
    const double start = seconds();
    if (product_.grouped != nullptr) {
      product_.grouped->multiply(weights_, blocks_, columns_, prepared_.as<uint8_t>(), tokens_, nullptr,
                                 y_.as<float>(), stride(), ahead);
    } else {
      product_.ternary->multiply(weights_, blocks_, columns_, prepared_.as<uint8_t>(), tokens_,
                                 y_.as<int32_t>(), stride());
    }
    const double products = static_cast<double>(stride()) * columns_ * tokens_;
    return products / (seconds() - start + 1e-9) * 1e-9;
  }

 private:
  ptrdiff_t stride() const { return static_cast<ptrdiff_t>(blocks_) * product_.block_rows(); }

  Product product_;
  const uint8_t* weights_;
  int blocks_, columns_, tokens_;
  AlignedBuffer prepared_, y_;
};

// The better of two steps, the first of which may meet a cold cache.
double quick_rate(const Product& product, const AlignedBuffer& arena, int rows, int columns, int tokens) {
  Walk walk(product, arena, product.arena_bytes(rows, columns, kCachedArena), columns, tokens);
  const double first = walk.step(), second = walk.step();
  return first > second ? first : second;
}

}  // namespace

double ternary_rate(const KernelLevel& level, int rows, int columns, int tokens, double milliseconds) {
  const Product product = product_of(level, GroupedForm::kF32);
  const size_t bytes = product.arena_bytes(rows, columns, kLargestArena);
  const AlignedBuffer arena = filled(bytes, 0x11);
  Walk walk(product, arena, bytes, columns, tokens);
  const double end = seconds() + milliseconds * 1e-3;
  walk.step();
  double best = walk.step();
  while (seconds() < end) {
    const double rate = walk.step();
    best = rate > best ? rate : best;
  }
  return best;
}

LevelChoice fastest_level(int rows, int columns, GroupedForm form, KernelLevels levels) {
  constexpr int kRounds = 8, kBatch = 32, kBatchRows = 1024;
  constexpr double kBudget = 0.05;
  // Of grouped weights a higher level, which has the faster rest, is preferred where products take as long
  // within so much.
  constexpr double kHeadStart = 0.02;
  // The best rates of a level, for one token alone and for a batch.
  struct Rates {
    const KernelLevel* level;
    Product product;
    double share;  // of its time that counts
    double one = 0, batch = 0;
    double time() const { return share * (1 / one + 1 / batch); }
  };
  std::vector<Rates> candidates;
  size_t largest = 0;
  for (const KernelLevel& level : levels) {
    if (&level == levels.first || !level.supported(cpu_features())) continue;
    const Product product = product_of(level, form);
    // Looking ternary weights up helps no others.
    if (product.grouped != nullptr && strncmp(level.name, "tmac", 4) == 0) continue;
    // Of levels with the same product the highest.
    if (product.grouped != nullptr && !candidates.empty() &&
        candidates.back().product.grouped == product.grouped)
      candidates.pop_back();
    const double head_start = product.grouped != nullptr ? kHeadStart : 0;
    candidates.push_back({&level, product, 1 - head_start * static_cast<double>(&level - levels.first)});
    largest = std::max(largest, product.arena_bytes(rows, columns, kCachedArena));
  }
  const AlignedBuffer arena = filled(largest, 0x11);
  const int batch_rows = std::min(rows, kBatchRows);
  const double end = seconds() + kBudget;
  for (int round = 0; round == 0 || (round < kRounds && seconds() < end); round++) {
    for (Rates& rates : candidates) {
      rates.one = std::max(rates.one, quick_rate(rates.product, arena, rows, columns, 1));
      rates.batch = std::max(rates.batch, quick_rate(rates.product, arena, batch_rows, columns, kBatch));
    }
  }
  std::stable_sort(candidates.begin(), candidates.end(),
                   [](const Rates& a, const Rates& b) { return a.time() < b.time(); });
  // A level that computes wrongly on this CPU, for whatever reason, is not a candidate; the reference always
  // is.
  LevelChoice choice = {levels.first};
  for (const Rates& rates : candidates) {
    const SelfTest test = selftest(*rates.level);
    if (test.mismatches == 0) {
      choice.level = rates.level;
      break;
    }
    choice.rejected.push_back({rates.level, test});
  }
  return choice;
}

void measure_ahead(const KernelLevel& level, int rows, int columns, const std::set<GroupedForm>& forms,
                   int* ahead) {
  constexpr int kRounds = 6, kFewestRounds = 2;
  constexpr double kBudget = 0.01;
  // Where it makes no difference in a quiet hour it helps in others: memory that is slower is waited for
  // more.
  constexpr double kClearlySlower = 0.95;
  size_t largest = 0;
  for (const GroupedForm form : forms)
    largest = std::max(largest, product_of(level, form).arena_bytes(rows, columns, kLargestArena));
  if (largest < kLargestArena / 2) return;
  const AlignedBuffer arena = filled(largest, 0x11);
  for (const GroupedForm form : forms) {
    const Product product = product_of(level, form);
    if (product.grouped == product_of(reference_level(), form).grouped) continue;
    Walk walk(product, arena, product.arena_bytes(rows, columns, kLargestArena), columns, 1);
    double without = 0, with = 0;
    const double end = seconds() + kBudget;
    for (int round = 0; round < kFewestRounds || (round < kRounds && seconds() < end); round++) {
      without = std::max(without, walk.step());
      with = std::max(with, walk.step(kFetchAhead));
    }
    if (with > without * kClearlySlower) ahead[static_cast<int>(form)] = kFetchAhead;
  }
}

double read_rate(const void* data, size_t bytes) {
  const uint64_t* words = static_cast<const uint64_t*>(data);
  const size_t count = bytes / sizeof(uint64_t);
  uint64_t sums[8] = {};
  const double start = seconds();
  for (size_t i = 0; i + 8 <= count; i += 8) {
    for (size_t lane = 0; lane < 8; lane++) sums[lane] ^= words[i + lane];
  }
  uint64_t sum = 0;
  for (uint64_t lane : sums) sum ^= lane;
  volatile uint64_t sink = sum;
  (void)sink;
  return static_cast<double>(bytes) / (seconds() - start + 1e-9) * 1e-9;
}

}  // namespace ryzanstein
