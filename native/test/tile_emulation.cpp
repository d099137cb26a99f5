// The tiles of tile_emulation.h, as Intel's manual describes their instructions.
#include "tile_emulation.h"

#include <stdint.h>
#include <string.h>

#include "check.h"

namespace ryzanstein {
namespace test {
namespace tiles {
namespace {

constexpr int kTiles = 8, kMostRows = 16, kMostBytes = 64;

struct Tile {
  int rows, row_bytes;
  uint8_t bytes[kMostRows][kMostBytes];
};
struct Tiles {
  bool in_use;
  int set_ups;
  Tile tile[kTiles];
};
thread_local Tiles mine;

// The instruction would be refused otherwise, which ends a program.
bool expected(bool condition, const char* what) {
  if (!condition) EXPECT(condition, std::string("tiles: ") + what);
  return condition;
}

// The tile of a number, where it has a shape.
Tile* tile_of(int number) {
  if (!expected(number >= 0 && number < kTiles && mine.in_use && mine.tile[number].rows > 0,
                "one is used that was not set up"))
    return nullptr;
  return &mine.tile[number];
}

int value(uint8_t byte, bool is_signed) { return is_signed ? static_cast<int8_t>(byte) : byte; }

}  // namespace

bool in_use() { return mine.in_use; }
int set_ups() { return mine.set_ups; }

void load_config(const void* config) {
  // Palette and first row, a byte each; from byte 16 on the bytes of a row of 16 tiles, words; from 48 on
  // their rows.
  uint8_t bytes[64];
  memcpy(bytes, config, sizeof bytes);
  bool good = bytes[0] == 1 && bytes[1] == 0;
  for (int i = 2; i < 16; i++) good = good && bytes[i] == 0;
  const int set_ups = mine.set_ups + 1;
  mine = {};
  for (int i = 0; i < 16; i++) {
    const int row_bytes = bytes[16 + 2 * i] | bytes[17 + 2 * i] << 8, rows = bytes[48 + i];
    good = good && row_bytes <= kMostBytes && rows <= kMostRows && (row_bytes > 0) == (rows > 0) &&
           (i < kTiles || rows == 0);
    if (good && i < kTiles) {
      mine.tile[i].rows = rows;
      mine.tile[i].row_bytes = row_bytes;
    }
  }
  mine.in_use = expected(good, "they are set up in a way that the CPU refuses");
  mine.set_ups = set_ups;
}

void release() { mine.in_use = false; }

void zero(int tile) {
  if (Tile* t = tile_of(tile)) memset(t->bytes, 0, sizeof t->bytes);
}

void load(int tile, const void* base, size_t stride) {
  Tile* t = tile_of(tile);
  if (t == nullptr) return;
  memset(t->bytes, 0, sizeof t->bytes);
  for (int r = 0; r < t->rows; r++)
    memcpy(t->bytes[r], static_cast<const uint8_t*>(base) + static_cast<size_t>(r) * stride,
           static_cast<size_t>(t->row_bytes));
}

void store(int tile, void* base, size_t stride) {
  const Tile* t = tile_of(tile);
  if (t == nullptr) return;
  for (int r = 0; r < t->rows; r++)
    memcpy(static_cast<uint8_t*>(base) + static_cast<size_t>(r) * stride, t->bytes[r],
           static_cast<size_t>(t->row_bytes));
}

void add_products(int sums, int x, int codes, bool signed_x, bool signed_codes) {
  Tile *c = tile_of(sums), *a = tile_of(x), *b = tile_of(codes);
  if (c == nullptr || a == nullptr || b == nullptr) return;
  if (!expected(sums != x && sums != codes && x != codes, "one is used twice in a product")) return;
  if (!expected(a->row_bytes % 4 == 0 && b->row_bytes % 4 == 0 && a->row_bytes / 4 == b->rows &&
                    c->rows == a->rows && c->row_bytes == b->row_bytes,
                "shapes do not fit in a product"))
    return;
  for (int m = 0; m < c->rows; m++) {
    int32_t row[kMostBytes / 4];
    memcpy(row, c->bytes[m], sizeof row);
    for (int k = 0; k < a->row_bytes; k++) {
      const int left = value(a->bytes[m][k], signed_x);
      for (int n = 0; n < b->row_bytes / 4; n++)
        row[n] += left * value(b->bytes[k / 4][4 * n + k % 4], signed_codes);
    }
    memcpy(c->bytes[m], row, sizeof row);
  }
}

}  // namespace tiles
}  // namespace test
}  // namespace ryzanstein
