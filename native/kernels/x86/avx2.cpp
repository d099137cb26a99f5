// AVX2: ternary weights at 2 bits and int8 weights, products of bytes and words added in pairs.
// Flags: -mavx2 -mfma
#include "shared.h"
#include "units256.h"
// Written over the units above:
#include "../word_products.h"

namespace ryzanstein {

static const BlockFunction kTwoBitBlocks[] = {nullptr, shifted_two_bit_block<1>, shifted_two_bit_block<2>,
                                              shifted_two_bit_block<3>, shifted_two_bit_block<4>};

static void multiply_ternary(const void* blocks, int block_count, int columns, const void* prepared,
                             int tokens, int32_t* y, ptrdiff_t y_stride) {
  multiply_blocks<4>(kTwoBitBlocks, blocks, two_bit_block_bytes(columns), block_count, prepared,
                     dot_prepared_bytes(columns), tokens, y, y_stride);
}

static const BlockFunction kWordBlocks[] = {nullptr, word_block<1>, word_block<2>};

static void multiply_int8(const void* blocks, int block_count, int columns, const void* prepared, int tokens,
                          int32_t* y, ptrdiff_t y_stride) {
  multiply_blocks<2>(kWordBlocks, blocks, byte_block_bytes(columns), block_count, prepared,
                     word_prepared_bytes(columns), tokens, y, y_stride);
}

static const MatrixKernel kTernary = {16,          two_bit_block_bytes, pack_two_bit_row, dot_prepared_bytes,
                                      prepare_dot, multiply_ternary};
extern const MatrixKernel kAvx2Int8 = {
    16, byte_block_bytes, pack_byte_row, word_prepared_bytes, prepare_words, multiply_int8, unpack_byte_row};

extern const Kernels kAvx2 = {&kTernary, &kAvx2Int8, &kAvx2Floats, kAvx2Grouped};

}  // namespace ryzanstein
