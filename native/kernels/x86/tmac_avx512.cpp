// T-MAC on AVX-512: ternary products by look-up in 16-entry tables (VPSHUFB), 64 rows at a time.
// Flags: -mavx512f -mavx512bw -mavx512dq -mavx512vl -mfma
#include <immintrin.h>

#include "shared.h"

namespace ryzanstein {

using Bytes = __m512i;
constexpr int kRows = 64;

RYZANSTEIN_INLINE Bytes none() { return _mm512_setzero_si512(); }
RYZANSTEIN_INLINE Bytes all_ints(int32_t v) { return _mm512_set1_epi32(v); }
RYZANSTEIN_INLINE Bytes load(const uint8_t* p) { return _mm512_load_si512(p); }
RYZANSTEIN_INLINE void store_ints(int32_t* y, Bytes v) { _mm512_storeu_si512(y, v); }
RYZANSTEIN_INLINE Bytes low_nibbles(Bytes v) { return _mm512_and_si512(v, _mm512_set1_epi8(15)); }
RYZANSTEIN_INLINE Bytes high_nibbles(Bytes v) { return low_nibbles(_mm512_srli_epi16(v, 4)); }
RYZANSTEIN_INLINE Bytes broadcast_table(const uint8_t* p) {
  return _mm512_broadcast_i32x4(_mm_load_si128(reinterpret_cast<const __m128i*>(p)));
}
RYZANSTEIN_INLINE Bytes look_up(Bytes table, Bytes index) { return _mm512_shuffle_epi8(table, index); }
RYZANSTEIN_INLINE Bytes add_bytes(Bytes a, Bytes b) { return _mm512_add_epi8(a, b); }
RYZANSTEIN_INLINE Bytes add_words(Bytes a, Bytes b) { return _mm512_add_epi16(a, b); }
RYZANSTEIN_INLINE Bytes subtract_words(Bytes a, Bytes b) { return _mm512_sub_epi16(a, b); }
RYZANSTEIN_INLINE Bytes add_ints(Bytes a, Bytes b) { return _mm512_add_epi32(a, b); }
RYZANSTEIN_INLINE Bytes odd_bytes(Bytes v) { return _mm512_srli_epi16(v, 8); }
RYZANSTEIN_INLINE Bytes up_one_byte(Bytes v) { return _mm512_slli_epi16(v, 8); }
// The signed odd byte of each word, times 128.
RYZANSTEIN_INLINE Bytes scale_above(Bytes v) { return _mm512_slli_epi16(_mm512_srai_epi16(v, 8), 7); }
RYZANSTEIN_INLINE Bytes even_words(Bytes v) { return _mm512_srai_epi32(_mm512_slli_epi32(v, 16), 16); }
RYZANSTEIN_INLINE Bytes odd_words(Bytes v) { return _mm512_srai_epi32(v, 16); }

}  // namespace ryzanstein

#include "look_up.h"

namespace ryzanstein {

static void multiply(const void* blocks, int block_count, int columns, const void* prepared, int tokens,
                     int32_t* y, ptrdiff_t y_stride) {
  look_up_blocks(blocks, lut64_block_bytes(columns), block_count, columns, prepared, tokens, y, y_stride);
}

static const MatrixKernel kTernary = {kRows,          lut64_block_bytes, pack_lut64_row, lut_prepared_bytes,
                                      prepare_tables, multiply};

extern const Kernels kTmacAvx512 = {&kTernary, &kAvx512Int8, &kAvx512Floats, kAvx512Grouped};

}  // namespace ryzanstein
