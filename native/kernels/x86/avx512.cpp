// AVX-512 without VNNI: ternary weights at 2 bits and int8 weights, products of bytes and words added in
// pairs.
// Flags: -mavx512f -mavx512bw -mavx512dq -mavx512vl -mfma
#include "shared.h"
#include "units512.h"
// Written over the units above:
#include "../word_products.h"

namespace ryzanstein {

static const BlockFunction kTwoBitBlocks[] = {nullptr,
                                              shifted_two_bit_block<1>,
                                              shifted_two_bit_block<2>,
                                              shifted_two_bit_block<3>,
                                              shifted_two_bit_block<4>,
                                              shifted_two_bit_block<5>,
                                              shifted_two_bit_block<6>,
                                              shifted_two_bit_block<7>,
                                              shifted_two_bit_block<8>};

static void multiply_ternary(const void* blocks, int block_count, int columns, const void* prepared,
                             int tokens, int32_t* y, ptrdiff_t y_stride) {
  multiply_blocks<8>(kTwoBitBlocks, blocks, two_bit_block_bytes(columns), block_count, prepared,
                     dot_prepared_bytes(columns), tokens, y, y_stride);
}

static const BlockFunction kWordBlocks[] = {nullptr,       word_block<1>, word_block<2>,
                                            word_block<3>, word_block<4>, word_block<5>,
                                            word_block<6>, word_block<7>, word_block<8>};

static void multiply_int8(const void* blocks, int block_count, int columns, const void* prepared, int tokens,
                          int32_t* y, ptrdiff_t y_stride) {
  multiply_blocks<8>(kWordBlocks, blocks, byte_block_bytes(columns), block_count, prepared,
                     word_prepared_bytes(columns), tokens, y, y_stride);
}

static const MatrixKernel kTernary = {16,          two_bit_block_bytes, pack_two_bit_row, dot_prepared_bytes,
                                      prepare_dot, multiply_ternary};
extern const MatrixKernel kAvx512Int8 = {
    16, byte_block_bytes, pack_byte_row, word_prepared_bytes, prepare_words, multiply_int8, unpack_byte_row};

extern const Kernels kAvx512 = {&kTernary, &kAvx512Int8, &kAvx512Floats, kAvx512Grouped};

}  // namespace ryzanstein
