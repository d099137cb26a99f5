// The reference for grouped weights: every form's product in plain C++, in the order that contracts.h gives.
#include <math.h>
#include <string.h>

#include "../grouped_layout.h"

namespace ryzanstein {

extern const Kernels kScalar;

// ---------------------------------------------------------------- forms of forms.inc

// The groups of one scale of x, for one row: sums are kept in y meanwhile.
static void add_groups(const FormShape& form, const GroupParts* parts, int groups, int first,
                       const uint8_t* tile, const PreparedShape& shape, float* y) {
  const int8_t* x =
      reinterpret_cast<const int8_t*>(tile) + static_cast<size_t>(first) * static_cast<size_t>(form.group);
  const float scale =
      reinterpret_cast<const float*>(tile + shape.scales)[first * form.group / scale_columns(form)];
  const float* sums = reinterpret_cast<const float*>(tile + shape.sums) + first;
  float acc = *y, inner = 0;
  for (int g = 0; g < groups; g++, x += form.group) {
    int32_t sum = 0;
    for (int k = 0; k < form.group; k++) sum += parts[g].values[k] * x[k];
    inner = fmaf(static_cast<float>(sum), parts[g].scale, inner);
    if (form.minima) acc = fmaf(-parts[g].minimum, sums[g], acc);
  }
  *y = fmaf(inner, scale, acc);
}

static void multiply_shape(const FormShape& form, const void* blocks, int block_count, int columns,
                           const void* prepared, int tokens, const float* start, float* y,
                           ptrdiff_t y_stride) {
  const PreparedShape shape = prepared_shape(form, columns, 1);
  const int groups = tiles_of(form, columns) * tile_groups(form),
            per_scale = scale_columns(form) / form.group;
  const uint8_t* tiles = static_cast<const uint8_t*>(prepared);
  const uint8_t* block = static_cast<const uint8_t*>(blocks);
  for (int b = 0; b < block_count; b++, block += grouped_block_bytes(form, columns)) {
    for (int r = 0; r < kGroupedRows; r++, y++) {
      for (int t = 0; t < tokens; t++)
        y[t * y_stride] = start != nullptr ? start[b * kGroupedRows + r] : 0.0f;
      for (int first = 0; first < groups; first += per_scale) {
        const int here = groups - first < per_scale ? groups - first : per_scale;
        GroupParts parts[8];
        for (int g = 0; g < here; g++) read_group(form, block, r, first + g, &parts[g]);
        for (int t = 0; t < tokens; t++) {
          add_groups(form, parts, here, first, tiles + static_cast<size_t>(t) * shape.bytes, shape,
                     y + t * y_stride);
        }
      }
    }
  }
}

template <GroupedForm form>
static void multiply_form(const void* blocks, int block_count, int columns, const void* prepared, int tokens,
                          const float* start, float* y, ptrdiff_t y_stride, int) {
  multiply_shape(shape_of(form), blocks, block_count, columns, prepared, tokens, start, y, y_stride);
}

template <GroupedForm>
static int tile_width(int) {
  return 1;
}

static float quantize_group(const float* x, int n, int8_t* q) { return kScalar.floats->quantize(x, n, q); }

// ---------------------------------------------------------------- kF32

static size_t f32_block_bytes(int columns) {
  return static_cast<size_t>(columns) * kGroupedRows * sizeof(float);
}

static void pack_f32_row(const GroupedRow* weights, int row, int columns, void* block) {
  float* out = static_cast<float*>(block) + row;
  for (int k = 0; k < columns; k++, out += kGroupedRows)
    *out = weights != nullptr ? weights->floats[k] : 0.0f;
}

static void unpack_f32_row(const void* block, int row, int columns, float* y) {
  const float* in = static_cast<const float*>(block) + row;
  for (int k = 0; k < columns; k++, in += kGroupedRows) y[k] = *in;
}

static size_t f32_stride(int columns) { return (static_cast<size_t>(columns) + 15) / 16 * 16; }

static size_t f32_prepared_bytes(int columns, int tokens) {
  return static_cast<size_t>(tokens) * f32_stride(columns) * sizeof(float);
}

static void prepare_f32(const float* x, int columns, float factor, int token, int, void* prepared) {
  float* out = static_cast<float*>(prepared) + static_cast<size_t>(token) * f32_stride(columns);
  for (int k = 0; k < columns; k++) out[k] = x[k] * factor;
}

static void multiply_f32(const void* blocks, int block_count, int columns, const void* prepared, int tokens,
                         const float* start, float* y, ptrdiff_t y_stride, int) {
  const float* block = static_cast<const float*>(blocks);
  for (int b = 0; b < block_count;
       b++, block += static_cast<size_t>(columns) * kGroupedRows, y += kGroupedRows) {
    for (int t = 0; t < tokens; t++) {
      const float* x = static_cast<const float*>(prepared) + static_cast<size_t>(t) * f32_stride(columns);
      float acc[kGroupedRows] = {};
      if (start != nullptr) memcpy(acc, start + b * kGroupedRows, sizeof acc);
      const float* w = block;
      for (int k = 0; k < columns; k++, w += kGroupedRows) {
        for (int r = 0; r < kGroupedRows; r++) acc[r] = acc[r] + w[r] * x[k];
      }
      memcpy(y + t * y_stride, acc, sizeof acc);
    }
  }
}

extern const GroupedKernel kScalarF32 = {f32_block_bytes,    pack_f32_row, unpack_f32_row,
                                         f32_prepared_bytes, prepare_f32,  multiply_f32};

}  // namespace ryzanstein

#define RYZANSTEIN_GROUPED kScalarGrouped
#include "../grouped_kernel.h"
