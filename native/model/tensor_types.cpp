// Decoders of ggml's, bitnet.cpp's and PrismML's blocks: each type gives the parts of one block.
#include "tensor_types.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace ryzanstein {
namespace {

uint16_t read_half(const uint8_t* bytes) {
  uint16_t value;
  std::memcpy(&value, bytes, sizeof value);
  return value;
}

// ---------------------------------------------------------------- floats

void f32_to_floats(const uint8_t* row, int columns, float* y) {
  std::memcpy(y, row, static_cast<size_t>(columns) * sizeof(float));
}

void f16_to_floats(const uint8_t* row, int columns, float* y) {
  for (int i = 0; i < columns; i++) y[i] = half_to_float(read_half(row + 2 * i));
}

void bf16_to_floats(const uint8_t* row, int columns, float* y) {
  for (int i = 0; i < columns; i++) {
    const uint32_t bits = static_cast<uint32_t>(read_half(row + 2 * i)) << 16;
    std::memcpy(y + i, &bits, sizeof bits);
  }
}

// ---------------------------------------------------------------- blocks of 32 weights: a half first
// The low four bits of byte j are weight j, the high ones weight 16 + j; bit j of the u32 is weight j's
// fifth.

void nibbles(const uint8_t* bytes, int count, uint8_t* codes) {
  for (int j = 0; j < count; j++) {
    codes[j] = bytes[j] & 15;
    codes[count + j] = bytes[j] >> 4;
  }
}

void fifth_bits(const uint8_t* bytes, uint8_t* codes) {
  uint32_t bits;
  std::memcpy(&bits, bytes, sizeof bits);
  for (int j = 0; j < 32; j++) codes[j] |= static_cast<uint8_t>((bits >> j & 1) << 4);
}

void q4_0(const uint8_t* block, const RowParts& to) {
  *to.scales = read_half(block);
  nibbles(block + 2, 16, to.codes);
}

// ggml adds what we subtract.
uint16_t negative(uint16_t half) { return half ^ 0x8000; }

void q4_1(const uint8_t* block, const RowParts& to) {
  *to.scales = read_half(block);
  *to.minima = negative(read_half(block + 2));
  nibbles(block + 4, 16, to.codes);
}

void q5_0(const uint8_t* block, const RowParts& to) {
  *to.scales = read_half(block);
  nibbles(block + 6, 16, to.codes);
  fifth_bits(block + 2, to.codes);
}

void q5_1(const uint8_t* block, const RowParts& to) {
  *to.scales = read_half(block);
  *to.minima = negative(read_half(block + 2));
  nibbles(block + 8, 16, to.codes);
  fifth_bits(block + 4, to.codes);
}

void q8_0(const uint8_t* block, const RowParts& to) {
  *to.scales = read_half(block);
  for (int j = 0; j < 32; j++) to.codes[j] = block[2 + j] ^ 0x80;  // + 128
}

// A byte e that stands for 2^(e - 128), as the upper half of that float; the two smallest are denormal.
void mxfp4(const uint8_t* block, const RowParts& to) {
  const int e = block[0];
  *to.scales = static_cast<uint16_t>(e < 2 ? 0x20 << e : (e - 1) << 7);
  nibbles(block + 1, 16, to.codes);
}

// ---------------------------------------------------------------- blocks of 256 weights with sub-scales

// Sixteen bytes of scales and minima of 4 bits, 64 of codes, scale and minimum. Of each 128 weights, bits 2q
// and 2q + 1 of byte m are weight 32q + m.
void two_bits_of_128(const uint8_t* bytes, uint8_t* codes) {
  for (int q = 0; q < 4; q++) {
    for (int m = 0; m < 32; m++) *codes++ = bytes[m] >> 2 * q & 3;
  }
}

void q2_k(const uint8_t* block, const RowParts& to) {
  *to.scales = read_half(block + 80);
  *to.minima = read_half(block + 82);
  for (int g = 0; g < 16; g++) {
    to.sub_scales[g] = block[g] & 15;
    to.sub_minima[g] = block[g] >> 4;
  }
  for (int half = 0; half < 2; half++) two_bits_of_128(block + 16 + 32 * half, to.codes + 128 * half);
}

// 32 bytes of third bits, 64 of codes as in Q2_K, 12 of scales, scale. Bit i of byte m is the third bit of
// weight 32i + m. Scale g has its low four bits in a half of byte g % 8, its high two in byte 8 + g % 4.
void q3_k(const uint8_t* block, const RowParts& to) {
  const uint8_t* scales = block + 96;
  *to.scales = read_half(block + 108);
  for (int g = 0; g < 16; g++) {
    const int low = g < 8 ? scales[g] & 15 : scales[g - 8] >> 4, high = scales[8 + g % 4] >> 2 * (g / 4) & 3;
    to.sub_scales[g] = static_cast<uint8_t>((low | high << 4) - 32);
  }
  for (int half = 0; half < 2; half++) two_bits_of_128(block + 32 + 32 * half, to.codes + 128 * half);
  for (int i = 0; i < 256; i++) to.codes[i] |= static_cast<uint8_t>((block[i % 32] >> i / 32 & 1) << 2);
}

// Scale, minimum, then 8 six-bit scales and 8 six-bit minima in 12 bytes.
void k_scales(const uint8_t* block, const RowParts& to) {
  *to.scales = read_half(block);
  *to.minima = read_half(block + 2);
  const uint8_t* packed = block + 4;
  for (int g = 0; g < 4; g++) {
    to.sub_scales[g] = packed[g] & 63;
    to.sub_minima[g] = packed[g + 4] & 63;
    to.sub_scales[g + 4] = static_cast<uint8_t>((packed[g + 8] & 15) | packed[g] >> 6 << 4);
    to.sub_minima[g + 4] = static_cast<uint8_t>(packed[g + 8] >> 4 | packed[g + 4] >> 6 << 4);
  }
}

void q4_k(const uint8_t* block, const RowParts& to) {
  k_scales(block, to);
  for (int c = 0; c < 4; c++) nibbles(block + 16 + 32 * c, 32, to.codes + 64 * c);
}

// Bit i of byte m of the 32 behind the scales is the fifth bit of weight 32i + m.
void q5_k(const uint8_t* block, const RowParts& to) {
  k_scales(block, to);
  for (int c = 0; c < 4; c++) nibbles(block + 48 + 32 * c, 32, to.codes + 64 * c);
  for (int i = 0; i < 256; i++) to.codes[i] |= static_cast<uint8_t>((block[16 + i % 32] >> i / 32 & 1) << 4);
}

// 128 bytes of low bits, 64 of high bits, 16 int8 scales, scale; in each half of 128 weights, weight 32q + m
// has its low bits in byte 32 * (q % 2) + m (upper nibble from q = 2 on) and its high ones in bits 2q of byte
// m.
void q6_k(const uint8_t* block, const RowParts& to) {
  *to.scales = read_half(block + 208);
  std::memcpy(to.sub_scales, block + 192, 16);
  for (int half = 0; half < 2; half++) {
    uint8_t* codes = to.codes + 128 * half;
    uint8_t high[128];
    two_bits_of_128(block + 128 + 32 * half, high);
    nibbles(block + 64 * half, 64, codes);
    for (int i = 0; i < 128; i++) codes[i] |= static_cast<uint8_t>(high[i] << 4);
  }
}

// Scale, the upper two bits of 8 scales, their lower four, 128 bytes of codes.
void iq4_xs(const uint8_t* block, const RowParts& to) {
  *to.scales = read_half(block);
  const int high = read_half(block + 2);
  for (int g = 0; g < 8; g++) {
    const int low = block[4 + g / 2] >> 4 * (g % 2) & 15;
    to.sub_scales[g] = static_cast<uint8_t>((low | (high >> 2 * g & 3) << 4) - 32);
    nibbles(block + 8 + 16 * g, 16, to.codes + 32 * g);
  }
}

// ---------------------------------------------------------------- one and two bits, ternary

// Half scale, 16 bytes; the bits of weights follow each other. A one is +scale, a zero -scale.
void q1_0(const uint8_t* block, const RowParts& to) {
  *to.scales = read_half(block);
  for (int i = 0; i < 128; i++) to.codes[i] = static_cast<uint8_t>((block[2 + i / 8] >> i % 8 & 1) * 2);
}

// Half scale, then four weights to the byte, one after the other.
template <int kWeights>
void q2_0(const uint8_t* block, const RowParts& to) {
  *to.scales = read_half(block);
  for (int i = 0; i < kWeights; i++) to.codes[i] = block[2 + i / 4] >> 2 * (i % 4) & 3;
}

// 64 bytes, half scale. Bits 2l, 2l + 1 of byte 32h + m are the code of weight 128h + 32l + m.
void tq2_0(const uint8_t* block, const RowParts& to) {
  to.scales[0] = to.scales[1] = read_half(block + 64);
  for (int half = 0; half < 2; half++) two_bits_of_128(block + 32 * half, to.codes + 128 * half);
}

// A byte of trits is a fraction of 256 in base 3; digit n is read off after multiplying by 3^n (mod 256).
// Digit n of `count` bytes, for n < digits; returns the codes' end.
uint8_t* trits(const uint8_t* bytes, int count, int digits, uint8_t* codes) {
  for (int n = 0, power = 1; n < digits; n++, power *= 3) {
    for (int m = 0; m < count; m++)
      *codes++ = static_cast<uint8_t>(static_cast<uint8_t>(bytes[m] * power) * 3 >> 8);
  }
  return codes;
}

// 32 bytes of 5 trits, 16 of 5, 4 of 4, half scale.
void tq1_0(const uint8_t* block, const RowParts& to) {
  to.scales[0] = to.scales[1] = read_half(block + 52);
  uint8_t* codes = trits(block, 32, 5, to.codes);
  codes = trits(block + 32, 16, 5, codes);
  trits(block + 48, 4, 4, codes);
}

// 16 bytes of 5 trits, 8 of 5, 2 of 4, half scale.
void ptq1_0(const uint8_t* block, const RowParts& to) {
  *to.scales = read_half(block + 26);
  uint8_t* codes = trits(block, 16, 5, to.codes);
  codes = trits(block + 16, 8, 5, codes);
  trits(block + 24, 2, 4, codes);
}

// I2_S: 32 bytes per 128 weights, the first quarter of them in the top bits.
bool i2_s_to_codes(const uint8_t* row, int columns, int8_t* codes, float*) {
  uint8_t invalid = 0;  // code 3 has both bits set
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

void i2_s_to_floats(const uint8_t* row, int columns, float* y) {
  int8_t codes[128];
  for (int b = 0; b < columns / 128; b++, row += 32) {
    i2_s_to_codes(row, 128, codes, nullptr);
    for (const int8_t code : codes) *y++ = static_cast<float>(code);
  }
}

// ---------------------------------------------------------------- rows of blocks

using BlockFunction = void (*)(const uint8_t* block, const RowParts& to);

// A type whose blocks have kWeights weights in kBytes bytes.
template <BlockFunction kBlock, GroupedForm kForm, int kWeights, int kBytes>
struct Blocks {
  static constexpr int kGroups = kWeights / shape_of(kForm).group;
  static constexpr int kScales = has_sub_scales(shape_of(kForm)) ? kWeights / 256 : kGroups;

  static void take_apart(const uint8_t* row, int columns, const RowParts& parts) {
    RowParts to = parts;
    for (int b = 0; b < columns / kWeights; b++, row += kBytes) {
      kBlock(row, to);
      to = {to.codes + kWeights, to.scales + kScales, to.minima + kScales, to.sub_scales + kGroups,
            to.sub_minima + kGroups};
    }
  }

  // One block, and what reads its parts.
  struct Parts {
    uint8_t codes[kWeights], sub_scales[kGroups], sub_minima[kGroups];
    uint16_t scales[kScales], minima[kScales];
    RowParts to() { return {codes, scales, minima, sub_scales, sub_minima}; }
    GroupedRow row() const { return {codes, scales, minima, sub_scales, sub_minima, nullptr}; }
  };

  static void to_floats(const uint8_t* row, int columns, float* y) {
    Parts parts;
    for (int b = 0; b < columns / kWeights; b++, row += kBytes, y += kWeights) {
      kBlock(row, parts.to());
      grouped_row_to_floats(shape_of(kForm), parts.row(), kWeights, y);
    }
  }

  // Of forms without sub-scales, minima and tables.
  template <bool kTernary>
  static bool to_codes(const uint8_t* row, int columns, int8_t* codes, float* scales) {
    Parts parts;
    bool valid = true;
    for (int b = 0; b < columns / kWeights; b++, row += kBytes) {
      kBlock(row, parts.to());
      for (const uint16_t scale : parts.scales) *scales++ = half_to_float(scale);
      for (const uint8_t code : parts.codes) {
        valid = valid && (!kTernary || code < 3);
        *codes++ = static_cast<int8_t>(code - shape_of(kForm).offset);
      }
    }
    return valid;
  }
};

template <BlockFunction kBlock, GroupedForm kForm, int kWeights, int kBytes>
constexpr TensorType grouped(int id, const char* name) {
  using B = Blocks<kBlock, kForm, kWeights, kBytes>;
  return {id, name, kWeights, kBytes, B::to_floats, B::take_apart, kForm};
}

// A type whose weights may be whole numbers under one scale.
template <BlockFunction kBlock, GroupedForm kForm, int kWeights, int kBytes, bool kTernary>
constexpr TensorType integers(int id, const char* name) {
  using B = Blocks<kBlock, kForm, kWeights, kBytes>;
  return {id,
          name,
          kWeights,
          kBytes,
          B::to_floats,
          B::take_apart,
          kForm,
          B::template to_codes<kTernary>,
          shape_of(kForm).group,
          kTernary};
}

using F = GroupedForm;

constexpr TensorType kTypes[] = {
    {kTypeF32, "F32", 1, 4, f32_to_floats},
    {1, "F16", 1, 2, f16_to_floats, nullptr, F::kQ8_0},
    {30, "BF16", 1, 2, bf16_to_floats, nullptr, F::kQ8_0},
    grouped<q4_0, F::kQ4_0, 32, 18>(2, "Q4_0"),
    grouped<q4_1, F::kQ4_1, 32, 20>(3, "Q4_1"),
    grouped<q5_0, F::kQ5_0, 32, 22>(6, "Q5_0"),
    grouped<q5_1, F::kQ5_1, 32, 24>(7, "Q5_1"),
    integers<q8_0, F::kQ8_0, 32, 34, false>(8, "Q8_0"),
    grouped<q2_k, F::kQ2_K, 256, 84>(10, "Q2_K"),
    grouped<q3_k, F::kQ3_K, 256, 110>(11, "Q3_K"),
    grouped<q4_k, F::kQ4_K, 256, 144>(12, "Q4_K"),
    grouped<q5_k, F::kQ5_K, 256, 176>(13, "Q5_K"),
    grouped<q6_k, F::kQ6_K, 256, 210>(14, "Q6_K"),
    grouped<q4_0, F::kIQ4_NL, 32, 18>(20, "IQ4_NL"),
    grouped<iq4_xs, F::kIQ4_XS, 256, 136>(23, "IQ4_XS"),
    integers<tq1_0, F::kTwoBit128, 256, 54, true>(34, "TQ1_0"),
    integers<tq2_0, F::kTwoBit128, 256, 66, true>(35, "TQ2_0"),
    {36, "I2_S", 128, 32, i2_s_to_floats, nullptr, F::kF32, i2_s_to_codes, 0, true},
    grouped<mxfp4, F::kMXFP4, 32, 17>(39, "MXFP4"),
    grouped<q1_0, F::kOneBit128, 128, 18>(41, "Q1_0"),
    grouped<q2_0<64>, F::kTwoBit64, 64, 18>(42, "Q2_0"),
    grouped<q2_0<128>, F::kTwoBit128, 128, 34>(142, "PQ2_0"),
    grouped<ptq1_0, F::kTwoBit128, 128, 28>(143, "PTQ1_0"),
};

}  // namespace

namespace {

// Rounded half to even; infinite from 65520 on.
uint16_t float_to_half(float value) {
  uint32_t bits;
  std::memcpy(&bits, &value, sizeof bits);
  const auto sign = static_cast<uint16_t>(bits >> 16 & 0x8000);
  const float magnitude = std::fabs(value);
  if (!(magnitude < 65520)) return sign | 0x7C00;
  if (magnitude < 6.103515625e-05f) {  // 2^-14: below, multiples of 2^-24
    return sign | static_cast<uint16_t>(std::nearbyint(magnitude * 16777216.0f));
  }
  bits &= 0x7FFFFFFF;
  bits += 0xFFF + (bits >> 13 & 1);
  return sign | static_cast<uint16_t>((bits >> 13) - (112 << 10));
}

}  // namespace

bool round_to_q8_0(const float* row, int columns, const RowParts& to) {
  uint8_t* codes = to.codes;
  for (int g = 0; 32 * g < columns; g++, row += 32) {
    const int count = std::min(32, columns - 32 * g);
    float largest = 0;
    for (int i = 0; i < count; i++) largest = std::max(largest, std::fabs(row[i]));
    const float scale = largest / 127, inverse = scale > 0 ? 1 / scale : 0;
    to.scales[g] = float_to_half(scale);
    if (to.scales[g] == 0x7C00) return false;
    for (int i = 0; i < 32; i++) {
      // 1 / scale may be a little too large, and infinite.
      const float level = i < count && std::isfinite(inverse) ? std::round(row[i] * inverse) : 0;
      *codes++ = static_cast<uint8_t>(static_cast<int>(std::min(std::max(level, -127.0f), 127.0f)) + 128);
    }
  }
  return true;
}

const TensorType* find_tensor_type(int id) {
  for (const TensorType& type : kTypes) {
    if (type.id == id) return &type;
  }
  return nullptr;
}

}  // namespace ryzanstein
