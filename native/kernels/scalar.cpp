// The reference: every kernel in plain C++, the specification that each better level must equal bit by bit.
#include <math.h>
#include <string.h>

#include "levels.h"

namespace ryzanstein {

// ---------------------------------------------------------------- integer products
// Block: 16 rows of int8 weights, row-major, each padded to a multiple of 4 columns (so blocks are multiples
// of 64).

static size_t row_stride(int columns) { return (static_cast<size_t>(columns) + 3) / 4 * 4; }

static size_t block_bytes(int columns) { return 16 * row_stride(columns); }

static void pack_row(const int8_t* weights, int row, int columns, void* block) {
  int8_t* out = static_cast<int8_t*>(block) + static_cast<size_t>(row) * row_stride(columns);
  memset(out, 0, row_stride(columns));
  if (weights != nullptr) memcpy(out, weights, static_cast<size_t>(columns));
}

static size_t prepared_bytes(int columns) { return (static_cast<size_t>(columns) + 63) / 64 * 64; }

static void prepare(const int8_t* x, int columns, void* prepared) {
  memset(prepared, 0, prepared_bytes(columns));
  memcpy(prepared, x, static_cast<size_t>(columns));
}

static void multiply(const void* blocks, int block_count, int columns, const void* prepared, int tokens,
                     int32_t* y, ptrdiff_t y_stride) {
  const int8_t* rows = static_cast<const int8_t*>(blocks);
  for (int t = 0; t < tokens; t++) {
    const int8_t* x = static_cast<const int8_t*>(prepared) + static_cast<size_t>(t) * prepared_bytes(columns);
    for (int r = 0; r < 16 * block_count; r++) {
      const int8_t* w = rows + static_cast<size_t>(r) * row_stride(columns);
      int32_t sum = 0;
      for (int k = 0; k < columns; k++) sum += w[k] * x[k];
      y[t * y_stride + r] = sum;
    }
  }
}

extern const MatrixKernel kScalarTernary = {"rows",         16,      block_bytes, pack_row,
                                            prepared_bytes, prepare, multiply};
extern const MatrixKernel kScalarInt8 = {"rows",         16,      block_bytes, pack_row,
                                         prepared_bytes, prepare, multiply};

// ---------------------------------------------------------------- floats

static float fold(const float lanes[16]) {
  float f[16];
  memcpy(f, lanes, sizeof f);
  for (int half = 8; half > 0; half /= 2) {
    for (int i = 0; i < half; i++) f[i] = f[i] + f[i + half];
  }
  return f[0];
}

// exp(x) to 2 units in the last place: x = n ln 2 + r with |r| <= ln 2 / 2, a polynomial of degree 6 in r,
// times 2^n. x is cut to [-87, 88], where 2^n is a normal number; NaN gives exp(-87).
static float exponential(float x) {
  x = x > -87.0f ? x : -87.0f;
  x = x < 88.0f ? x : 88.0f;
  const float n = nearbyintf(x * 1.44269504f);
  const float r = fmaf(n, 2.12194440e-4f, fmaf(n, -0.693359375f, x));
  float p = 1.38887876e-3f;
  p = fmaf(p, r, 8.33336823e-3f);
  p = fmaf(p, r, 4.16666679e-2f);
  p = fmaf(p, r, 1.66666657e-1f);
  p = fmaf(p, r, 0.5f);
  p = fmaf(p, r, 1.0f);
  p = fmaf(p, r, 1.0f);
  const uint32_t bits = static_cast<uint32_t>(static_cast<int32_t>(n) + 127) << 23;
  float power;
  memcpy(&power, &bits, sizeof power);
  return p * power;
}

static void rms_norm(const float* x, const float* weight, int n, float epsilon, float* y) {
  float lanes[16] = {};
  for (int i = 0; i < n; i++) lanes[i % 16] = fmaf(x[i], x[i], lanes[i % 16]);
  const float inverse = 1.0f / sqrtf(fold(lanes) / static_cast<float>(n) + epsilon);
  for (int i = 0; i < n; i++) y[i] = x[i] * inverse * weight[i];
}

static float quantize(const float* x, int n, int8_t* q) {
  float largest = 0.0f;
  for (int i = 0; i < n; i++) largest = fabsf(x[i]) > largest ? fabsf(x[i]) : largest;
  const float scale = largest / 127.0f;
  if (!(scale > 0.0f) || !(largest <= 3.4028234e38f)) {
    memset(q, 0, static_cast<size_t>(n));
    return 0.0f;
  }
  for (int i = 0; i < n; i++) {
    float v = nearbyintf(x[i] / scale);
    v = v > -127.0f ? v : -127.0f;
    q[i] = static_cast<int8_t>(v < 127.0f ? v : 127.0f);
  }
  return scale;
}

static void scale(const int32_t* sums, int n, float factor, float* y) {
  for (int i = 0; i < n; i++) y[i] = static_cast<float>(sums[i]) * factor;
}

static void scale_rows(const int32_t* sums, const float* row_scales, int n, float factor, float* y) {
  for (int i = 0; i < n; i++) y[i] = static_cast<float>(sums[i]) * (row_scales[i] * factor);
}

static void add(const float* x, int n, float* y) {
  for (int i = 0; i < n; i++) y[i] = y[i] + x[i];
}

static void rope(float* x, int heads, int head_size, int dimensions, const float* cosines,
                 const float* sines) {
  const int half = dimensions / 2;
  for (int h = 0; h < heads; h++, x += head_size) {
    for (int i = 0; i < half; i++) {
      const float a = x[i], b = x[i + half];
      x[i] = fmaf(a, cosines[i], -(b * sines[i]));
      x[i + half] = fmaf(a, sines[i], b * cosines[i]);
    }
  }
}

static void silu_multiply(const float* gate, const float* up, int n, float* y) {
  for (int i = 0; i < n; i++) y[i] = gate[i] / (1.0f + exponential(-gate[i])) * up[i];
}

static void relu2_multiply(const float* gate, const float* up, int n, float* y) {
  for (int i = 0; i < n; i++) {
    const float g = gate[i] > 0.0f ? gate[i] : 0.0f;
    y[i] = g * g * up[i];
  }
}

// IEEE binary32 -> binary16, rounded half to even; what does not fit becomes infinity, NaN stays NaN.
static uint16_t half_from_float(float x) {
  uint32_t bits;
  memcpy(&bits, &x, sizeof bits);
  const uint32_t sign = bits >> 16 & 0x8000u;
  const uint32_t magnitude = bits & 0x7fffffffu;
  if (magnitude > 0x7f800000u) return static_cast<uint16_t>(sign | 0x7e00u | (magnitude >> 13 & 0x3ffu));
  if (magnitude >= 0x47800000u) return static_cast<uint16_t>(sign | 0x7c00u);
  if (magnitude < 0x33000000u) return static_cast<uint16_t>(sign);
  uint32_t mantissa, shift;
  uint32_t half;
  if (magnitude < 0x38800000u) {  // subnormal half
    shift = 126u - (magnitude >> 23);
    mantissa = (magnitude & 0x7fffffu) | 0x800000u;
    half = mantissa >> shift;
  } else {
    shift = 13u;
    mantissa = magnitude - 0x38000000u;
    half = mantissa >> shift;
  }
  const uint32_t rest = mantissa & ((1u << shift) - 1u), middle = 1u << (shift - 1u);
  if (rest > middle || (rest == middle && (half & 1u))) half++;
  return static_cast<uint16_t>(sign | half);
}

static float float_from_half(uint16_t half) {
  const uint32_t sign = static_cast<uint32_t>(half & 0x8000u) << 16;
  const uint32_t exponent = half >> 10 & 0x1fu, mantissa = half & 0x3ffu;
  uint32_t bits;
  if (exponent == 0) {
    const float magnitude = static_cast<float>(mantissa) * 5.9604644775390625e-8f;
    memcpy(&bits, &magnitude, sizeof bits);
    bits |= sign;
  } else if (exponent == 31) {
    bits = sign | 0x7f800000u | mantissa << 13 | (mantissa ? 0x400000u : 0u);
  } else {
    bits = sign | (exponent + 112u) << 23 | mantissa << 13;
  }
  float x;
  memcpy(&x, &bits, sizeof x);
  return x;
}

static void store_value(const float* value, int head_size, int position, uint16_t* values) {
  uint16_t* row = values + static_cast<size_t>(position) * static_cast<size_t>(head_size);
  for (int d = 0; d < head_size; d++) row[d] = half_from_float(value[d]);
}

static void attend(const Attention& a) {
  const size_t size = static_cast<size_t>(a.head_size);
  for (const AttentionRow* row = a.rows; row < a.rows + a.count; row++) {
    float* weights = row->weights;
    float largest = -3.4028234e38f;
    for (int p = 0; p < row->visible; p++) {
      weights[p] = static_cast<float>(row->products[p]) * (a.key_scales[p] * row->scale);
      largest = weights[p] > largest ? weights[p] : largest;
    }
    float lanes[16] = {};
    for (int p = 0; p < row->visible; p++) {
      weights[p] = exponential(weights[p] - largest);
      lanes[p % 16] = lanes[p % 16] + weights[p];
    }
    const float inverse = 1.0f / fold(lanes);
    for (size_t d = 0; d < size; d++) {
      float sum = 0.0f;
      for (int p = 0; p < row->visible; p++) {
        sum = fmaf(weights[p], float_from_half(a.values[static_cast<size_t>(p) * size + d]), sum);
      }
      row->y[d] = sum * inverse;
    }
  }
}

static LogitSummary summarize(const float* logits, int n) {
  LogitSummary s = {0, logits[0], 0.0f};
  for (int i = 1; i < n; i++) {
    if (logits[i] > s.maximum) {
      s.best = i;
      s.maximum = logits[i];
    }
  }
  float lanes[16] = {};
  for (int i = 0; i < n; i++) lanes[i % 16] = lanes[i % 16] + exponential(logits[i] - s.maximum);
  s.exp_sum = fold(lanes);
  return s;
}

extern const FloatKernels kScalarFloats = {rms_norm,    quantize, scale,         scale_rows,
                                           add,         rope,     silu_multiply, relu2_multiply,
                                           store_value, attend,   summarize};

}  // namespace ryzanstein
