// Included before every C++ source of llama-server. GCC before 13.3 tells its optimizer that _tile_loadconfig
// reads 8 of the 64 bytes of a tile configuration; it then drops the stores to the others, and the first AMX
// instruction is illegal (GCC bug 114098).
#pragma once

#if defined(__AMX_TILE__) && defined(__GNUC__) && !defined(__clang__)
#include <immintrin.h>
#undef _tile_loadconfig
#define _tile_loadconfig(config) __asm__ volatile("ldtilecfg %0" ::"m"(*(const char(*)[64])(config)))
#endif
