// The contracts that every CPU level fulfils: exact integer matrix products and the float work of a
// transformer.
#ifndef RYZANSTEIN_KERNELS_CONTRACTS_H_
#define RYZANSTEIN_KERNELS_CONTRACTS_H_

#include <stddef.h>
#include <stdint.h>

#if defined(__x86_64__) || defined(_M_X64)
#define RYZANSTEIN_X86 1
#else
#define RYZANSTEIN_X86 0
#endif
#if defined(__aarch64__) || defined(_M_ARM64)
#define RYZANSTEIN_ARM 1
#else
#define RYZANSTEIN_ARM 0
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
  int block_rows;  // 16, 32 or 64
  size_t (*block_bytes)(int columns);
  // Writes row `row` of a block, 0 <= row < block_rows, and no other; no weights (nullptr) make a row of
  // zeros.
  void (*pack_row)(const int8_t* weights, int row, int columns, void* block);
  // Size of one activation vector in the form that multiply reads (padded bytes and their sum, or look-up
  // tables).
  size_t (*prepared_bytes)(int columns);
  void (*prepare)(const int8_t* x, int columns, void* prepared);
  // y[t * y_stride + b * block_rows + r] = sum over k of weight[b * block_rows + r][k] * x_t[k], for every
  // row of every block (any number for a row that was not packed) and t < tokens. Vector t lies at
  // prepared + t * prepared_bytes. y is aligned to 4 bytes (64 is faster). tokens >= 1, block_count >= 0,
  // columns in 1..kMaxColumns.
  void (*multiply)(const void* blocks, int block_count, int columns, const void* prepared, int tokens,
                   int32_t* y, ptrdiff_t y_stride);
  // The weights that pack_row was given. Every int8 layout has it; nullptr where no rows are asked for.
  void (*unpack_row)(const void* block, int row, int columns, int8_t* weights) = nullptr;
};

constexpr int kMaxColumns = 65536;

// How weights with a scale for each group of columns are packed: one form for each way in which files have
// them, and kF32 for weights that stay floats. forms.inc lists them.
enum class GroupedForm {
#define RYZANSTEIN_FORM(name, bits, group, offset, scales, minima, table) name,
#include "forms.inc"
#undef RYZANSTEIN_FORM
  kF32
};
constexpr int kForms = static_cast<int>(GroupedForm::kF32) + 1;

// A row of weights taken apart into what its form holds, for as many columns as whole groups have. Weight k
// of group g is (value of codes[k] - offset) * scale of g - minimum of g. The scale is scales[g], or where
// the form has sub-scales, scales[k / 256] * sub_scales[g]; minima likewise. They are halves; those of kMXFP4
// are the upper halves of floats.
struct GroupedRow {
  const uint8_t* codes;
  const uint16_t* scales;
  const uint16_t* minima;
  const uint8_t* sub_scales;  // two's complement where the form says so
  const uint8_t* sub_minima;
  const float* floats;  // of kF32, which has nothing else: [columns]
};

// One form's product: floats in, floats out. Activations are rounded here to int8 with a scale for
// as many columns as scale_columns says (grouped_layout.h), integer sums are exact, and floats are computed
// in one order, so that every level gives the bits of the scalar one, however tokens are cut into batches and
// rows into threads:
//
//   acc = start[row]
//   for each scale of x, ascending:
//     inner = 0
//     for each of its groups of columns:
//       inner = fma(float(sum over the group of (code - offset) * x), scale, inner)
//       where there are minima: acc = fma(-minimum, scale of x * float(sum of x), acc)
//     acc = fma(inner, scale of x, acc)
//
// Scales and minima are exact as floats. A row is filled up with groups of zeros to a whole tile of its
// layout (grouped_layout.h). kF32 rounds nothing: acc = acc + weight * x, column by column.
//
// Rows come in blocks of kGroupedRows, as in MatrixKernel; blocks and what is prepared are aligned to 64
// bytes.
struct GroupedKernel {
  size_t (*block_bytes)(int columns);
  // Writes row `row` of a block and no other; nullptr makes a row of zeros.
  void (*pack_row)(const GroupedRow* weights, int row, int columns, void* block);
  // The weights of a row, exact: y [columns].
  void (*unpack_row)(const void* block, int row, int columns, float* y);
  // What the activations of so many tokens take in the form that multiply reads.
  size_t (*prepared_bytes)(int columns, int tokens);
  // Makes x [columns], times `factor`, the activations of one of so many tokens. Tokens may be prepared in
  // any order, each by its own thread.
  void (*prepare)(const float* x, int columns, float factor, int token, int tokens, void* prepared);
  // y[t * y_stride + b * kGroupedRows + r], for every row of every block and t < tokens, as many as were
  // prepared. `start` [block_count * kGroupedRows], or nullptr for zeros: where sums start (biases). Where
  // few tokens go over the blocks once, weights `ahead` bytes further on are fetched meanwhile, none for 0.
  void (*multiply)(const void* blocks, int block_count, int columns, const void* prepared, int tokens,
                   const float* start, float* y, ptrdiff_t y_stride, int ahead);
};
constexpr int kGroupedRows = 16;
// How far ahead weights are fetched where the CPU gains by it, in bytes.
constexpr int kFetchAhead = 8192;
// Columns of activations under one scale: as many as a group has, but at least the fewest.
constexpr int kFewestScaleColumns = 32;
constexpr int kMostScaleColumns = 128;

// Rows that attend takes at most.
constexpr int kAttentionRows = 8;

