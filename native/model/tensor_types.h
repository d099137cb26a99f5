// The ggml tensor types that can be read: their blocks as floats, or taken apart into codes and scales.
#ifndef RYZANSTEIN_MODEL_TENSOR_TYPES_H_
#define RYZANSTEIN_MODEL_TENSOR_TYPES_H_

#include <cstddef>
#include <cstdint>

#include "../kernels/grouped_layout.h"

namespace ryzanstein {

// Where the parts of a row go: GroupedRow, to be written.
struct RowParts {
  uint8_t* codes;       // for each weight
  uint16_t* scales;     // for each group, or for each 256 weights where there are sub-scales
  uint16_t* minima;     // likewise
  uint8_t* sub_scales;  // for each group
  uint8_t* sub_minima;  // likewise
};

// A row is a whole number of blocks. Layouts are ggml's, bitnet.cpp's (I2_S) and PrismML's (PQ2_0, PTQ1_0),
// little endian.
struct TensorType {
  int id;  // ggml's
  const char* name;
  int block_weights;
  int block_bytes;
  // y[columns] = the weights of one row, without a scale that stands behind the tensor (Tensor::to_floats).
  void (*to_floats)(const uint8_t* row, int columns, float* y);
  // Types with a scale for each group, else nullptr: the parts of a row, as its form has them.
  void (*take_apart)(const uint8_t* row, int columns, const RowParts& parts) = nullptr;
  GroupedForm form = GroupedForm::kF32;  // of floats, what they become
  // Types whose weights are integers under one scale, else nullptr: weight = codes[i] * scales[i /
  // scale_columns]. Returns false if a code is outside of the type's range.
  bool (*to_codes)(const uint8_t* row, int columns, int8_t* codes, float* scales) = nullptr;
  int scale_columns = 0;  // 0: one scale for the whole tensor, a float behind the last block
  bool ternary = false;   // every code is -1, 0 or +1
};

constexpr int kTypeF32 = 0;

// Floats as parts of the form kQ8_0, rounded as ggml rounds them when a file is converted to Q8_0. A last
// group that is not whole is filled up with zeros. The floats are finite; returns false if a scale is too
// large for a half.
bool round_to_q8_0(const float* row, int columns, const RowParts& to);

// nullptr if the type is not one that can be read.
const TensorType* find_tensor_type(int id);

}  // namespace ryzanstein

#endif
