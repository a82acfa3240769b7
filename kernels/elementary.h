// Elementary functions that give the same bits on every device.
//
// OpenCL leaves the accuracy of sin, exp and division to the device, so these are made only of fma,
// multiply, add, compare and bit operations, each of which IEEE 754 fixes to the last bit. A device may
// flush subnormal numbers to zero, so none occurs on the way to a result that it could change.
//
// Errors are the worst found against long double: over every float32 where it says so, over samples of
// many millions elsewhere. An ulp is the distance of the floats around the exact result.
#ifndef OHM_ELEMENTARY_H
#define OHM_ELEMENTARY_H

#include "select.h"

// sin x for |x| ≤ 1000, within 5.7e-8 (found by trying every float32 there).
//
// The multiple n of π nearest to x leaves r in [−π/2, π/2]; the parity of n gives the sign. π is
// float32's π plus 8.7e-8, and r, taken with the first part, is exact, so the second part enters as
// its first-order effect n·8.7e-8·cos r instead of rounding r. Then sin r = r·A + r·B(r² − 25/16),
// with A so near sin(r)/r that what is rounded before the last fma is small. (The usual
// r + r³·P(r²) is off by up to 1.4e-7 near π/2, where its correction is −0.57.)
// B and cos are minimax fits on [0, π/2]: 4.4e-9 in sin, 7e-6 in cos.
OHM_FN vf32 v_sin(vf32 x) {
    const float shifter = 12582912.0f; // 1.5·2²³: adding it rounds to an integer, left in the low bits
    const vf32 shifted = v_fma(x, v_splat(0x1.45f306p-2f), v_splat(shifter));
    const vf32 n = shifted - shifter;
    const vf32 r = v_fma(n, v_splat(-0x1.921fb6p+1f), x);
    const vf32 z = v_fma(r, r, v_splat(-1.5625f));
    vf32 b = v_fma(z, v_splat(0x1.5c288ap-19f), v_splat(-0x1.7d4abcp-13f));
    b = v_fma(z, b, v_splat(0x1.e7c35ap-8f));
    b = v_fma(z, b, v_splat(-0x1.22e43ep-3f));
    b = v_fma(z, b, v_splat(0x1.25a2p-4f));
    vf32 c = v_fma(z, v_splat(-0x1.e8c476p-34f), v_splat(0x1.aae41ep-29f)); // 8.7e-8·cos r
    c = v_fma(z, c, v_splat(-0x1.1d0b1p-25f));
    c = v_fma(z, c, v_splat(0x1.d994ecp-26f));
    const vf32 s = v_fma(r, v_splat(0.6875f), v_fma(r, b, n * c));
    return v_from_bits(v_bits(s) ^ (v_bits(shifted) << 31));
}

// a + b, and in *error exactly what rounding took from it (Knuth's TwoSum: The Art of Computer Programming 2,
// 4.2.2), whichever of them is larger.
OHM_FN vf32 v_two_sum(vf32 a, vf32 b, vf32 *error) {
    const vf32 sum = a + b;
    const vf32 of_b = sum - a;
    *error = (a - (sum - of_b)) + (b - of_b);
    return sum;
}

// 1/x for x in [1e-30, 1e30], within 0.5002 ulp (every mantissa): a guess from the exponent, off by up to
// 5.1 %, and two third-order steps. They take six operations, one after the other, where Newton's take eight.
OHM_FN vf32 v_reciprocal(vf32 x) {
    vf32 y = v_from_bits(0x7EF311C7u - v_bits(x));
    for (int i = 0; i < 2; i++) {
        const vf32 h = v_fma(-x, y, v_splat(1.0f));
        y = v_fma(y, v_fma(h, h, h), y);
    }
    return y;
}

