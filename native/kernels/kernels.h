// The contracts that every CPU level fulfils: exact integer matrix products and the float work of a
// transformer.
#ifndef RYZANSTEIN_KERNELS_KERNELS_H_
#define RYZANSTEIN_KERNELS_KERNELS_H_

#include <stddef.h>
#include <stdint.h>

#if defined(__x86_64__) || defined(_M_X64)
#define RYZANSTEIN_X86 1
#else
#define RYZANSTEIN_X86 0
#endif

// Kernels may share code only as static functions: a shared inline function compiled with one file's CPU
// flags would be linked into the whole program and crash CPUs that lack them.
#if defined(_MSC_VER)
#define RYZANSTEIN_INLINE static __forceinline
#else
#define RYZANSTEIN_INLINE static inline __attribute__((always_inline))
#endif

namespace ryzanstein {

// One packed weight layout and its exact product. A level has one for ternary weights (-1, 0, +1) and one for
// int8 weights (-128..127); the scale of the weights stays outside. Activations are int8 in -127..127.
// The product is exact: every kernel equals the scalar one with ==, for up to kMaxColumns columns.
//
// A matrix [rows][columns] is packed in blocks of block_rows rows, one after the other, block_bytes(columns)
// each; `blocks` may point to any block, so threads and cancelling work in whole blocks. Blocks and prepared
// vectors are aligned to 64 bytes (both sizes are multiples of 64).
struct MatrixKernel {
  const char* layout;  // name of the packed layout, see layout.h
  int block_rows;      // 16, 32 or 64
  size_t (*block_bytes)(int columns);
  // weights [rows][columns], row-major, rows <= block_rows; missing rows are packed as zeros.
  void (*pack)(const int8_t* weights, int rows, int columns, void* block);
  // Size of one activation vector in the form that multiply reads (padded bytes and their sum, or look-up
  // tables).
  size_t (*prepared_bytes)(int columns);
  void (*prepare)(const int8_t* x, int columns, void* prepared);
  // y[t * y_stride + b * block_rows + r] = sum over k of weight[b * block_rows + r][k] * x_t[k], for every
  // row of every block (rows that pack filled up give 0) and t < tokens. Vector t lies at prepared + t *
  // prepared_bytes. y is aligned to 4 bytes (64 is faster). tokens >= 1, block_count >= 0, columns
  // in 1..kMaxColumns.
  void (*multiply)(const void* blocks, int block_count, int columns, const void* prepared, int tokens,
                   int32_t* y, ptrdiff_t y_stride);
};

constexpr int kMaxColumns = 65536;

// Tokens x heads that attend works on at a time: its scratch is kAttentionRows * (positions rounded up to 16)
// floats.
constexpr int kAttentionRows = 8;

struct LogitSummary {
  int best;       // index of the first maximum
  float maximum;  // logits[best]
  float
      exp_sum;  // sum of exp(logits[i] - maximum): log-probability of i = logits[i] - maximum - log(exp_sum)
};

// One query group over the cache of one key/value head. Rows are (token, head): `heads` query heads share the
// cache, `tokens` consecutive tokens each see the positions 0 .. first_position + t. head_size is a multiple
// of 16.
struct Attention {
  const float* queries;  // queries[t * query_stride + h * head_size + d]
  ptrdiff_t query_stride;
  const uint16_t* keys;    // as store_key wrote them
  const uint16_t* values;  // as store_value wrote them
  int tokens;
  int heads;
  int head_size;
  int first_position;  // position of token 0, itself in the cache
  float scale;         // 1 / sqrt(head_size)
  float* scratch;  // kAttentionRows * ((first_position + tokens + 15) / 16 * 16) floats, aligned to 64 bytes
  float* y;        // y[t * y_stride + h * head_size + d]
  ptrdiff_t y_stride;
};

// The float work. Every level gives the same bits: each reduction runs over 16 lanes (element i goes to lane
// i % 16, ascending), the lanes are then folded 8, 4, 2, 1; multiply-adds are fused where the reference fuses
// them; exp is our own polynomial. Nothing depends on how tokens are cut into batches or rows into threads.
// Pointers are aligned to 4 bytes; y may be the same array as an input unless said otherwise.
struct FloatKernels {
  // y[i] = x[i] / sqrt(mean of x^2 + epsilon) * weight[i]
  void (*rms_norm)(const float* x, const float* weight, int n, float epsilon, float* y);
  // Returns scale = max|x| / 127 and q[i] = x[i] / scale, rounded half to even. All zeros (or a maximum that
  // is not a positive finite number) gives scale 0 and zeros.
  float (*quantize)(const float* x, int n, int8_t* q);
  // y[i] = float(sums[i]) * factor
  void (*scale)(const int32_t* sums, int n, float factor, float* y);
  // y[i] = float(sums[i]) * (row_scales[i] * factor)
  void (*scale_rows)(const int32_t* sums, const float* row_scales, int n, float factor, float* y);
  // y[i] += x[i]
  void (*add)(const float* x, int n, float* y);
  // Rotary embedding in halves (NEOX) of x [heads][head_size] in place: pairs (i, i + dimensions / 2) turn by
  // the angle whose cosine and sine are cosines[i], sines[i], i < dimensions / 2; elements from `dimensions`
  // on stay.
  void (*rope)(float* x, int heads, int head_size, int dimensions, const float* cosines, const float* sines);
  // y[i] = gate[i] / (1 + exp(-gate[i])) * up[i]
  void (*silu_multiply)(const float* gate, const float* up, int n, float* y);
  // y[i] = max(gate[i], 0)^2 * up[i]
  void (*relu2_multiply)(const float* gate, const float* up, int n, float* y);
  // The cache of one key/value head, in half precision (rounded half to even). Keys lie in blocks of 16
  // positions, transposed: [position / 16][head_size][16]; values lie [position][head_size]. Room for
  // `capacity` positions is kv_cache_halves(capacity, head_size) halves for each of keys and values, aligned
  // to 64 bytes.
  void (*store_key)(const float* key, int head_size, int position, uint16_t* keys);
  void (*store_value)(const float* value, int head_size, int position, uint16_t* values);
  // y = softmax(scale * q.k) v. Scores: fused multiply-adds, ascending dimension; sums of exp over 16 lanes
  // of positions; output: fused multiply-adds, ascending position, divided by the sum at the end.
  void (*attend)(const Attention& attention);
  LogitSummary (*summarize)(const float* logits, int n);
};

constexpr size_t kv_cache_halves(int capacity, int head_size) {
  return static_cast<size_t>(capacity + 15) / 16 * 16 * static_cast<size_t>(head_size);
}

struct CpuFeatures {
  char vendor[13];
  char brand[49];
  // True where the CPU has it AND the operating system saves its registers.
  bool avx2, fma, f16c, avx_vnni;
  bool avx512;  // F, BW, DQ, VL
  bool avx512_vnni, avx512_vbmi, avx512_bf16;
  bool amx_int8;
};

struct KernelLevel {
  const char* name;
  bool (*supported)(const CpuFeatures& cpu);
  bool automatic;  // may be chosen without being named; look-up-table levels are chosen by name or by
                   // measurement
  const MatrixKernel* ternary;
  const MatrixKernel* int8;
  const FloatKernels* floats;
};

}  // namespace ryzanstein

#endif
