// T-MAC on AVX2: ternary products by look-up in 16-entry tables (VPSHUFB), 32 rows at a time.
// Flags: -mavx2 -mfma
#include <immintrin.h>

#include "shared.h"

namespace ryzanstein {

using Bytes = __m256i;
constexpr int kRows = 32;

RYZANSTEIN_INLINE Bytes none() { return _mm256_setzero_si256(); }
RYZANSTEIN_INLINE Bytes all_ints(int32_t v) { return _mm256_set1_epi32(v); }
RYZANSTEIN_INLINE Bytes load(const uint8_t* p) {
  return _mm256_load_si256(reinterpret_cast<const __m256i*>(p));
}
RYZANSTEIN_INLINE void store_ints(int32_t* y, Bytes v) {
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(y), v);
}
RYZANSTEIN_INLINE Bytes low_nibbles(Bytes v) { return _mm256_and_si256(v, _mm256_set1_epi8(15)); }
RYZANSTEIN_INLINE Bytes high_nibbles(Bytes v) { return low_nibbles(_mm256_srli_epi16(v, 4)); }
RYZANSTEIN_INLINE Bytes broadcast_table(const uint8_t* p) {
  return _mm256_broadcastsi128_si256(_mm_load_si128(reinterpret_cast<const __m128i*>(p)));
}
RYZANSTEIN_INLINE Bytes look_up(Bytes table, Bytes index) { return _mm256_shuffle_epi8(table, index); }
RYZANSTEIN_INLINE Bytes add_bytes(Bytes a, Bytes b) { return _mm256_add_epi8(a, b); }
RYZANSTEIN_INLINE Bytes add_words(Bytes a, Bytes b) { return _mm256_add_epi16(a, b); }
RYZANSTEIN_INLINE Bytes subtract_words(Bytes a, Bytes b) { return _mm256_sub_epi16(a, b); }
RYZANSTEIN_INLINE Bytes add_ints(Bytes a, Bytes b) { return _mm256_add_epi32(a, b); }
RYZANSTEIN_INLINE Bytes odd_bytes(Bytes v) { return _mm256_srli_epi16(v, 8); }
RYZANSTEIN_INLINE Bytes up_one_byte(Bytes v) { return _mm256_slli_epi16(v, 8); }
// The signed odd byte of each word, times 128.
RYZANSTEIN_INLINE Bytes scale_above(Bytes v) { return _mm256_slli_epi16(_mm256_srai_epi16(v, 8), 7); }
RYZANSTEIN_INLINE Bytes even_words(Bytes v) { return _mm256_srai_epi32(_mm256_slli_epi32(v, 16), 16); }
RYZANSTEIN_INLINE Bytes odd_words(Bytes v) { return _mm256_srai_epi32(v, 16); }

}  // namespace ryzanstein

#include "look_up.h"

namespace ryzanstein {

static void multiply(const void* blocks, int block_count, int columns, const void* prepared, int tokens,
                     int32_t* y, ptrdiff_t y_stride) {
  look_up_blocks(blocks, lut32_block_bytes(columns), block_count, columns, prepared, tokens, y, y_stride);
}

static const MatrixKernel kTernary = {kRows,          lut32_block_bytes, pack_lut32_row, lut_prepared_bytes,
                                      prepare_tables, multiply};

extern const Kernels kTmacAvx2 = {&kTernary, &kAvx2Int8, &kAvx2Floats, kAvx2Grouped};

}  // namespace ryzanstein