// a/b within 0.501 ulp, exact where it can be, for |b| in [1e-30, 1e30], a = 0 or |a| ≥ 1e-30, and a
// quotient that is zero or from 1.2e-38 to 3.3e38. (The remainder of a smaller a may be subnormal,
// which leaves 3e-6 of the quotient on a device that flushes it.)
//
// The reciprocal's guess works for either sign (the sign is the highest bit of the difference) and is
// off by up to 12 %; a third-order step and Newton's leave 3e-6, and the remainder of the quotient,
// which fma gives exactly, squares that.
OHM_FN vf32 v_divide(vf32 a, vf32 b) {
    vf32 y = v_from_bits(0x7EF311C7u - v_bits(b));
    vf32 h = v_fma(-b, y, v_splat(1.0f));
    y = v_fma(y, v_fma(h, h, h), y);
    h = v_fma(-b, y, v_splat(1.0f));
    y = v_fma(y, h, y);
    const vf32 q = a * y;
    return v_fma(v_fma(-b, q, a), y, q);
}

// √x within 0.52 ulp (every mantissa) for x = 0 or x ≥ 1e-30; what v_divide says of a
// smaller a holds for a smaller x, with 2.6e-5.
//
// A guess of 1/√x from half the exponent is within 3.5 %; the minimax parabola for the rest leaves
// 2.6e-5, and the remainder of the root squares that.
OHM_FN vf32 v_sqrt(vf32 x) {
    const vf32 guess = v_from_bits(0x5F3759DFu - (v_bits(x) >> 1));
    const vf32 root = x * guess;
    const vf32 u = root * guess;
    vf32 p = v_fma(u, v_splat(0x1.80245ep-2f), v_splat(-0x1.405aeap+0f));
    p = v_fma(u, p, v_splat(0x1.e051dep+0f));
    const vf32 s = root * p;
    return v_fma(v_fma(-s, s, x), guess * p * 0.5f, s);
}

#define V_LOG2_E 0x1.715476p+0f
#define V_LN2 0x1.62e43p-1f // ln 2 is V_LN2 + V_LN2_REST
#define V_LN2_REST -0x1.05c61p-29f
#define V_SHIFTER 12582912.0f // 1.5·2²³: adding it rounds to an integer, left in the low bits

// eʳ is about the sum of exp_terms[i]·rⁱ.
static OHM_READ_ONLY float exp_terms[] = {
    1, 1, 0x1.fffffcp-2f, 0x1.555492p-3f, 0x1.5558f2p-5f, 0x1.123a2p-7f, 0x1.6a23cep-10f};

// 2ⁿ·eʳ for n = shifted − V_SHIFTER, |r| ≤ 0.3467 and a result that is normal; of each of some parts, in r.
// Side by side: a processor looks only so far ahead, and one part's own chain of instructions would keep it
// waiting.
OHM_FN void exp_finish(vf32 *r, const vf32 *shifted, int parts) {
    vf32 p[4];
    OHM_UNROLL
    for (int k = 0; k < parts; k++) p[k] = v_splat(exp_terms[6]);
    OHM_UNROLL
    for (int i = 5; i >= 0; i--) {
        OHM_UNROLL
        for (int k = 0; k < parts; k++) p[k] = v_fma(r[k], p[k], v_splat(exp_terms[i]));
    }
    OHM_UNROLL
    for (int k = 0; k < parts; k++) r[k] = v_from_bits(v_bits(p[k]) + (v_bits(shifted[k]) << 23));
}

// e to the x, within 0.9 ulp (every float32), x clamped to [−87, 88] so that no result is subnormal or
// infinite; a NaN is taken for −87.
//
// x − n·V_LN2 is exact: where n is not 0, it is a multiple of 2⁻²⁵ below 1/2. The fit of the polynomial is
// off by 3.6e-9.
OHM_FN void v_exps(vf32 *x, int parts) {
    vf32 shifted[4];
    OHM_UNROLL
    for (int k = 0; k < parts; k++) {
        const vf32 c = v_clamp(x[k], -87.0f, 88.0f);
        shifted[k] = v_fma(c, v_splat(V_LOG2_E), v_splat(V_SHIFTER));
        const vf32 n = shifted[k] - V_SHIFTER;
        x[k] = v_fma(n, v_splat(-V_LN2_REST), v_fma(n, v_splat(-V_LN2), c));
    }
    exp_finish(x, shifted, parts);
}

