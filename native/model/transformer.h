// The forward pass of a transformer over a few consecutive tokens.
#ifndef RYZANSTEIN_MODEL_TRANSFORMER_H_
#define RYZANSTEIN_MODEL_TRANSFORMER_H_

#include <cstdint>
#include <vector>

#include "../base/aligned_buffer.h"
#include "../base/thread_pool.h"
#include "kv_cache.h"
#include "stop.h"
#include "weights.h"

namespace ryzanstein {

// Cosines and sines of every position: [position][dimensions / 2]. `factors` divide the angles, if there are
// any; a local table is unscaled and has a base of its own.
struct RotaryTable {
  RotaryTable() = default;
  RotaryTable(int positions, const Hyperparameters& h, const Floats& factors, bool local);
  const float* cosines_of(int position) const {
    return cosines.data() + static_cast<size_t>(position) * half;
  }
  const float* sines_of(int position) const { return sines.data() + static_cast<size_t>(position) * half; }

  size_t bytes() const { return (cosines.size() + sines.size()) * sizeof(float); }

  size_t half = 0;
  std::vector<float> cosines;
  std::vector<float> sines;
};

// What a cache of these weights has to round keys to.
KeyLevels key_levels(const Weights& weights);

// The intermediate values of a forward pass, of each session its own, for up to kMaxTokens tokens at
// positions below `capacity`.
struct Activations {
  Activations(const Weights& weights, const Kernels& kernels, int capacity, int threads);

  // Makes room for `capacity` positions; nothing of a pass is kept but its states and logits.
  void reserve(const Weights& weights, const Kernels& kernels, int capacity);

  // Of them for each position.
  static size_t bytes_per_position(const Weights& weights, int threads);

  // Makes room for the logits of so many tokens of a pass; those of the last one are lost.
  void reserve_logits(const Weights& weights, int rows);

  size_t bytes() const;

  // What a thread needs for itself.
  struct Scratch {
    AlignedBuffer normed;  // float [columns of the widest product]
    KvCache::Scratch attention;
  };

  AlignedBuffer residual;  // float [token][width]
  LinearInputs inputs;
  AlignedBuffer product;   // float [token][rows of the widest product but the head]
  AlignedBuffer attended;  // float [token][heads * head_size]
  AlignedBuffer gated;     // float [token][ffn]
  // Where there are experts, else empty:
  AlignedBuffer routed;       // float [token][width]: the input of all experts
  AlignedBuffer gathered;     // float [token][width]: that of one expert's tokens alone
  AlignedBuffer mixed;        // float [token][width]: the sum of what they give
  std::vector<float> shares;  // [token][experts]: how much of each, 0 for one that is not used
  AlignedBuffer states;       // float [token][width]: what the head reads
  int logit_rows = 0;
  AlignedBuffer logits;  // float [logit_rows][head rows]
  RotaryTable rotary;
  RotaryTable local_rotary;  // of the layers between those with the global one
  std::vector<Scratch> scratch;
};

class Transformer {
 public:
  Transformer(const Weights& weights, const Kernels& kernels, ThreadPool& pool);

  // Runs ids [count], 1 <= count <= kMaxTokens, at the positions from cache.length on: writes their keys and
  // values, but leaves cache.length to the caller, and puts every token's state into a.states and the logits
  // of the last `logit_rows` tokens, at most a.logit_rows, into a.logits (row 0 is the first of them).
  // Returns false if `stop` came up: then keys, values, states and logits are void. The bits of every logit
  // are the same however the tokens before were cut into passes, for any number of threads.
  bool forward(const int32_t* ids, int count, int logit_rows, KvCache& cache, Activations& a,
               const Stop& stop) const;

 private:
  struct Pass;
  const Weights& weights_;
  const FloatKernels& floats_;
  ThreadPool& pool_;
};

}  // namespace ryzanstein

#endif
