// The ggml tensor types that can be read: their blocks as floats, or as integer codes with scales.
#ifndef RYZANSTEIN_MODEL_TENSOR_TYPES_H_
#define RYZANSTEIN_MODEL_TENSOR_TYPES_H_

#include <cstddef>
#include <cstdint>

#include "../kernels/grouped_layout.h"

namespace ryzanstein {

// A row is a whole number of blocks. Layouts are ggml's and bitnet.cpp's (I2_S), little endian.
struct TensorType {
  int id;  // ggml's
  const char* name;
  int block_weights;
  int block_bytes;
  // y[columns] = the weights of one row. I2_S: without the scale that stands behind the tensor.
  void (*to_floats)(const uint8_t* row, int columns, float* y);
  // Integer types only, else nullptr: weight = codes[i] * scales[i / scale_columns]. Returns false if a code
  // is outside of the type's range.
  bool (*to_codes)(const uint8_t* row, int columns, int8_t* codes, float* scales);
  int scale_columns;  // 0: one scale for the whole tensor, a float behind the last block
  bool ternary;       // every code is -1, 0 or +1
};

constexpr int kTypeF32 = 0;

// nullptr if the type is not one that can be read.
const TensorType* find_tensor_type(int id);

}  // namespace ryzanstein

#endif
