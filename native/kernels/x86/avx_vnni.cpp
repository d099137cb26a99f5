// AVX-VNNI (256-bit registers, no AVX-512): ternary weights at 2 bits and int8 weights into VPDPBUSD.
// Flags: -mavx2 -mfma -mavxvnni
#include "dot256.h"
#include "shared.h"

namespace ryzanstein {

constexpr int kUnitsPerDrain = 1 << 20;  // int32 sums: never
constexpr bool kSlowAccumulate = true;

// sums[row] += 4 unsigned codes of the row x 4 signed activations
RYZANSTEIN_INLINE Unit accumulate(Unit sums, Unit codes, Broadcast x) {
  return {dot(sums.low, codes.low, x), dot(sums.high, codes.high, x)};
}
RYZANSTEIN_INLINE Unit widen(Unit sums) { return sums; }
RYZANSTEIN_INLINE Unit dot_broadcast(Unit sums, Unit codes, const uint8_t* x) {
  return accumulate(sums, codes, broadcast(x));
}

}  // namespace ryzanstein

#include "../dot_products.h"
#include "../shifted_two_bit.h"

namespace ryzanstein {

static const BlockFunction kTwoBitBlocks[] = {nullptr,
                                              masked_two_bit_block<1>,
                                              shifted_two_bit_block<2>,
                                              shifted_two_bit_block<3>,
                                              shifted_two_bit_block<4>,
                                              shifted_two_bit_block<5>};

static void multiply_ternary(const void* blocks, int block_count, int columns, const void* prepared,
                             int tokens, int32_t* y, ptrdiff_t y_stride) {
  multiply_blocks<5>(kTwoBitBlocks, blocks, two_bit_block_bytes(columns), block_count, prepared,
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
static const MatrixKernel kInt8 = {16,          byte_block_bytes, pack_byte_row,  dot_prepared_bytes,
                                   prepare_dot, multiply_int8,    unpack_byte_row};

extern const Kernels kAvxVnni = {&kTernary, &kInt8, &kAvx2Floats, kAvxVnniGrouped};

}  // namespace ryzanstein
