// The packed blocks of grouped weights, drawn bit by bit, and the functions that make and read them.
//
// A block holds 16 rows; it is a stream of tiles, and a tile is its scales in whole lines of 64 bytes, then
// codes. Codes come in units of 64 bytes as in the R16 layouts (layout.h): byte 4 * r + j belongs to row r.
// Unpacked, code unit u of 32 columns holds the codes of the columns 4 * u + j, and is one operand of
// VPDPBUSD.
//
// 32 columns of codes of b bits are b units, whatever b is: its bits are cut into parts of 1, 2 and 4, the
// low bits of the code in the widest part, and the parts follow each other. A kernel reads them in this
// order, from a tile's scales on: reading ahead is done by the CPU, and for addresses that grow (a widest
// part in front, whose first unit is read together with the narrow part behind it, halves the speed at which
// one token reads codes of 5 and 6 bits from memory).
//
//   8 bits, 8 units: unit u is code unit u
//   4 bits, 4 units: bits 0-3 of unit v are code unit v, bits 4-7 code unit 4 + v
//   2 bits, 2 units: bits 2d, 2d + 1 of unit v are code unit 4 * v + d
//   1 bit,  1 unit:  bit u is code unit u
//
//   so 6 bits are 2 units of bits 4-5, then 4 of bits 0-3; 5 bits 1 and 4; 3 bits 1 and 2. The only bit of a
//   code of 1 bit counts 2: the codes are 0 and 2, the offset 1.
//
// A tile with halves has two groups, one with sub-scales 256 columns:
//
//   kHalves, kUpperHalves   line 0    16 scales of group 0 | 16 of group 1, 16 bits each, by row
//                           (line 1)  minima, the same way
//   kUnsignedUnder256       line 0    16 scales | 16 scales of the minima, halves
//                           16 bytes  for each group: sub-scales by row; then the same of sub-minima
//   kNibblesUnder256        line 0    16 scales | 16 scales of the minima, halves
//                           16 bytes  for each group: sub-scales by row in bits 0-3, sub-minima in bits 4-7
//   kSignedUnder256         line 0    16 scales, floats
//                           16 bytes  for each group: sub-scales by row
//
// Bits a weight: Q8_0 8.5, Q4_0 and IQ4_NL and MXFP4 4.5, Q4_1 5, Q5_0 5.5, Q5_1 6, Q2_K 2.625, Q3_K 3.625,
// Q4_K and IQ4_XS 4.625 and 4.375, Q5_K 5.625, Q6_K 6.625, one bit 1.125, two bits 2.25 and 2.125.
//
// "prepared": tokens in tiles of equal width T, each the int8 activations [column / D][token][D]; for each
// group and token the int32 that its sum starts at, -offset * sum of x; for each scale_columns(form) columns
// and token the float scale; and where there are minima, for each group and token scale * sum of x. Each of
// the four begins a line. Columns and groups that fill up the last tile of weights are zeros. D is 4, but in
// tiles of 16 tokens, which are what AMX multiplies, as many columns as a group has, 64 at most.
//
// kF32: a block is [column][row], what is prepared [token][column], floats.
#ifndef RYZANSTEIN_KERNELS_GROUPED_LAYOUT_H_
#define RYZANSTEIN_KERNELS_GROUPED_LAYOUT_H_

#include "contracts.h"