OHM_FN vf32 v_exp(vf32 x) {
    v_exps(&x, 1);
    return x;
}

// sinh x, within 1.25 ulp (every float32 from 2⁻¹² on), x clamped to [−88, 88]; odd to the bit, but for
// sinh −0 = 0.
//
// With x = n ln 2 + r it is (2ⁿ − 2⁻ⁿ)/2·cosh r + (2ⁿ + 2⁻ⁿ)/2·sinh r, whose first part is exactly zero
// for |x| < 0.346, so that nothing cancels there. The fits are off by 5e-10 and 1e-9.
OHM_FN vf32 v_sinh(vf32 x) {
    const vf32 c = v_clamp(x, -88.0f, 88.0f);
    const vf32 shifted = v_fma(c, v_splat(V_LOG2_E), v_splat(V_SHIFTER));
    const vf32 n = shifted - V_SHIFTER;
    const vf32 r = v_fma(n, v_splat(-V_LN2_REST), v_fma(n, v_splat(-V_LN2), c));
    const vu32 up = (v_bits(shifted) << 23) + 0x3F800000u;
    const vf32 high = v_from_bits(up), low = v_from_bits(0x7F000000u - up); // 2ⁿ, 2⁻ⁿ (0 for n = 127)
    const vf32 difference = high - low, sum = high + low;
    const vf32 z = r * r;
    vf32 even = v_fma(z, v_splat(0x1.6d97ep-10f), v_splat(0x1.55547ep-5f)); // (cosh r − 1)/z
    even = v_fma(z, even, v_splat(0.5f));
    vf32 odd = v_fma(z, v_splat(0x1.a17038p-13f), v_splat(0x1.1110b2p-7f)); // (sinh r − r)/(r·z)
    odd = v_fma(z, odd, v_splat(0x1.555556p-3f));
    const vf32 small = v_fma(r * z * odd, sum, z * even * difference);
    return (difference + v_fma(r, sum, small)) * 0.5f;
}

// Splits a normal x > 0 into 2ᵉ·m with m in [s, 2 s), s being the float32 of bits start: gives m, and
// e·2²³ in *exponent.
OHM_FN vf32 log_split(vf32 x, u32 start, vf32 *exponent) {
    const vu32 e = (v_bits(x) - start) & 0xFF800000u;
    *exponent = v_float(v_int(e)); // exact: 8 bits and zeros
    return v_from_bits(v_bits(x) - e);
}

// ln x within 0.95 ulp (every float32 from 1/8 to 8) for a normal x > 0; a finite number for any other x.
//
// x = 2ᵉ(1 + f) with |f| ≤ 1/3, and the polynomial is off by 5.6e-9. float32's ln 2, off by 2.8e-9, needs
// no second part.
OHM_FN vf32 v_log(vf32 x) {
    vf32 e;
    const vf32 f = log_split(x, 0x3F2AAAABu, &e) - 1.0f;
    vf32 p = v_fma(f, v_splat(-0x1.08057ep-3f), v_splat(0x1.1e66c2p-3f));
    p = v_fma(f, p, v_splat(-0x1.f31146p-4f));
    p = v_fma(f, p, v_splat(0x1.1ed716p-3f));
    p = v_fma(f, p, v_splat(-0x1.559dcap-3f));
    p = v_fma(f, p, v_splat(0x1.99d028p-3f));
    p = v_fma(f, p, v_splat(-0x1.fffefp-3f));
    p = v_fma(f, p, v_splat(0x1.555506p-2f));
    p = v_fma(f, p, v_splat(-0.5f));
    return v_fma(e, v_splat(0x1.62e43p-24f), v_fma(f * f, p, f));
}