// What the positions weigh is rounded to 0 .. kLargestWeight, so that kWeightSum of them, times values in
// -127 .. 127, add up within an int32.
constexpr int kLargestWeight = 16383;
// Where the heaviest weighs no more, kLargestWeight over it is no float: all are 0.
constexpr float kLeastWeight = 1e-34f;
constexpr int kWeightSum = 1024;  // even: positions go in pairs

struct LogitSummary {
  int best;       // index of the first maximum; NaN is none
  float maximum;  // logits[best]
  float
      exp_sum;  // sum of exp(logits[i] - maximum): log-probability of i = logits[i] - maximum - log(exp_sum)
};

// One query head of one token. Arrays of positions are as long as the largest `visible` of the rows that
// attend takes together, rounded up to 16.
struct AttentionRow {
  int visible;              // it sees the positions 0 .. visible - 1
  float scale;              // of the rounded query, times that of attention
  const int32_t* products;  // of the rounded query and the rounded key of each position
  float* weights;           // scratch, as the next one: of each position
  int16_t* rounded_weights;
  float* y;  // [head_size]
};

// The products of some queries [count][head_size] with the keys of whole groups of 16 positions, both in
// int16: y[q * y_stride + p] = sum over d of query q times the key of position p. Two dimensions of a key lie
// side by side: [position / 16][head_size / 2][position % 16][2]. Every sum fits an int32.
struct WordProducts {
  const int16_t* keys;
  int groups;
  int head_size;  // a multiple of 16
  const int16_t* queries;
  int count;  // 1 .. kAttentionRows
  int32_t* y;
  ptrdiff_t y_stride;
};

// Rows over the cache of one key/value head. Values are int8 with a scale for each position, two positions
// side by side: [position / 2][head_size][position % 2]; there is room for whole pairs.
struct Attention {
  const AttentionRow* rows;
  int count;      // 1 .. kAttentionRows; `visible` does not fall from row to row
  int head_size;  // a multiple of 16
  const float* key_scales;
  const float* value_scales;
  const int8_t* values;
};

// The float work. Every level gives the same bits: each reduction runs over 16 lanes (element i goes to lane
// i % 16, ascending), the lanes are then folded 8, 4, 2, 1; multiply-adds are fused where the reference fuses
// them; exp is our own polynomial. Nothing depends on how tokens are cut into batches or rows into threads.
// Pointers are aligned to 4 bytes; y may be the same array as an input unless said otherwise.
struct FloatKernels {
  // y[i] = x[i] / sqrt(mean of x^2 + epsilon) * weight[i]
  void (*rms_norm)(const float* x, const float* weight, int n, float epsilon, float* y);
  // y[i] = (x[i] - mean of x) / sqrt(variance of x + epsilon) * weight[i] + bias[i]
  void (*layer_norm)(const float* x, const float* weight, const float* bias, int n, float epsilon, float* y);
  // Returns scale = max|x| / 127 and q[i] = x[i] / scale, rounded half to even. All zeros (or a maximum that
  // is not a positive finite number) gives scale 0 and zeros.
  float (*quantize)(const float* x, int n, int8_t* q);
  // The same in steps of max|x| / largest, 1 <= largest <= 32767.
  float (*quantize_words)(const float* x, int n, int largest, int16_t* q);
  // y[i] = float(sums[i]) * (row_scales[i] * factor)
  void (*scale_rows)(const int32_t* sums, const float* row_scales, int n, float factor, float* y);
  // y[i] += x[i]
  void (*add)(const float* x, int n, float* y);
  // Rotary embedding in halves (NEOX) of x [heads][head_size] in place: pairs (i, i + dimensions / 2) turn by
  // the angle whose cosine and sine are cosines[i], sines[i], i < dimensions / 2; elements from `dimensions`
  // on stay.
  void (*rope)(float* x, int heads, int head_size, int dimensions, const float* cosines, const float* sines);
  // x [heads][head_size] times the normalised Walsh-Hadamard matrix of the largest power of two that divides
  // the head, in place: each number and the one `half` behind it become their sum and difference, for half of
  // the power down to 1; then all are multiplied by 1 / sqrt(power). Twice gives x again. A head is a
  // multiple of 16.
  void (*spread)(float* x, int heads, int head_size);
  // y[i] = gate[i] / (1 + exp(-gate[i])) * up[i]
  void (*silu_multiply)(const float* gate, const float* up, int n, float* y);
  // y[i] = max(gate[i], 0)^2 * up[i]
  void (*relu2_multiply)(const float* gate, const float* up, int n, float* y);
  // y[i] = gelu(gate[i]) * up[i], with gelu(x) = x / (1 + exp(-sqrt(8 / pi) * (x + 0.044715 x^3)))
  void (*gelu_multiply)(const float* gate, const float* up, int n, float* y);
  // y[i] = gelu(x[i])
  void (*gelu)(const float* x, int n, float* y);
  void (*multiply_words)(const WordProducts& products);
  // y = softmax(products * scale * key_scales) * value_scales * values. Sums of exp run over 16 lanes of
  // positions. What a position weighs, value scale included, is rounded to levels of the largest of the row;
  // sums of kWeightSum positions are exact, and added as floats in ascending order.
  void (*attend)(const Attention& attention);
  LogitSummary (*summarize)(const float* logits, int n);
};

// What a CPU level computes with.
struct Kernels {
  const MatrixKernel* ternary;
  const MatrixKernel* int8;
  const FloatKernels* floats;
  const GroupedKernel* const* grouped;  // [kForms], by GroupedForm
  int ahead[kForms] = {};  // the `ahead` of each, by GroupedForm, as measure_ahead says (dispatch.h)
};

}  // namespace ryzanstein

#endif
