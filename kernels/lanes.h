// Lanes: how many synapses one vector holds, and every spelling in which C and OpenCL C differ.
//
// OHM_LANES (1, 4, 8 or 16; a compiler option) is the width of all vectors below. In OpenCL C they
// are the built-in vector types, in C the vector extensions of GCC and Clang; one lane is a plain
// scalar in both. The operators + - * & | ^ << >> work lane by lane in both languages, a comparison
// gives all ones or zero in an integer vector, and what is left has a function here.
//
// Nothing here may be approximate: every function gives the same bits on every device.
#ifndef OHM_LANES_H
#define OHM_LANES_H

#ifndef OHM_LANES
#define OHM_LANES 1
#endif

#define OHM_PASTE_(a, b) a##b
#define OHM_PASTE(a, b) OHM_PASTE_(a, b)

// Before a loop that has to vanish: left as a loop, its arrays leave the registers. PoCL 3.1 unrolls
// none by itself, which cost a fifth of the speed (2.28 instead of 2.85·10⁹ synapse-steps/s on two
// Zen 4 cores).
#ifdef __clang__
#define OHM_UNROLL _Pragma("unroll")
#define OHM_ROLL _Pragma("nounroll")
#else
#define OHM_ROLL _Pragma("GCC unroll 1")
#define OHM_UNROLL _Pragma("GCC unroll 32")
#endif

#ifdef __OPENCL_C_VERSION__

#pragma OPENCL FP_CONTRACT OFF
#define OHM_FN static inline __attribute__((always_inline)) // before PoCL looks for what can be in registers
#define OHM_RARE OHM_FN
#define OHM_DRAW OHM_FN
#define OHM_GLOBAL __global
#define OHM_PREFETCH(place) ((void)(place))
#define OHM_LOWEST(bits) (31 - clz((bits) & (0 - (bits)))) // the number of the lowest bit, of a uint
#define OHM_READ_ONLY __constant const
#define OHM_LOCAL __local
#if OHM_LANES == 1
#define OHM_COUNT(place) atomic_inc(&(place))
#else
#define OHM_COUNT(place) ((place)++) // a group is one work-item
#endif
typedef int i32;
typedef long i64;
typedef uint u32;
typedef ulong u64;

#if OHM_LANES == 1
#define OHM_VECTOR(type) type
#else
#define OHM_VECTOR(type) OHM_PASTE(type, OHM_LANES)
#endif
typedef OHM_VECTOR(float) vf32;
typedef OHM_VECTOR(int) vi32;
typedef OHM_VECTOR(uint) vu32;
typedef OHM_VECTOR(ulong) vu64;

#define v_splat(x) ((vf32)(x))
#define v_splat_u64(x) ((vu64)(x))
#define v_fma(a, b, c) fma((vf32)(a), (vf32)(b), (vf32)(c))
#define v_float(i) OHM_PASTE(convert_, OHM_VECTOR(float))(i)
#define v_widen(u) OHM_PASTE(convert_, OHM_VECTOR(ulong))(u)
#define v_narrow(u) OHM_PASTE(convert_, OHM_VECTOR(uint))(u)
#define v_truncate(f) OHM_PASTE(convert_, OHM_VECTOR(ulong))(f)
#define v_signed(f) OHM_PASTE(as_, OHM_VECTOR(ulong))(OHM_PASTE(convert_, OHM_VECTOR(long))(f))
#define v_bits(f) OHM_PASTE(as_, OHM_VECTOR(uint))(f)
#define float_bits(f) as_uint(f)
#define v_int(u) OHM_PASTE(as_, OHM_VECTOR(int))(u)
#define v_from_bits(u) OHM_PASTE(as_, OHM_VECTOR(float))(u)
#define v_load(p) (*(const __global vf32 *)(p))
#define v_store(p, x) (*(__global vf32 *)(p) = (x))
#define v_store_u64(p, x) (*(__global vu64 *)(p) = (x))

#else // C

