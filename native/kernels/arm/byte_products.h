// Ternary weights at 2 bits and int8 weights into products of four signed bytes, as the including file's
// flags have them: two layouts, kTernary and kInt8. Everything is static.
#ifndef RYZANSTEIN_KERNELS_ARM_BYTE_PRODUCTS_H_
#define RYZANSTEIN_KERNELS_ARM_BYTE_PRODUCTS_H_

#include "units.h"
// Written over the units above:
#include "../dot_products.h"
#include "../shifted_two_bit.h"

namespace ryzanstein {

// Digits are shifted: masked in place the highest one would reach 128, which is no signed byte.
static const BlockFunction kTwoBitBlocks[] = {nullptr, shifted_two_bit_block<1>, shifted_two_bit_block<2>,
                                              shifted_two_bit_block<3>, shifted_two_bit_block<4>};

static void multiply_ternary(const void* blocks, int block_count, int columns, const void* prepared,
                             int tokens, int32_t* y, ptrdiff_t y_stride) {
  multiply_blocks<4>(kTwoBitBlocks, blocks, two_bit_block_bytes(columns), block_count, prepared,
                     dot_prepared_bytes(columns), tokens, y, y_stride);
}

static const BlockFunction kByteBlocks[] = {nullptr,       byte_block<1>, byte_block<2>, byte_block<3>,
                                            byte_block<4>, byte_block<5>, byte_block<6>};

static void multiply_int8(const void* blocks, int block_count, int columns, const void* prepared, int tokens,
                          int32_t* y, ptrdiff_t y_stride) {
  multiply_blocks<6>(kByteBlocks, blocks, byte_block_bytes(columns), block_count, prepared,
                     dot_prepared_bytes(columns), tokens, y, y_stride);
}

static const MatrixKernel kTernary = {16,          two_bit_block_bytes, pack_two_bit_row, dot_prepared_bytes,
                                      prepare_dot, multiply_ternary};
static const MatrixKernel kInt8 = {16,          byte_block_bytes, pack_signed_byte_row,  dot_prepared_bytes,
                                   prepare_dot, multiply_int8,    unpack_signed_byte_row};

}  // namespace ryzanstein

#endif
