// Packing of grouped weights and preparing of activations as drawn in grouped_layout.h; plain code for any
// CPU.
#include "grouped_layout.h"

#include <string.h>

namespace ryzanstein {

constexpr size_t kUnit = 64;

static float float_of_bits(uint32_t bits) {
  float value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

float half_to_float(uint16_t half) {
  const uint32_t sign = static_cast<uint32_t>(half & 0x8000) << 16;
  const uint32_t exponent = half >> 10 & 31;
  const uint32_t fraction = half & 1023;
  if (exponent == 31) return float_of_bits(sign | 0x7F800000 | fraction << 13);
  if (exponent != 0) return float_of_bits(sign | (exponent + 112) << 23 | fraction << 13);
  const float magnitude = static_cast<float>(fraction) * 5.9604644775390625e-8f;  // 2^-24
  return sign != 0 ? -magnitude : magnitude;
}

static int value_of(const FormShape& form, uint8_t code) {
  return (form.table == kNoTable ? code : kCodeTables[form.table][code]) - form.offset;
}

static float scale_of(const FormShape& form, const GroupedRow& w, int group) {
  if (!has_sub_scales(form)) {
    return form.scales == kUpperHalves ? float_of_bits(static_cast<uint32_t>(w.scales[group]) << 16)
                                       : half_to_float(w.scales[group]);
  }
  const uint8_t sub = w.sub_scales[group];
  return half_to_float(w.scales[group / tile_groups(form)]) *
         static_cast<float>(form.scales == kSignedUnder256 ? static_cast<int8_t>(sub)
                                                           : static_cast<int>(sub));
}

static float minimum_of(const FormShape& form, const GroupedRow& w, int group) {
  if (!has_sub_scales(form)) return half_to_float(w.minima[group]);
  return half_to_float(w.minima[group / tile_groups(form)]) * static_cast<float>(w.sub_minima[group]);
}

void grouped_row_to_floats(const FormShape& form, const GroupedRow& weights, int columns, float* y) {
  const uint8_t* code = weights.codes;
  for (int g = 0; g * form.group < columns; g++) {
    const float scale = scale_of(form, weights, g), minimum = form.minima ? minimum_of(form, weights, g) : 0;
    for (int i = 0; i < form.group; i++) {
      const float w = static_cast<float>(value_of(form, *code++)) * scale;
      *y++ = form.minima ? w - minimum : w;
    }
  }
}

// Four neighbouring codes, a byte each, in a word.
static uint32_t four_bytes(const uint8_t* p) {
  uint32_t four;
  memcpy(&four, p, sizeof four);
  return four;
}

static void store_four(uint8_t* p, uint32_t four) { memcpy(p, &four, sizeof four); }

// A code of one bit counts 2.
static int single_bit(int bits) { return bits == 1 ? 1 : bits - 1; }

// `out`: the row's four bytes of the first unit.
static void pack_span(int bits, const uint8_t codes[32], uint8_t* out) {
  uint32_t code[8];
  for (int u = 0; u < 8; u++) code[u] = four_bytes(codes + 4 * u);
  if (bits == 8) {
    for (int u = 0; u < 8; u++, out += kUnit) store_four(out, code[u]);
    return;
  }
  if (bits & 1) {
    uint32_t four = 0;
    for (int u = 0; u < 8; u++) four |= (code[u] >> single_bit(bits) & 0x01010101u) << u;
    store_four(out, four);
    out += kUnit;
  }
  if (bits & 2) {
    for (int v = 0; v < 2; v++, out += kUnit) {
      uint32_t four = 0;
      for (int d = 0; d < 4; d++) four |= (code[4 * v + d] >> (bits & 4) & 0x03030303u) << 2 * d;
      store_four(out, four);
    }
  }
  if (bits & 4) {
    for (int v = 0; v < 4; v++, out += kUnit) {
      store_four(out, (code[v] & 0x0F0F0F0Fu) | (code[4 + v] & 0x0F0F0F0Fu) << 4);
    }
  }
}

static void unpack_span(int bits, const uint8_t* in, uint8_t codes[32]) {
  uint32_t code[8] = {};
  if (bits == 8) {
    for (int u = 0; u < 8; u++, in += kUnit) code[u] = four_bytes(in);
  } else {
    if (bits & 1) {
      for (int u = 0; u < 8; u++) code[u] |= (four_bytes(in) >> u & 0x01010101u) << single_bit(bits);
      in += kUnit;
    }
    if (bits & 2) {
      for (int v = 0; v < 2; v++, in += kUnit) {
        for (int d = 0; d < 4; d++) code[4 * v + d] |= (four_bytes(in) >> 2 * d & 0x03030303u) << (bits & 4);
      }
    }
    if (bits & 4) {
      for (int v = 0; v < 4; v++, in += kUnit) {
        code[v] |= four_bytes(in) & 0x0F0F0F0Fu;
        code[4 + v] |= four_bytes(in) >> 4 & 0x0F0F0F0Fu;
      }
    }
  }
  for (int u = 0; u < 8; u++) store_four(codes + 4 * u, code[u]);
}

size_t grouped_block_bytes(const FormShape& form, int columns) {
  return static_cast<size_t>(tiles_of(form, columns)) * static_cast<size_t>(tile_bytes(form));
}

// What stands for one row under one index of `values`, or 0 where the row has no more of them.
template <class T>
static T value_or_zero(const T* values, int index, int count) {
  return values != nullptr && index < count ? values[index] : T{0};
}

static void pack_scales(const FormShape& form, const GroupedRow& w, int row, int tile, int groups,
                        uint8_t* out) {
  const int per_tile = tile_groups(form), first = tile * per_tile;
  const auto put_half = [&](uint8_t* line, int place, uint16_t half) {
    memcpy(line + 32 * place + 2 * row, &half, sizeof half);
  };
  if (!has_sub_scales(form)) {
    for (int g = 0; g < 2; g++) {
      put_half(out, g, value_or_zero(w.scales, first + g, groups));
      if (form.minima) put_half(out + kUnit, g, value_or_zero(w.minima, first + g, groups));
    }
    return;
  }
  const int tiles = groups / per_tile;
  if (form.scales == kSignedUnder256) {
    const float scale = half_to_float(value_or_zero(w.scales, tile, tiles));
    memcpy(out + 4 * row, &scale, sizeof scale);
  } else {
    put_half(out, 0, value_or_zero(w.scales, tile, tiles));
    put_half(out, 1, value_or_zero(w.minima, tile, tiles));
  }
  uint8_t* bytes = out + kUnit + row;
  for (int g = 0; g < per_tile; g++, bytes += 16) {
    const uint8_t scale = value_or_zero(w.sub_scales, first + g, groups);
    const uint8_t minimum = value_or_zero(w.sub_minima, first + g, groups);
    *bytes = form.scales == kNibblesUnder256 ? static_cast<uint8_t>((scale & 15) | minimum << 4) : scale;
    if (form.scales == kUnsignedUnder256) bytes[16 * per_tile] = minimum;
  }
}

void pack_grouped_row(const FormShape& form, const GroupedRow* weights, int row, int columns, void* block) {
  static constexpr uint8_t kZeros[32] = {};
  static constexpr GroupedRow kNothing = {};
  const GroupedRow& w = weights != nullptr ? *weights : kNothing;
  const int groups = weights != nullptr ? (columns + form.group - 1) / form.group : 0;
  uint8_t* tile = static_cast<uint8_t*>(block);
  for (int t = 0, column = 0; t < tiles_of(form, columns); t++, tile += tile_bytes(form)) {
    pack_scales(form, w, row, t, groups, tile);
    uint8_t* out = tile + head_bytes(form) + 4 * row;
    for (int s = 0; s < tile_columns(form) / 32;
         s++, column += 32, out += form.bits * static_cast<int>(kUnit)) {
      pack_span(form.bits, column < groups * form.group ? w.codes + column : kZeros, out);
    }
  }
}

void read_group(const FormShape& form, const void* block, int row, int group, GroupParts* parts) {
  const int per_tile = tile_groups(form), g = group % per_tile;
  const uint8_t* tile = static_cast<const uint8_t*>(block) +
                        static_cast<size_t>(group / per_tile) * static_cast<size_t>(tile_bytes(form));
  const auto half_at = [&](const uint8_t* line, int place) {
    uint16_t half;
    memcpy(&half, line + 32 * place + 2 * row, sizeof half);
    return half;
  };
  const uint8_t* sub_scale = tile + kUnit + 16 * g + row;
  parts->minimum = 0;
  switch (form.scales) {
    case kHalves:
      parts->scale = half_to_float(half_at(tile, g));
      if (form.minima) parts->minimum = half_to_float(half_at(tile + kUnit, g));
      break;
    case kUpperHalves:
      parts->scale = float_of_bits(static_cast<uint32_t>(half_at(tile, g)) << 16);
      break;
    case kUnsignedUnder256:
      parts->scale = half_to_float(half_at(tile, 0)) * static_cast<float>(*sub_scale);
      parts->minimum = half_to_float(half_at(tile, 1)) * static_cast<float>(sub_scale[16 * per_tile]);
      break;
    case kNibblesUnder256:
      parts->scale = half_to_float(half_at(tile, 0)) * static_cast<float>(*sub_scale & 15);
      parts->minimum = half_to_float(half_at(tile, 1)) * static_cast<float>(*sub_scale >> 4);
      break;
    case kSignedUnder256:
      memcpy(&parts->scale, tile + 4 * row, sizeof parts->scale);
      parts->scale *= static_cast<float>(static_cast<int8_t>(*sub_scale));
      break;
  }
  const uint8_t* in = tile + head_bytes(form) + 4 * row;
  for (int k = 0; k < form.group; k += 32) {
    const int first = g * form.group + k;  // of 16 columns, half of a span
    uint8_t codes[32];
    unpack_span(form.bits, in + first / 32 * form.bits * static_cast<int>(kUnit), codes);
    for (int i = 0; i < 32 && i < form.group; i++) {
      parts->values[k + i] = static_cast<int16_t>(value_of(form, codes[first % 32 + i]));
    }
  }
}

void unpack_grouped_row(const FormShape& form, const void* block, int row, int columns, float* y) {
  GroupParts parts;
  for (int g = 0; g * form.group < columns; g++) {
    read_group(form, block, row, g, &parts);
    for (int i = 0; i < form.group && g * form.group + i < columns; i++) {
      const float w = static_cast<float>(parts.values[i]) * parts.scale;
      *y++ = form.minima ? w - parts.minimum : w;
    }
  }
}

static size_t whole_lines(size_t bytes) { return (bytes + kUnit - 1) / kUnit * kUnit; }

PreparedShape prepared_shape(const FormShape& form, int columns, int width) {
  const size_t padded =
      static_cast<size_t>(tiles_of(form, columns)) * static_cast<size_t>(tile_columns(form));
  const size_t tokens = static_cast<size_t>(width),
               group_bytes = padded / static_cast<size_t>(form.group) * tokens * 4;
  PreparedShape shape;
  shape.starts = whole_lines(padded * tokens);
  shape.scales = shape.starts + whole_lines(group_bytes);
  shape.sums =
      shape.scales + whole_lines((padded + scale_columns(form) - 1) / scale_columns(form) * tokens * 4);
  shape.bytes = shape.sums + (form.minima ? whole_lines(group_bytes) : 0);
  return shape;
}

void prepare_grouped(const FormShape& form, float (*quantize)(const float* x, int n, int8_t* q),
                     const float* x, int columns, float factor, int token, int width, void* prepared) {
  const PreparedShape shape = prepared_shape(form, columns, width);
  const int padded = tiles_of(form, columns) * tile_columns(form), lane = token % width,
            depth = prepared_depth(form, width);
  uint8_t* tile = static_cast<uint8_t*>(prepared) + static_cast<size_t>(token / width) * shape.bytes;
  uint8_t* codes = tile + depth * lane;
  int32_t* starts = reinterpret_cast<int32_t*>(tile + shape.starts) + lane;
  float* scales = reinterpret_cast<float*>(tile + shape.scales) + lane;
  float* sums = reinterpret_cast<float*>(tile + shape.sums) + lane;
  for (int first = 0; first < padded; first += scale_columns(form)) {
    int8_t q[kMostScaleColumns] = {};
    const int left = columns - first,
              here = padded - first < scale_columns(form) ? padded - first : scale_columns(form);
    const float scale =
        left > 0 ? quantize(x + first, left < scale_columns(form) ? left : scale_columns(form), q) * factor
                 : 0.0f;
    *scales = scale;
    scales += width;
    if (depth == 4) {  // as most have it: single stores
      for (int k = 0; k < here; k += 4, codes += 4 * width) memcpy(codes, q + k, 4);
    } else {
      for (int k = 0; k < here; k += depth, codes += depth * width)
        memcpy(codes, q + k, static_cast<size_t>(depth));
    }
    for (int k = 0; k < here; k += form.group, starts += width, sums += width) {
      int32_t sum = 0;
      for (int i = 0; i < form.group; i++) sum += q[k + i];
      *starts = -form.offset * sum;
      if (form.minima) *sums = scale * static_cast<float>(sum);
    }
  }
}

}  // namespace ryzanstein
