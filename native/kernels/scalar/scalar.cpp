// The reference: every kernel in plain C++, the specification that each better level must equal bit by bit.
#include <math.h>
#include <string.h>

#include "../contracts.h"

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

static void unpack_row(const void* block, int row, int columns, int8_t* weights) {
  const int8_t* in = static_cast<const int8_t*>(block) + static_cast<size_t>(row) * row_stride(columns);
  memcpy(weights, in, static_cast<size_t>(columns));
}

static void multiply(const void* blocks, int block_count, int columns, const void* prepared, int tokens,
                     int32_t* y, ptrdiff_t y_stride) {
  const int8_t* rows = static_cast<const int8_t*>(blocks);
  for (int t = 0; t < tokens; t++) {
    const int8_t* x = static_cast<const int8_t*>(prepared) + static_cast<size_t>(t) * prepared_bytes(columns);
    for (int r = 0; r < 16 * block_count; r++) {
      const int8_t* w = rows + static_cast<size_t>(r) * row_stride(columns);
      int32_t sum = 0;
#if defined(__clang__) && defined(__x86_64__)
// Left to itself, Clang takes four bytes at once with SSE2, which is a third as fast.
#pragma clang loop vectorize_width(8)
#endif
      for (int k = 0; k < columns; k++) sum += w[k] * x[k];
      y[t * y_stride + r] = sum;
    }
  }
}

static const MatrixKernel kRows = {16, block_bytes, pack_row, prepared_bytes, prepare, multiply, unpack_row};

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

static void layer_norm(const float* x, const float* weight, const float* bias, int n, float epsilon,
                       float* y) {
  float lanes[16] = {};
  for (int i = 0; i < n; i++) lanes[i % 16] = lanes[i % 16] + x[i];
  const float mean = fold(lanes) / static_cast<float>(n);
  memset(lanes, 0, sizeof lanes);
  for (int i = 0; i < n; i++) lanes[i % 16] = fmaf(x[i] - mean, x[i] - mean, lanes[i % 16]);
  const float inverse = 1.0f / sqrtf(fold(lanes) / static_cast<float>(n) + epsilon);
  for (int i = 0; i < n; i++) y[i] = fmaf((x[i] - mean) * inverse, weight[i], bias[i]);
}

template <class Level>
static float quantize_to(const float* x, int n, float top, Level* q) {
  float largest = 0.0f;
  for (int i = 0; i < n; i++) largest = fabsf(x[i]) > largest ? fabsf(x[i]) : largest;
  const float scale = largest / top;
  if (!(scale > 0.0f) || !(largest <= 3.4028234e38f)) {
    memset(q, 0, static_cast<size_t>(n) * sizeof *q);
    return 0.0f;
  }
  for (int i = 0; i < n; i++) {
    float v = nearbyintf(x[i] / scale);
    v = v > -top ? v : -top;
    q[i] = static_cast<Level>(v < top ? v : top);
  }
  return scale;
}

static float quantize(const float* x, int n, int8_t* q) { return quantize_to(x, n, 127.0f, q); }

static float quantize_words(const float* x, int n, int largest, int16_t* q) {
  return quantize_to(x, n, static_cast<float>(largest), q);
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

static void spread(float* x, int heads, int head_size) {
  const int block = head_size & -head_size;
  const float factor = 1.0f / sqrtf(static_cast<float>(block));
  for (float* end = x + static_cast<ptrdiff_t>(heads) * head_size; x < end; x += block) {
    for (int half = block / 2; half > 0; half /= 2) {
      for (int i = 0; i < block; i++) {
        if ((i & half) != 0) continue;
        const float a = x[i], b = x[i + half];
        x[i] = a + b;
        x[i + half] = a - b;
      }
    }
    for (int i = 0; i < block; i++) x[i] = x[i] * factor;
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

static float gelu_of(float x) {
  const float slope = fmaf(x * x, 0.0713548163f, 1.59576912f);
  return x / (1.0f + exponential(-(x * slope)));
}

static void gelu_multiply(const float* gate, const float* up, int n, float* y) {
  for (int i = 0; i < n; i++) y[i] = gelu_of(gate[i]) * up[i];
}

static void gelu(const float* x, int n, float* y) {
  for (int i = 0; i < n; i++) y[i] = gelu_of(x[i]);
}

static void multiply_words(const WordProducts& a) {
  for (int q = 0; q < a.count; q++) {
    for (int p = 0; p < 16 * a.groups; p++) {
      const int16_t* key = a.keys + static_cast<ptrdiff_t>(p / 16) * 16 * a.head_size + p % 16 * 2;
      int32_t sum = 0;
      for (int d = 0; d < a.head_size; d++) sum += a.queries[q * a.head_size + d] * key[d / 2 * 32 + d % 2];
      a.y[q * a.y_stride + p] = sum;
    }
  }
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
    float lanes[16] = {}, most = 0.0f;
    for (int p = 0; p < row->visible; p++) {
      const float e = exponential(weights[p] - largest);
      lanes[p % 16] = lanes[p % 16] + e;
      weights[p] = e * a.value_scales[p];
      most = weights[p] > most ? weights[p] : most;
    }
    // Weights so small that they have no levels are zeros.
    const float levels = most > kLeastWeight ? static_cast<float>(kLargestWeight) / most : 0.0f;
    for (int p = 0; p < row->visible; p++) {
      row->rounded_weights[p] = static_cast<int16_t>(nearbyintf(weights[p] * levels));
    }
    const float factor = most / static_cast<float>(kLargestWeight) / fold(lanes);
    for (size_t d = 0; d < size; d++) {
      float total = 0.0f;
      for (int first = 0; first < row->visible; first += kWeightSum) {
        const int end = first + kWeightSum < row->visible ? first + kWeightSum : row->visible;
        int32_t sum = 0;
        for (int p = first; p < end; p++) {
          sum += row->rounded_weights[p] * a.values[(static_cast<size_t>(p / 2) * size + d) * 2 + p % 2];
        }
        total = total + static_cast<float>(sum);
      }
      row->y[d] = total * factor;
    }
  }
}

static LogitSummary summarize(const float* logits, int n) {
  LogitSummary s = {0, -3.4028234e38f, 0.0f};
  for (int i = 0; i < n; i++) {
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

static const FloatKernels kFloats = {
    rms_norm,      layer_norm,     quantize,      quantize_words, scale_rows,     add,    rope,     spread,
    silu_multiply, relu2_multiply, gelu_multiply, gelu,           multiply_words, attend, summarize};

extern const GroupedKernel* const kScalarGrouped[kForms];

extern const Kernels kScalar = {&kRows, &kRows, &kFloats, kScalarGrouped};

}  // namespace ryzanstein