namespace ryzanstein {

enum ScaleKind { kHalves, kUpperHalves, kUnsignedUnder256, kNibblesUnder256, kSignedUnder256 };
enum CodeTable { kCurve, kFourBitFloats, kNoTable };

struct FormShape {
  int bits, group, offset;
  ScaleKind scales;
  bool minima;
  CodeTable table;
};

constexpr FormShape kShapes[] = {
#define RYZANSTEIN_FORM(name, bits, group, offset, scales, minima, table) \
  {bits, group, offset, scales, minima, table},
#include "forms.inc"
#undef RYZANSTEIN_FORM
};

// Of the forms of forms.inc.
RYZANSTEIN_INLINE constexpr const FormShape& shape_of(GroupedForm form) {
  return kShapes[static_cast<int>(form)];
}

// What a code of 4 bits stands for, plus the offset: IQ4_NL's curve, and twice the floats of 4 bits.
constexpr uint8_t kCodeTables[2][16] = {
    {1, 24, 45, 63, 79, 93, 106, 118, 129, 141, 153, 166, 181, 197, 217, 241},
    {12, 13, 14, 15, 16, 18, 20, 24, 12, 11, 10, 9, 8, 6, 4, 0}};

RYZANSTEIN_INLINE constexpr bool has_sub_scales(const FormShape& f) { return f.scales >= kUnsignedUnder256; }
RYZANSTEIN_INLINE constexpr int tile_columns(const FormShape& f) {
  return has_sub_scales(f) ? 256 : 2 * f.group;
}
// The units of 32 columns that stand before the part of `part` bits.
RYZANSTEIN_INLINE constexpr int units_before(int bits, int part) { return bits & (part - 1); }
// Of activations under one scale: what weights under sub-scales lose is so much more that a wide one does.
RYZANSTEIN_INLINE constexpr int scale_columns(const FormShape& f) {
  return has_sub_scales(f)               ? kMostScaleColumns
         : f.group > kFewestScaleColumns ? f.group
                                         : kFewestScaleColumns;
}
RYZANSTEIN_INLINE constexpr int tile_groups(const FormShape& f) { return tile_columns(f) / f.group; }
// The columns of one token that stand side by side in a tile of so many tokens.
constexpr int kDeepWidth = 16;
RYZANSTEIN_INLINE constexpr int prepared_depth(const FormShape& f, int width) {
  return width < kDeepWidth ? 4 : f.group < 64 ? f.group : 64;
}
// Where the codes of a tile begin.
RYZANSTEIN_INLINE constexpr int head_bytes(const FormShape& f) {
  return has_sub_scales(f) ? 64 + tile_groups(f) * 16 * (f.scales == kUnsignedUnder256 ? 2 : 1)
         : f.minima        ? 128
                           : 64;
}
RYZANSTEIN_INLINE constexpr int tile_bytes(const FormShape& f) {
  return head_bytes(f) + tile_columns(f) / 32 * f.bits * 64;
}
RYZANSTEIN_INLINE constexpr int tiles_of(const FormShape& f, int columns) {
  return (columns + tile_columns(f) - 1) / tile_columns(f);
}

// Exact.
float half_to_float(uint16_t half);

// The weights of `columns` columns, whole groups: y [columns].
void grouped_row_to_floats(const FormShape& form, const GroupedRow& weights, int columns, float* y);

size_t grouped_block_bytes(const FormShape& form, int columns);
void pack_grouped_row(const FormShape& form, const GroupedRow* weights, int row, int columns, void* block);
void unpack_grouped_row(const FormShape& form, const void* block, int row, int columns, float* y);
// Values (looked up, offset taken off), scale and minimum of one group of one row.
struct GroupParts {
  int16_t values[kMostScaleColumns];
  float scale, minimum;
};
void read_group(const FormShape& form, const void* block, int row, int group, GroupParts* parts);

// Where the tiles of prepared tokens have their parts; every tile takes `bytes`.
struct PreparedShape {
  size_t starts, scales, sums, bytes;
};
PreparedShape prepared_shape(const FormShape& form, int columns, int width);
// `quantize` as in FloatKernels.
void prepare_grouped(const FormShape& form, float (*quantize)(const float* x, int n, int8_t* q),
                     const float* x, int columns, float factor, int token, int width, void* prepared);

// scalar/grouped.cpp: the reference, for levels and forms that have nothing better.
extern const GroupedKernel* const kScalarGrouped[kForms];
extern const GroupedKernel kScalarF32;

}  // namespace ryzanstein

#endif
