// AVX-512 VBMI with VNNI: ternary weights at 1.6 bits, taken apart by two VPERMB look-ups (layout R16-5T).
// Flags: -mavx512f -mavx512bw -mavx512dq -mavx512vl -mavx512vnni -mavx512vbmi -mfma
#include "dot512.h"
#include "shared.h"
// Written over the units above:
#include "../dot_products.h"

namespace ryzanstein {

struct Digits {
  Unit pair;    // bits 0-1: trit 4, bits 6-7: trit 3
  Unit triple;  // bits 0-1, 2-3, 4-5: trits 0, 1, 2
};

RYZANSTEIN_INLINE Digits decode(Unit v, Unit pair_table, Unit triple_table, Unit low_bits) {
  Digits d;
  d.pair = _mm512_permutexvar_epi8(v, pair_table);
  const Unit index =
      _mm512_ternarylogic_epi64(low_bits, shift_words<6>(v), d.pair, 0xca);  // low bits: v >> 6, else pair
  d.triple = _mm512_permutexvar_epi8(index, triple_table);
  return d;
}

// `sums` and `others` may be the same: the fifth digit's sums count 1 like the first's.
template <int T>
RYZANSTEIN_INLINE void add_five_trit_unit(Unit sums[T][4], Unit others[T][4], const uint8_t* unit,
                                          const uint8_t* x, size_t prepared_bytes) {
  prefetch(unit + kPrefetchAhead);
  const Unit low_bits = all_bytes(0x03);
  const Digits d = decode(load(unit), load(kPairTable), load(kTripleTable), low_bits);
  const Unit d0 = bits_and(d.triple, low_bits), d1 = bits_and(d.triple, all_bytes(0x0c)),
             d2 = bits_and(d.triple, all_bytes(0x30));
  const Unit d3 = bits_and(d.pair, all_bytes(0xc0)), d4 = bits_and(d.pair, low_bits);
#pragma GCC unroll 5
  for (int t = 0; t < T; t++, x += prepared_bytes) {
    sums[t][0] = dot_broadcast(sums[t][0], d0, x);
    sums[t][1] = dot_broadcast(sums[t][1], d1, x + 4);
    sums[t][2] = dot_broadcast(sums[t][2], d2, x + 8);
    sums[t][3] = dot_broadcast(sums[t][3], d3, x + 12);
    others[t][0] = dot_broadcast(others[t][0], d4, x + 16);
  }
}

// T tokens: every digit is masked in place, digits at the same bit position share sums, shifted back at the
// end. Exact while 64 * 2 * 127 * columns / 5 < 2^31: columns < 660,000. One token uses two sets of sums to
// hide latency.
template <int T>
static void five_trit_block(const uint8_t* block, int units, const uint8_t* prepared, size_t prepared_bytes,
                            int32_t* y, ptrdiff_t y_stride) {
  constexpr int kSets = T == 1 ? 2 : 1;
  Unit sums[kSets][T][4];
#pragma GCC unroll 20
  for (int i = 0; i < kSets * T * 4; i++) sums[i / (4 * T)][i / 4 % T][i % 4] = zero();
  const uint8_t* x = prepared + kPreparedHeader;
  int i = 0;
  for (; i + kSets <= units; i += kSets) {
#pragma GCC unroll 2
    for (int s = 0; s < kSets; s++, block += 64, x += 20) {
      add_five_trit_unit<T>(sums[s], sums[kSets - 1 - s], block, x, prepared_bytes);
    }
  }
  if (i < units) add_five_trit_unit<T>(sums[0], sums[kSets - 1], block, x, prepared_bytes);
#pragma GCC unroll 5
  for (int t = 0; t < T; t++) {
    Unit c[4];
#pragma GCC unroll 4
    for (int d = 0; d < 4; d++) c[d] = kSets == 2 ? add(sums[0][t][d], sums[kSets - 1][t][d]) : sums[0][t][d];
    const Unit low = add(c[0], shift_sums<2>(c[1])), high = add(shift_sums<4>(c[2]), shift_sums<6>(c[3]));
    const Unit bias = all_ints(prepared_sum(prepared + static_cast<size_t>(t) * prepared_bytes));
    store_sums(y + t * y_stride, subtract(add(low, high), bias));
  }
}

static const BlockFunction kBlocks[] = {
    nullptr,           five_trit_block<1>, five_trit_block<2>, five_trit_block<3>, five_trit_block<4>,
    five_trit_block<5>};

static void multiply(const void* blocks, int block_count, int columns, const void* prepared, int tokens,
                     int32_t* y, ptrdiff_t y_stride) {
  multiply_blocks<5>(kBlocks, blocks, five_trit_block_bytes(columns), block_count, prepared,
                     dot_prepared_bytes(columns), tokens, y, y_stride);
}

static const MatrixKernel kTernary = {
    16, five_trit_block_bytes, pack_five_trit_row, dot_prepared_bytes, prepare_dot, multiply};

extern const Kernels kAvx512Vbmi = {&kTernary, &kAvx512VnniInt8, &kAvx512VnniFloats, kAvx512VbmiGrouped};

}  // namespace ryzanstein
