// NEON with SMMLA: products of two rows with two tokens; one token alone goes by SDOT.
// Flags: -mcpu=generic+dotprod+i8mm
#include "byte_products.h"
#include "shared.h"

namespace ryzanstein {

// Of P pairs of tokens with 16 rows: register i holds [row 2i, 2i + 1][token].
template <int P>
struct PairSums {
  int32x4_t of[P][8];
};

template <int P>
RYZANSTEIN_INLINE PairSums<P> no_sums() {
  PairSums<P> sums;
#pragma GCC unroll 24
  for (int i = 0; i < 8 * P; i++) sums.of[i / 8][i % 8] = vdupq_n_s32(0);
  return sums;
}

// Adds the products of eight columns: `first` holds the codes of four of them, `second` those of the next
// four.
template <int P>
RYZANSTEIN_INLINE void add_columns(PairSums<P>& sums, Unit first, Unit second, const uint8_t* x,
                                   size_t prepared_bytes) {
  int8x16_t tokens[P];
#pragma GCC unroll 3
  for (int p = 0; p < P; p++) {
    const uint8_t* pair = x + static_cast<size_t>(2 * p) * prepared_bytes;
    tokens[p] = vreinterpretq_s8_u8(vcombine_u8(vld1_u8(pair), vld1_u8(pair + prepared_bytes)));
  }
#pragma GCC unroll 4
  for (int h = 0; h < 4; h++) {
    const int8x16_t low = vreinterpretq_s8_s32(vzip1q_s32(first.part[h], second.part[h]));
    const int8x16_t high = vreinterpretq_s8_s32(vzip2q_s32(first.part[h], second.part[h]));
#pragma GCC unroll 3
    for (int p = 0; p < P; p++) {
      sums.of[p][2 * h] = vmmlaq_s32(sums.of[p][2 * h], low, tokens[p]);
      sums.of[p][2 * h + 1] = vmmlaq_s32(sums.of[p][2 * h + 1], high, tokens[p]);
    }
  }
}

template <int P>
RYZANSTEIN_INLINE void store_pairs(const PairSums<P>& sums, const int32_t offsets[2 * P], int32_t* y,
                                   ptrdiff_t y_stride) {
#pragma GCC unroll 12
  for (int i = 0; i < 4 * P; i++) {
    const int p = i / 4, h = i % 4;
    const int32x4_t low = sums.of[p][2 * h], high = sums.of[p][2 * h + 1];
    int32_t* out = y + 2 * p * y_stride + 4 * h;
    vst1q_s32(out, vsubq_s32(vuzp1q_s32(low, high), vdupq_n_s32(offsets[2 * p])));
    vst1q_s32(out + y_stride, vsubq_s32(vuzp2q_s32(low, high), vdupq_n_s32(offsets[2 * p + 1])));
  }
}

template <int T>
static void two_bit_pairs(const uint8_t* block, int units, const uint8_t* prepared, size_t prepared_bytes,
                          int32_t* y, ptrdiff_t y_stride) {
  PairSums<T / 2> sums = no_sums<T / 2>();
  const Unit mask = all_bytes(3);
  const uint8_t* x = prepared + kPreparedHeader;
  for (int i = 0; i < units; i++, block += 64, x += 16) {
    prefetch(block + kPrefetchAhead);
    const Unit v = load(block);
    add_columns(sums, bits_and(v, mask), bits_and(shift_words<2>(v), mask), x, prepared_bytes);
    add_columns(sums, bits_and(shift_words<4>(v), mask), bits_and(shift_words<6>(v), mask), x + 8,
                prepared_bytes);
  }
  int32_t offsets[T];
  for (int t = 0; t < T; t++) offsets[t] = prepared_sum(prepared + static_cast<size_t>(t) * prepared_bytes);
  store_pairs(sums, offsets, y, y_stride);
}

template <int T>
static void byte_pairs(const uint8_t* block, int units, const uint8_t* prepared, size_t prepared_bytes,
                       int32_t* y, ptrdiff_t y_stride) {
  PairSums<T / 2> sums = no_sums<T / 2>();
  const uint8_t* x = prepared + kPreparedHeader;
  int i = 0;
  for (; i + 2 <= units; i += 2, block += 128, x += 8) {
    prefetch(block + kPrefetchAhead);
    add_columns(sums, load(block), load(block + 64), x, prepared_bytes);
  }
  if (i < units) add_columns(sums, load(block), zero(), x, prepared_bytes);
  const int32_t offsets[T] = {};
  store_pairs(sums, offsets, y, y_stride);
}

// All tokens but the last in pairs.
template <int T, BlockFunction pairs, BlockFunction alone>
static void pairs_and_one(const uint8_t* block, int units, const uint8_t* prepared, size_t prepared_bytes,
                          int32_t* y, ptrdiff_t y_stride) {
  pairs(block, units, prepared, prepared_bytes, y, y_stride);
  alone(block, units, prepared + (T - 1) * prepared_bytes, prepared_bytes, y + (T - 1) * y_stride, y_stride);
}

static const BlockFunction kTwoBitPairs[] = {nullptr, shifted_two_bit_block<1>, two_bit_pairs<2>,
                                             pairs_and_one<3, two_bit_pairs<2>, shifted_two_bit_block<1>>,
                                             two_bit_pairs<4>};

static void multiply_ternary_pairs(const void* blocks, int block_count, int columns, const void* prepared,
                                   int tokens, int32_t* y, ptrdiff_t y_stride) {
  multiply_blocks<4>(kTwoBitPairs, blocks, two_bit_block_bytes(columns), block_count, prepared,
                     dot_prepared_bytes(columns), tokens, y, y_stride);
}

static const BlockFunction kBytePairs[] = {nullptr,       byte_block<1>,
                                           byte_pairs<2>, pairs_and_one<3, byte_pairs<2>, byte_block<1>>,
                                           byte_pairs<4>, pairs_and_one<5, byte_pairs<4>, byte_block<1>>,
                                           byte_pairs<6>};

static void multiply_int8_pairs(const void* blocks, int block_count, int columns, const void* prepared,
                                int tokens, int32_t* y, ptrdiff_t y_stride) {
  multiply_blocks<6>(kBytePairs, blocks, byte_block_bytes(columns), block_count, prepared,
                     dot_prepared_bytes(columns), tokens, y, y_stride);
}

static const MatrixKernel kTernaryPairs = {
    16, two_bit_block_bytes, pack_two_bit_row, dot_prepared_bytes, prepare_dot, multiply_ternary_pairs};
static const MatrixKernel kInt8Pairs = {
    16,          byte_block_bytes,    pack_signed_byte_row,  dot_prepared_bytes,
    prepare_dot, multiply_int8_pairs, unpack_signed_byte_row};

extern const Kernels kNeonI8mm = {&kTernaryPairs, &kInt8Pairs, &kNeonFloats, kNeonDotprodGrouped};

}  // namespace ryzanstein