// x to the y for a normal x > 0: within 1 ulp for |y| ≤ 20, 1.25 ulp for |y| ≤ 100, where y·ln x is in
// [−87, 88]; beyond, it saturates at v_exp's ends, within 4 %. For |y| > 100 it is within 4 ulp, and y
// is clamped to ±10000. 0 (and what is subnormal or negative) to the y is 0, 1 or v_exp(88) for y > 0,
// y = 0 or y < 0. x⁰ = 1 and 1ʸ = 1 exactly. Finite for every finite x and y.
//
// y·ln x needs 32 bits, so ln x comes in two floats, off by 3e-10: x = 2ᵉ·m with m in [0.8, 1.6), whose
// upper part is multiplied by 3/4, exactly, so that |f| ≤ 0.2, and ln(1 + f) = f − f²/2 + f³·P(f) with
// f²/2 in two floats. P is off by 5e-11, and its roundings by 2e-10.
OHM_FN vf32 v_pow(vf32 x, vf32 y) {
    const vf32 power = v_clamp(y, -1e4f, 1e4f), least = v_splat(0x1p-126f), zero = v_splat(0.0f),
               one = v_splat(1.0f);
    vf32 e;
    const vf32 m = log_split(x, 0x3F4CCCCDu, &e), third = v_splat(0x1.279a74p+0f);
    const vf32 factor = v_where_less(m, third, one, v_splat(0.75f));
    const vf32 f = v_fma(m, factor, v_splat(-1.0f));
    vf32 p = v_fma(f, v_splat(0x1.f0bbcp-4f), v_splat(-0x1.12744p-3f));
    p = v_fma(f, p, v_splat(0x1.23cdd6p-3f));
    p = v_fma(f, p, v_splat(-0x1.54d35ep-3f));
    p = v_fma(f, p, v_splat(0x1.999c5ap-3f));
    p = v_fma(f, p, v_splat(-0x1.00008cp-2f));
    p = v_fma(f, p, v_splat(0x1.555554p-2f));
    // e·ln 2 − ln(factor): the part in 16 bits after the point, so that it is exact, and the rest.
    const vf32 whole = v_fma(e, v_splat(0x1.62e4p-24f), v_where_less(m, third, zero, v_splat(0x1.2698p-2f)));
    const vf32 rest =
        v_fma(e, v_splat(0x1.7f7d1cp-43f), v_where_less(m, third, zero, v_splat(-0x1.deecb2p-18f)));
    const vf32 square = f * f;
    const vf32 s = v_fma(v_splat(-0.5f), square, f);
    vf32 low = v_fma(v_splat(-0.5f), square, f - s);
    low = v_fma(v_splat(-0.5f), v_fma(f, f, -square), low);
    low = v_fma(f * square, p, low);
    const vf32 high = whole + s;
    low = ((whole - high) + s) + (low + rest);
    const vf32 product = power * high;
    const vf32 error = v_fma(power, low, v_fma(power, high, -product));
    const vf32 exponent = product + error;
    const vf32 more = (product - exponent) + error;
    const vf32 c = v_clamp(exponent, -87.0f, 88.0f);
    const vf32 shifted = v_fma(c, v_splat(V_LOG2_E), v_splat(V_SHIFTER));
    const vf32 n = shifted - V_SHIFTER;
    const vf32 r = v_fma(n, v_splat(-V_LN2), c);
    vf32 result = r + v_fma(n, v_splat(-V_LN2_REST), more);
    exp_finish(&result, &shifted, 1);
    const vf32 of_zero = v_where_less(zero, y, zero, v_where_less(y, zero, v_splat(0x1.f1056ep+126f), one));
    return v_where_less(x, least, of_zero, result);
}

#endif
