// Decoders of ggml's blocks: F32, F16, BF16, Q8_0, Q4_K, Q6_K, TQ1_0, TQ2_0 and bitnet.cpp's I2_S.
#include "tensor_types.h"

#include <cstring>

namespace ryzanstein {
namespace {

float from_bits(uint32_t bits) {
  float value;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

uint16_t read_half(const uint8_t* bytes) {
  uint16_t value;
  std::memcpy(&value, bytes, sizeof value);
  return value;
}

void f32_to_floats(const uint8_t* row, int columns, float* y) {
  std::memcpy(y, row, static_cast<size_t>(columns) * sizeof(float));
}

void f16_to_floats(const uint8_t* row, int columns, float* y) {
  for (int i = 0; i < columns; i++) y[i] = half_to_float(read_half(row + 2 * i));
}

void bf16_to_floats(const uint8_t* row, int columns, float* y) {
  for (int i = 0; i < columns; i++) y[i] = from_bits(static_cast<uint32_t>(read_half(row + 2 * i)) << 16);
}

// Q8_0: half scale, 32 int8.
bool q8_0_to_codes(const uint8_t* row, int columns, int8_t* codes, float* scales) {
  for (int b = 0; b < columns / 32; b++, row += 34) {
    scales[b] = half_to_float(read_half(row));
    std::memcpy(codes + 32 * b, row + 2, 32);
  }
  return true;
}

void q8_0_to_floats(const uint8_t* row, int columns, float* y) {
  for (int b = 0; b < columns / 32; b++, row += 34) {
    const float scale = half_to_float(read_half(row));
    for (int i = 0; i < 32; i++) *y++ = scale * static_cast<float>(static_cast<int8_t>(row[2 + i]));
  }
}

// TQ2_0: 64 bytes, half scale. Bits 2l, 2l + 1 of byte 32h + m are the code of weight 128h + 32l + m.
bool tq2_0_to_codes(const uint8_t* row, int columns, int8_t* codes, float* scales) {
  uint8_t invalid = 0;  // code 3 has both bits set
  for (int b = 0; b < columns / 256; b++, row += 66) {
    for (int h = 0; h < 64; h += 32) {
      for (int l = 0; l < 8; l += 2) {
        for (int m = 0; m < 32; m++) {
          const int code = row[h + m] >> l & 3;
          invalid |= static_cast<uint8_t>(code & code >> 1);
          *codes++ = static_cast<int8_t>(code - 1);
        }
      }
    }
    scales[b] = half_to_float(read_half(row + 64));
  }
  return invalid == 0;
}

// One TQ1_0 byte is a fraction of 256 in base 3; digit n is read off after multiplying by 3^n (mod 256).
int8_t trit(uint8_t byte, int power_of_3) {
  const auto fraction = static_cast<uint8_t>(byte * power_of_3);
  return static_cast<int8_t>((fraction * 3 >> 8) - 1);
}

// TQ1_0: 32 bytes of 5 trits (weight 32n + m), 16 bytes of 5 (160 + 16n + m), 4 bytes of 4 (240 + 4n + m),
// half scale.
bool tq1_0_to_codes(const uint8_t* row, int columns, int8_t* codes, float* scales) {
  static constexpr int kPowers[5] = {1, 3, 9, 27, 81};
  for (int b = 0; b < columns / 256; b++, row += 54) {
    for (const int power : kPowers) {
      for (int m = 0; m < 32; m++) *codes++ = trit(row[m], power);
    }
    for (const int power : kPowers) {
      for (int m = 32; m < 48; m++) *codes++ = trit(row[m], power);
    }
    for (int n = 0; n < 4; n++) {
      for (int m = 48; m < 52; m++) *codes++ = trit(row[m], kPowers[n]);
    }
    scales[b] = half_to_float(read_half(row + 52));
  }
  return true;
}

// I2_S: 32 bytes per 128 weights, the first quarter of them in the top bits.
bool i2_s_to_codes(const uint8_t* row, int columns, int8_t* codes, float*) {
  uint8_t invalid = 0;
  for (int b = 0; b < columns / 128; b++, row += 32) {
    for (int shift = 6; shift >= 0; shift -= 2) {
      for (int m = 0; m < 32; m++) {
        const int code = row[m] >> shift & 3;
        invalid |= static_cast<uint8_t>(code & code >> 1);
        *codes++ = static_cast<int8_t>(code - 1);
      }
    }
  }
  return invalid == 0;
}

template <bool (*kToCodes)(const uint8_t*, int, int8_t*, float*), int kBlockWeights, int kBlockBytes>
void codes_to_floats(const uint8_t* row, int columns, float* y) {
  int8_t codes[kBlockWeights];
  float scale = 1;
  for (int b = 0; b < columns / kBlockWeights; b++, row += kBlockBytes) {
    kToCodes(row, kBlockWeights, codes, &scale);
    for (int i = 0; i < kBlockWeights; i++) *y++ = scale * static_cast<float>(codes[i]);
  }
}

// Q4_K: half scale and half minimum, 8 six-bit scales and 8 six-bit minima in 12 bytes, 128 bytes of codes:
// the low four bits of byte 32h + m are weight 64h + m, the high ones weight 64h + 32 + m.
void q4_k_to_floats(const uint8_t* row, int columns, float* y) {
  for (int b = 0; b < columns / 256; b++, row += 144) {
    const float scale = half_to_float(read_half(row));
    const float minimum = half_to_float(read_half(row + 2));
    const uint8_t* packed = row + 4;
    for (int g = 0; g < 8; g++) {
      const int s = g < 4 ? packed[g] & 63 : (packed[g + 4] & 15) | packed[g - 4] >> 6 << 4;
      const int m = g < 4 ? packed[g + 4] & 63 : packed[g + 4] >> 4 | packed[g] >> 6 << 4;
      const float step = scale * static_cast<float>(s);
      const float base = minimum * static_cast<float>(m);
      const uint8_t* codes = row + 16 + g / 2 * 32;
      for (int i = 0; i < 32; i++) {
        *y++ = step * static_cast<float>(g % 2 == 0 ? codes[i] & 15 : codes[i] >> 4) - base;
      }
    }
  }
}

// Q6_K: 128 bytes of low bits, 64 of high bits, 16 int8 scales, half scale; in each half of 128 weights,
// weight 32q + m has its low bits in byte 32 * (q % 2) + m (upper nibble from q = 2 on) and its high ones in
// bits 2q of byte m.
void q6_k_to_floats(const uint8_t* row, int columns, float* y) {
  for (int b = 0; b < columns / 256; b++, row += 210) {
    const float scale = half_to_float(read_half(row + 208));
    for (int half = 0; half < 2; half++) {
      const uint8_t* low = row + 64 * half;
      const uint8_t* high = row + 128 + 32 * half;
      const uint8_t* scales = row + 192 + 8 * half;
      for (int q = 0; q < 4; q++) {
        for (int m = 0; m < 32; m++) {
          const int low_bits = low[32 * (q % 2) + m] >> (q < 2 ? 0 : 4) & 15;
          const int code = (low_bits | (high[m] >> (2 * q) & 3) << 4) - 32;
          const auto step = static_cast<int8_t>(scales[2 * q + m / 16]);
          *y++ = scale * static_cast<float>(step) * static_cast<float>(code);
        }
      }
    }
  }
}

constexpr TensorType kTypes[] = {
    {kTypeF32, "F32", 1, 4, f32_to_floats, nullptr, 0, false},
    {1, "F16", 1, 2, f16_to_floats, nullptr, 0, false},
    {8, "Q8_0", 32, 34, q8_0_to_floats, q8_0_to_codes, 32, false},
    {12, "Q4_K", 256, 144, q4_k_to_floats, nullptr, 0, false},
    {14, "Q6_K", 256, 210, q6_k_to_floats, nullptr, 0, false},
    {30, "BF16", 1, 2, bf16_to_floats, nullptr, 0, false},
    {34, "TQ1_0", 256, 54, codes_to_floats<tq1_0_to_codes, 256, 54>, tq1_0_to_codes, 256, true},
    {35, "TQ2_0", 256, 66, codes_to_floats<tq2_0_to_codes, 256, 66>, tq2_0_to_codes, 256, true},
    {36, "I2_S", 128, 32, codes_to_floats<i2_s_to_codes, 128, 32>, i2_s_to_codes, 0, true},
};

}  // namespace

const TensorType* find_tensor_type(int id) {
  for (const TensorType& type : kTypes) {
    if (type.id == id) return &type;
  }
  return nullptr;
}

}  // namespace ryzanstein
