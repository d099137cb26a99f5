// The packed weight blocks, drawn bit by bit, and the functions that make them.
//
// R16: all layouts for dot products of bytes share one shape. A block holds 16 rows; it is a stream of
// 64-byte units, and byte 4 * r + j of a unit belongs to row r of the block. Unpacking digit d of a unit
// gives 64 codes that are exactly one operand of VPDPBUSD: 16 int32 lanes = 16 rows, each the sum over 4
// neighbouring columns.
//
//            byte  0   1   2   3 | 4   5   6   7 | ... | 60  61  62  63
//             row  0   0   0   0 | 1   1   1   1 | ... | 15  15  15  15
//   column offset  0   1   2   3 | 0   1   2   3 | ... | 0   1   2   3        (j)
//
// "R16-8": int8 weights, one unit per 4 columns; byte = weight + 128 (weight 0 = 128), column = 4 * unit + j.
//
// "R16-8S" is the same of signed bytes, where the dot product takes those: byte = weight.
//
// "R16-2B": ternary, 2 bits per weight, one unit per 16 columns; code = weight + 1 in 0..2.
//
//   bit    7   6 | 5   4 | 3   2 | 1   0
//         code 3 | code 2| code 1| code 0        code d: column = 16 * unit + 4 * d + j
//
// "R16-5T": ternary, 5 trits per byte (1.6 bits per weight), one unit per 20 columns; trit t (0..2) is the
// code of column = 20 * unit + 4 * t + j. The byte is made for two 64-entry table look-ups (VPERMB looks at
// bits 0-5):
//
//   bit    7   6 | 5   4   3   2   1   0         p = t3 + 3 * t4            (0..8)
//        c mod 4 |          u                    c = t0 + 3 * t1 + 9 * t2   (0..26),  g = c div 4  (0..6)
//                                                u = p < 8 ? 8 * p + g : 8 * g + 7
//
//   first look-up  L = kPairTable[u]:   bits 0-1 t4, bits 2-4 g, bits 6-7 t3
//   second look-up F = kTripleTable[g * 4 + c mod 4]:  bits 0-1 t0, bits 2-3 t1, bits 4-5 t2
//
// Masked in place, a digit at bit position s is the code times 2^s; its own accumulator is shifted right by s
// at the end, which is exact. Codes are weight + 1 (or + 128), so the sum of the activations (times 128) is
// subtracted: "prepared" = int32 sum of the vector in the first 64 bytes, then the int8 vector padded with
// zeros.
//
// "LUT32", "LUT64": ternary, for look-up tables (T-MAC). A block holds R = 32 or 64 rows; a unit is R bytes,
// one per row, for 4 columns: byte 4 * i + j belongs to row j * R / 4 + i, so that sums widened from bytes to
// int32 end up in row order. A byte is two bit planes of the same 4 weights, whose sum is the code 0..2; each
// nibble is an index into one table of 16 sums of 4 activations:
//
//   bit       7       6       5       4   |   3       2       1       0
//          w3 > 0  w2 > 0  w1 > 0  w0 > 0 | w3 >= 0 w2 >= 0 w1 >= 0 w0 >= 0      column of wi = 4 * unit + i
//
// "prepared" = int32 sum of the vector in the first 64 bytes, then 32 bytes per unit: entry n = sum of the
// activations that the bits of n select, first the low 7 bits of all 16 entries, then what is above them,
// signed.
#ifndef RYZANSTEIN_KERNELS_LAYOUT_H_
#define RYZANSTEIN_KERNELS_LAYOUT_H_

#include "contracts.h"

namespace ryzanstein {

// Ternary weights in 2 bits.
size_t two_bit_block_bytes(int columns);
void pack_two_bit_row(const int8_t* weights, int row, int columns, void* block);

// Ternary weights, five to the byte, and the tables that take them apart.
size_t five_trit_block_bytes(int columns);
void pack_five_trit_row(const int8_t* weights, int row, int columns, void* block);
extern const uint8_t kPairTable[64];
extern const uint8_t kTripleTable[64];

// int8 weights, shifted to unsigned, and as they are.
size_t byte_block_bytes(int columns);
void pack_byte_row(const int8_t* weights, int row, int columns, void* block);
void unpack_byte_row(const void* block, int row, int columns, int8_t* weights);
void pack_signed_byte_row(const int8_t* weights, int row, int columns, void* block);
void unpack_signed_byte_row(const void* block, int row, int columns, int8_t* weights);

// Ternary weights as bit planes for look-up tables.
size_t lut32_block_bytes(int columns);
void pack_lut32_row(const int8_t* weights, int row, int columns, void* block);
size_t lut64_block_bytes(int columns);
void pack_lut64_row(const int8_t* weights, int row, int columns, void* block);
size_t lut_prepared_bytes(int columns);

// The prepared form of the R16 layouts: kPreparedHeader bytes that start with the int32 sum, then the vector
// padded with zeros to a whole number of kPreparedStep columns and one step more (units read past the end).
constexpr int kPreparedHeader = 64;
constexpr int kPreparedStep = 64;
size_t dot_prepared_bytes(int columns);
void prepare_dot(const int8_t* x, int columns, void* prepared);

}  // namespace ryzanstein

#endif
