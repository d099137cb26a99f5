// AVX-512 VNNI: ternary weights at 2 bits and int8 weights, both straight into VPDPBUSD.
// Flags: -mavx512f -mavx512bw -mavx512dq -mavx512vl -mavx512vnni -mfma
#include "dot512.h"
#include "shared.h"
// Written over the units above:
#include "../dot_products.h"

namespace ryzanstein {

static const BlockFunction kTwoBitBlocks[] = {nullptr,
                                              masked_two_bit_block<1>,
                                              masked_two_bit_block<2>,
                                              masked_two_bit_block<3>,
                                              masked_two_bit_block<4>,
                                              masked_two_bit_block<5>,
                                              masked_two_bit_block<6>};

static void multiply_ternary(const void* blocks, int block_count, int columns, const void* prepared,
                             int tokens, int32_t* y, ptrdiff_t y_stride) {
  multiply_blocks<6>(kTwoBitBlocks, blocks, two_bit_block_bytes(columns), block_count, prepared,
                     dot_prepared_bytes(columns), tokens, y, y_stride);
}

static const BlockFunction kByteBlocks[] = {
    nullptr,       byte_block<1>, byte_block<2>, byte_block<3>,  byte_block<4>,  byte_block<5>, byte_block<6>,
    byte_block<7>, byte_block<8>, byte_block<9>, byte_block<10>, byte_block<11>, byte_block<12>};

static void multiply_int8(const void* blocks, int block_count, int columns, const void* prepared, int tokens,
                          int32_t* y, ptrdiff_t y_stride) {
  multiply_blocks<12>(kByteBlocks, blocks, byte_block_bytes(columns), block_count, prepared,
                      dot_prepared_bytes(columns), tokens, y, y_stride);
}

extern const MatrixKernel kAvx512VnniTernary = {
    16, two_bit_block_bytes, pack_two_bit_row, dot_prepared_bytes, prepare_dot, multiply_ternary};
extern const MatrixKernel kAvx512VnniInt8 = {
    16, byte_block_bytes, pack_byte_row, dot_prepared_bytes, prepare_dot, multiply_int8, unpack_byte_row};

extern const Kernels kAvx512Vnni = {&kAvx512VnniTernary, &kAvx512VnniInt8, &kAvx512VnniFloats,
                                    kAvx512VnniGrouped};

}  // namespace ryzanstein