#include <math.h>
#include <stdint.h>
#define OHM_FN static inline __attribute__((always_inline, unused))
#define OHM_RARE static __attribute__((noinline, unused)) // once, not in every loop: compiling it takes long
#ifdef OHM_SMALL
#define OHM_DRAW OHM_RARE // a sanitizer's build takes half the time
#else
#define OHM_DRAW OHM_FN // a spread costs a tenth less where the model is known
#endif
#define OHM_GLOBAL
#define OHM_PREFETCH(place) __builtin_prefetch(place, 0, 2) // into the second cache
#define OHM_LOWEST(bits) ((u32)__builtin_ctz(bits))
#define OHM_READ_ONLY const // before static: of the whole program
#define OHM_LOCAL
#define OHM_COUNT(place) ((place)++)
typedef int32_t i32;
typedef int64_t i64;
typedef uint32_t u32;
typedef uint64_t u64;

#if OHM_LANES == 1

typedef float vf32;
typedef int32_t vi32;
typedef u32 vu32;
typedef u64 vu64;
typedef u64 vu64_memory;
#define v_float(i) ((float)(i))
#define v_widen(u) ((u64)(u))
#define v_narrow(u) ((u32)(u))
#define v_truncate(f) ((u64)(f))
#define v_signed(f) ((u64)(i64)(f))
#define v_fma(a, b, c) fmaf(a, b, c)
#define v_splat(x) ((float)(x))
#define v_splat_u64(x) ((u64)(x))

#else

#define OHM_VECTOR(bytes) __attribute__((vector_size(OHM_LANES * (bytes))))
typedef float vf32 OHM_VECTOR(4) __attribute__((may_alias));
typedef int32_t vi32 OHM_VECTOR(4);
typedef u32 vu32 OHM_VECTOR(4);
typedef u64 vu64 OHM_VECTOR(8);
typedef u64 vu64_memory OHM_VECTOR(8) __attribute__((may_alias));
typedef i64 vi64 OHM_VECTOR(8);
#define v_float(i) __builtin_convertvector(i, vf32)
#define v_widen(u) __builtin_convertvector(u, vu64)
#define v_narrow(u) __builtin_convertvector(u, vu32)
#define v_truncate(f) __builtin_convertvector(f, vu64)
#define v_signed(f) ((vu64) __builtin_convertvector(f, vi64)) // the bits of a signed integer

OHM_FN vf32 v_splat(float x) {
    return x - (vf32){0}; // x − 0 is x for every x, −0 too
}

OHM_FN vu64 v_splat_u64(u64 x) {
    return x - (vu64){0};
}

#if OHM_LANES == 16 && defined(__AVX512F__)
#include <immintrin.h>
#define v_fma(a, b, c) ((vf32)_mm512_fmadd_ps(a, b, c))
#elif OHM_LANES == 8 && defined(__FMA__)
#include <immintrin.h>
#define v_fma(a, b, c) ((vf32)_mm256_fmadd_ps(a, b, c))
#else
#ifdef __x86_64__
OHM_RARE // without the instruction it is a call a lane anyway, and inlined it is most of the compiler's work
#else
OHM_FN
#endif
    vf32
    v_fma(vf32 a, vf32 b, vf32 c) {
    for (int i = 0; i < OHM_LANES; i++) c[i] = fmaf(a[i], b[i], c[i]);
    return c;
}
#endif
#endif

#define v_int(u) ((vi32)(u))
#define v_load(p) (*(const vf32 *)(p))
#define v_store(p, x) (*(vf32 *)(p) = (x))
#define v_store_u64(p, x) (*(vu64_memory *)(p) = (x))

#endif // C

// A vector, and its lanes one by one.
typedef union v_any32 {
    vf32 f;
    vu32 u;
    float f_lane[OHM_LANES];
    u32 u_lane[OHM_LANES];
} v_any32;

typedef union v_any64 {
    vu64 u;
    u64 lane[OHM_LANES];
} v_any64;

// 0, 1, 2 and so on, lane by lane.
OHM_FN vu32 lane_numbers(void) {
    v_any32 n;
    OHM_UNROLL
    for (u32 i = 0; i < OHM_LANES; i++) n.u_lane[i] = i;
    return n.u;
}

#ifndef __OPENCL_C_VERSION__

// One float, whatever the lanes.
OHM_FN u32 float_bits(float f) {
    const union {
        float f;
        u32 u;
    } x = {.f = f};
    return x.u;
}

// A union, not a cast: it reinterprets scalars as well as vectors.
OHM_FN vu32 v_bits(vf32 f) {
    const v_any32 x = {.f = f};
    return x.u;
}

OHM_FN vf32 v_from_bits(vu32 u) {
    const v_any32 x = {.u = u};
    return x.f;
}

#endif

#endif
