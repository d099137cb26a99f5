// AMX: grouped weights, batches of 16 tokens and more in tiles of 16 tokens x 16 rows.
// Flags: -mavx512f -mavx512bw -mavx512dq -mavx512vl -mavx512vnni -mamx-tile -mamx-int8 -mfma
//
// A tile of sums is what one group gives, and is stored before AVX-512 makes floats of it, so loads and
// floats bound these kernels: the sums of 16 tokens stay in registers, and groups are multiplied one turn
// ahead of where their sums are scaled. Codes and scales of a block are unpacked once for all tokens, the
// offset taken off: what remains of every form fits a signed byte. Fewer tokens go as AVX-512 VNNI multiplies
// them.
#include "../grouped_products.h"
#include "forms512.h"
#include "shared.h"
#include "tiles.h"

namespace ryzanstein {

constexpr int kTileInts = kTileTokens * kGroupedRows;
// Of one block, as many as stay in the L1 cache beside the activations: whole tiles of weights.
constexpr int kPieceColumns = 512;
constexpr int kFewestGroup = 16;
static_assert(kTileTokens == kDeepWidth, "activations are prepared for tiles");

template <GroupedForm>
static int tile_width(int tokens) {
  return tokens < kTileTokens ? even_width(tokens) : kTileTokens;
}

static float quantize_group(const float* x, int n, int8_t* q) { return kAvx512VnniFloats.quantize(x, n, q); }

// ---------------------------------------------------------------- one piece of a block, unpacked

struct Piece {
  alignas(64) uint8_t codes[kPieceColumns * kGroupedRows];  // signed, [column / 4][row][4]
  alignas(64) float scales[kPieceColumns / kFewestGroup][kGroupedRows];
  alignas(64) float minima[kPieceColumns / kFewestGroup][kGroupedRows];
};

// The code units u .. 7 of 32 columns.
template <GroupedForm form, int u>
RYZANSTEIN_INLINE void unpack_units(const uint8_t* span, uint8_t* out) {
  store(out + 64 * u, _mm512_sub_epi8(code_unit<form, u>(span), all_bytes(shape_of(form).offset)));
  if constexpr (u + 1 < 8) unpack_units<form, u + 1>(span, out);
}

template <GroupedForm form>
RYZANSTEIN_INLINE void unpack_piece(const uint8_t* tile, int tiles, Piece* piece) {
  constexpr FormShape f = shape_of(form);
  uint8_t* codes = piece->codes;
  for (int i = 0, group = 0; i < tiles; i++, tile += tile_bytes(f)) {
    for (int g = 0; g < tile_groups(f); g++, group++) {
      _mm512_store_ps(piece->scales[group], scales_of<form>(tile, g));
      if constexpr (f.minima) _mm512_store_ps(piece->minima[group], minima_of<form>(tile, g));
    }
    const uint8_t* span = tile + head_bytes(f);
    for (int s = 0; s < tile_columns(f) / 32; s++, span += 64 * f.bits, codes += 64 * 8)
      unpack_units<form, 0>(span, codes);
  }
  finish_stores(piece);
}

// ---------------------------------------------------------------- tiles

// Sums are tiles 0 to 3, activations 4 and 5, codes 6 and 7. A row of codes is 4 columns of 16 rows.
static void shape_tiles(int depth) {
  TileShapes shapes = {};
  for (int i = 0; i < 8; i++) {
    const bool x = i == 4 || i == 5, codes = i >= 6;
    shapes.row_bytes[i] = static_cast<uint16_t>(x ? depth : 64);
    shapes.rows[i] = static_cast<uint8_t>(codes ? depth / 4 : kTileTokens);
  }
  set_up_tiles(shapes);
}

// Tiles are named by literals, which g++ puts into assembly as they are written.
#define RYZANSTEIN_MULTIPLY_GROUP(sums_tile, x_tile, codes_tile)   \
  {                                                                \
    _tile_zero(sums_tile);                                         \
    for (int k = 0; k < f.group; k += kDepth) {                    \
      _tile_loadd(x_tile, x + kTileTokens * k, kDepth);            \
      _tile_loadd(codes_tile, codes + kGroupedRows * k, 64);       \
      _tile_dpbssd(sums_tile, x_tile, codes_tile);                 \
    }                                                              \
    _tile_stored(sums_tile, sums, kGroupedRows * sizeof(int32_t)); \
  }

// One group times 16 tokens: sums [token][row]. Neighbours have other tiles, so that none waits for another.
template <GroupedForm form, int g>
RYZANSTEIN_INLINE void multiply_group(const uint8_t* x, const uint8_t* codes, int32_t* sums) {
  constexpr FormShape f = shape_of(form);
  constexpr int kDepth = prepared_depth(f, kTileTokens);
  if constexpr (g % 4 == 0) RYZANSTEIN_MULTIPLY_GROUP(0, 4, 6);
  if constexpr (g % 4 == 1) RYZANSTEIN_MULTIPLY_GROUP(1, 5, 7);
  if constexpr (g % 4 == 2) RYZANSTEIN_MULTIPLY_GROUP(2, 4, 6);
  if constexpr (g % 4 == 3) RYZANSTEIN_MULTIPLY_GROUP(3, 5, 7);
}

// ---------------------------------------------------------------- turns

// Groups go in turns: those of one scale of the activations, or of two if each has its own.
template <GroupedForm form>
constexpr int kPerScale = scale_columns(shape_of(form)) / shape_of(form).group;
template <GroupedForm form>
constexpr int kTurnGroups = kPerScale<form> > 1 ? kPerScale<form> : 2;
template <GroupedForm form>
constexpr int kTurnColumns = kTurnGroups<form> * shape_of(form).group;

// A turn that is scaled, and the next one, which is multiplied meanwhile.
struct Turn {
  const int32_t* sums;                  // [group][token][row]
  const float (*scales)[kGroupedRows];  // of the groups
  const float (*minima)[kGroupedRows];
  const float (*x_scales)[kTileTokens];  // of the activations
  const float (*x_sums)[kTileTokens];
  const uint8_t *next_x, *next_codes;  // activations are nullptr where there is none
  int32_t* next_sums;
};

// Group g of the next turn.
template <GroupedForm form, int g>
RYZANSTEIN_INLINE void multiply_next(const Turn& turn) {
  constexpr int kColumn = g * shape_of(form).group;
  multiply_group<form, g>(turn.next_x + kTileTokens * kColumn, turn.next_codes + kGroupedRows * kColumn,
                          turn.next_sums + kTileInts * g);
}
template <GroupedForm form, int g = 0>
RYZANSTEIN_INLINE void multiply_turn(const Turn& turn) {
  multiply_next<form, g>(turn);
  if constexpr (g + 1 < kTurnGroups<form>) multiply_turn<form, g + 1>(turn);
}

// Adds a turn to the sums of T tokens, in steps of one group and half a tile of tokens: so many sums within a
// scale find room in registers. Each group of the next turn has a step before which it is multiplied.
constexpr int kStepTokens = kTileTokens / 2;
template <GroupedForm form, int T, int n = 0>
RYZANSTEIN_INLINE void add_turn(Lanes acc[T], Lanes inner[kStepTokens], const Turn& turn) {
  constexpr int kParts = T / kStepTokens, kPer = kPerScale<form>;
  constexpr int kScale = n / (kParts * kPer), kFirst = n / kPer % kParts * kStepTokens;
  constexpr int kGroup = kScale * kPer + n % kPer;
  if constexpr (n % kParts == 0) {
    if (turn.next_x != nullptr) multiply_next<form, n / kParts>(turn);
  }
  const Lanes scale = _mm512_load_ps(turn.scales[kGroup]);
#pragma GCC unroll 8
  for (int t = 0; t < kStepTokens; t++) {
    const Unit sum = load_sums(turn.sums + kTileInts * kGroup + kGroupedRows * (kFirst + t));
    inner[t] =
        _mm512_fmadd_ps(_mm512_cvtepi32_ps(sum), scale, n % kPer == 0 ? _mm512_setzero_ps() : inner[t]);
  }
  if constexpr (shape_of(form).minima) {
    const Lanes minima = _mm512_load_ps(turn.minima[kGroup]);
#pragma GCC unroll 8
    for (int t = kFirst; t < kFirst + kStepTokens; t++)
      acc[t] = _mm512_fnmadd_ps(minima, _mm512_set1_ps(turn.x_sums[kGroup][t]), acc[t]);
  }
  if constexpr (n % kPer == kPer - 1) {
#pragma GCC unroll 8
    for (int t = 0; t < kStepTokens; t++) {
      acc[kFirst + t] =
          _mm512_fmadd_ps(inner[t], _mm512_set1_ps(turn.x_scales[kScale][kFirst + t]), acc[kFirst + t]);
    }
  }
  if constexpr (n + 1 < kParts * kTurnGroups<form>) add_turn<form, T, n + 1>(acc, inner, turn);
}

// ---------------------------------------------------------------- all blocks

// What stays of one piece to the next tile of tokens: the sums of two turns, and the weights to fetch.
template <GroupedForm form>
struct Stream {
  alignas(64) int32_t sums[2][kTurnGroups<form> * kTileInts];
  int now;  // those that are scaled next
  const uint8_t* ahead;
  int step;
};

// A tile of tokens at one piece.
struct TokenTile {
  // The activations from the piece's first column on; those of the next tile, or nullptr.
  const uint8_t *x, *next_x;
  const float (*scales)[kTileTokens];
  const float (*sums)[kTileTokens];
  float* y;
  ptrdiff_t y_stride;
  int tokens;  // that count
};

// Adds a piece of so many turns to the sums in y of a tile, T tokens at most. Its first turn is multiplied
// already, and that of the next tile is when this returns.
template <GroupedForm form, int T>
static void add_piece(const Piece& piece, int turns, const TokenTile& tile, Stream<form>& stream) {
  constexpr int kColumns = kTurnColumns<form>, kGroups = kTurnGroups<form>;
  Lanes acc[T], inner[kStepTokens];
#pragma GCC unroll 16
  for (int t = 0; t < T; t++)
    acc[t] = t < tile.tokens ? _mm512_loadu_ps(tile.y + t * tile.y_stride) : _mm512_setzero_ps();
  for (int i = 0; i < turns; i++) {
    stream.ahead = fetch(stream.ahead, stream.step);
    const int next = i + 1 < turns ? (i + 1) * kColumns : 0;  // column
    const Turn turn = {
        stream.sums[stream.now],           piece.scales + i * kGroups,
        piece.minima + i * kGroups,        tile.scales + i * kGroups / kPerScale<form>,
        tile.sums + i * kGroups,           next > 0 ? tile.x + kTileTokens * next : tile.next_x,
        piece.codes + kGroupedRows * next, stream.sums[stream.now ^ 1]};
    stream.now ^= 1;
    add_turn<form, T>(acc, inner, turn);
  }
#pragma GCC unroll 16
  for (int t = 0; t < T; t++) {
    if (t < tile.tokens) _mm512_storeu_ps(tile.y + t * tile.y_stride, acc[t]);
  }
}

// One of the parts that are [][token].
RYZANSTEIN_INLINE const float (*part_at(const uint8_t* prepared, size_t index))
    [kTileTokens] { return reinterpret_cast<const float (*)[kTileTokens]>(prepared) + index; }

// Every block in turn, in pieces, times all tiles of tokens. Sums are kept in y between pieces.
template <GroupedForm form>
static void multiply_batch(const uint8_t* block, int block_count, int columns, const uint8_t* prepared,
                           int tokens, const float* start, float* y, ptrdiff_t y_stride) {
  constexpr FormShape f = shape_of(form);
  constexpr int kTurnsPerTile = tile_columns(f) / kTurnColumns<form>;
  constexpr int kPieceTiles = kPieceColumns / tile_columns(f);
  static_assert(kTurnsPerTile * kTurnColumns<form> == tile_columns(f), "a tile of weights has whole turns");
  const PreparedShape shape = prepared_shape(shape_of(form), columns, kTileTokens);
  const int tiles = tiles_of(f, columns), token_tiles = (tokens + kTileTokens - 1) / kTileTokens;
  Piece piece;
  Stream<form> stream;
  stream.now = 0;
  stream.step = token_tiles == 1 ? 0 : tile_bytes(f) / kTurnsPerTile / token_tiles;
  for (int b = 0; b < block_count; b++, y += kGroupedRows) {
    const Lanes first = start != nullptr ? _mm512_loadu_ps(start + b * kGroupedRows) : _mm512_setzero_ps();
    for (int t = 0; t < tokens; t++) _mm512_storeu_ps(y + t * y_stride, first);
    for (int i = 0; i < tiles; i += kPieceTiles) {
      const int here = tiles - i < kPieceTiles ? tiles - i : kPieceTiles;
      unpack_piece<form>(block, here, &piece);
      block += here * tile_bytes(f);
      stream.ahead = block;
      const size_t column = static_cast<size_t>(i) * tile_columns(f);
      const uint8_t* x = prepared;  // a tile of tokens
      Turn ahead = {};
      ahead.next_x = x + kTileTokens * column;
      ahead.next_codes = piece.codes;
      ahead.next_sums = stream.sums[stream.now];
      multiply_turn<form>(ahead);
      for (int n = 0; n < token_tiles; n++, x += shape.bytes) {
        const int left = tokens - n * kTileTokens;
        const TokenTile tile = {x + kTileTokens * column,
                                left > kTileTokens ? x + shape.bytes + kTileTokens * column : nullptr,
                                part_at(x + shape.scales, column / scale_columns(f)),
                                part_at(x + shape.sums, column / f.group),
                                y + static_cast<ptrdiff_t>(n) * kTileTokens * y_stride,
                                y_stride,
                                left < kTileTokens ? left : kTileTokens};
        const auto add = left > kStepTokens ? add_piece<form, kTileTokens> : add_piece<form, kStepTokens>;
        add(piece, here * kTurnsPerTile, tile, stream);
      }
    }
  }
}

template <GroupedForm form>
static void multiply_form(const void* blocks, int block_count, int columns, const void* prepared, int tokens,
                          const float* start, float* y, ptrdiff_t y_stride, int ahead) {
  if (tokens < kTileTokens) {
    kAvx512VnniGrouped[static_cast<int>(form)]->multiply(blocks, block_count, columns, prepared, tokens,
                                                         start, y, y_stride, ahead);
    return;
  }
  shape_tiles(prepared_depth(shape_of(form), kTileTokens));
  multiply_batch<form>(static_cast<const uint8_t*>(blocks), block_count, columns,
                       static_cast<const uint8_t*>(prepared), tokens, start, y, y_stride);
  _tile_release();
}

}  // namespace ryzanstein

#define RYZANSTEIN_GROUPED kAmxGrouped
#include "../grouped_kernel.h"
