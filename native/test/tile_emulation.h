// AMX tiles in plain C++, for CPUs that have none: stands in for the intrinsics where it is included before
// the kernels, and tells of what the instructions would refuse. Part of kernels_test alone.
#ifndef RYZANSTEIN_TEST_TILE_EMULATION_H_
#define RYZANSTEIN_TEST_TILE_EMULATION_H_

#include <immintrin.h>
#include <stddef.h>

namespace ryzanstein {
namespace test {
namespace tiles {

// Whether this thread has tiles, and how often it has set some up.
bool in_use();
int set_ups();

void load_config(const void* config);
void release();
void zero(int tile);
void load(int tile, const void* base, size_t stride);
void store(int tile, void* base, size_t stride);
// sums += x * codes, of bytes that are signed or not.
void add_products(int sums, int x, int codes, bool signed_x, bool signed_codes);

}  // namespace tiles
}  // namespace test
}  // namespace ryzanstein

#undef _tile_loadconfig
#undef _tile_release
#undef _tile_zero
#undef _tile_loadd
#undef _tile_stored
#undef _tile_dpbssd
#undef _tile_dpbsud
#undef _tile_dpbusd
#undef _tile_dpbuud
#define _tile_loadconfig(config) ryzanstein::test::tiles::load_config(config)
#define _tile_release() ryzanstein::test::tiles::release()
#define _tile_zero(tile) ryzanstein::test::tiles::zero(tile)
#define _tile_loadd(tile, base, stride) ryzanstein::test::tiles::load(tile, base, stride)
#define _tile_stored(tile, base, stride) ryzanstein::test::tiles::store(tile, base, stride)
#define _tile_dpbssd(sums, x, codes) ryzanstein::test::tiles::add_products(sums, x, codes, true, true)
#define _tile_dpbsud(sums, x, codes) ryzanstein::test::tiles::add_products(sums, x, codes, true, false)
#define _tile_dpbusd(sums, x, codes) ryzanstein::test::tiles::add_products(sums, x, codes, false, true)
#define _tile_dpbuud(sums, x, codes) ryzanstein::test::tiles::add_products(sums, x, codes, false, false)

#endif
