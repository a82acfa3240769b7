// Normal deviates, one a random word: the inverse of the normal distribution's integral.
#ifndef OHM_NORMAL_H
#define OHM_NORMAL_H

#include "elementary.h"

// Φ⁻¹((1 + v)/2) for a v in (−1, 1) that is a multiple of 2⁻²⁴. Odd in v.
//
// It is v·Q(t) with t = log₂(1 − v²) from −23 to 0: Q is smooth in t, unlike in v, and two polynomials,
// which meet at t = −7, are enough. Q − 1 is what they give, so that v is added exactly.
OHM_FN vf32 v_normal_quantile(vf32 v) {
    vf32 e;
    const vf32 f = log_split(v_fma(-v, v, v_splat(1.0f)), 0x3F2AAAABu, &e) - 1.0f;
    vf32 p = v_fma(f, v_splat(-0x1.dd0e92p-3f), v_splat(0x1.0291eap-2f));
    p = v_fma(f, p, v_splat(-0x1.e00fbep-3f));
    p = v_fma(f, p, v_splat(0x1.234fcp-2f));
    p = v_fma(f, p, v_splat(-0x1.719e2cp-2f));
    p = v_fma(f, p, v_splat(0x1.ec9236p-2f));
    p = v_fma(f, p, v_splat(-0x1.7153dap-1f));
    p = v_fma(f, p, v_splat(0x1.715464p+0f));
    const vf32 a = v_fma(e, v_splat(0x1p-23f), v_fma(f, p, v_splat(3.5f))); // t + 7/2
    const vf32 b = a + 11.5f;                                               // t + 15
    vf32 near = v_fma(a, v_splat(0x1.0f2ec2p-31f), v_splat(0x1.1e4e58p-29f));
    near = v_fma(a, near, v_splat(-0x1.aca2f8p-25f));
    near = v_fma(a, near, v_splat(-0x1.3620a4p-21f));
    near = v_fma(a, near, v_splat(0x1.9e0522p-21f));
    near = v_fma(a, near, v_splat(0x1.2cfd5cp-14f));
    near = v_fma(a, near, v_splat(0x1.455534p-11f));
    near = v_fma(a, near, v_splat(-0x1.5a9f1ep-9f));
    near = v_fma(a, near, v_splat(-0x1.f058ap-3f));
    near = v_fma(a, near, v_splat(0x1.18f42cp+0f));
    vf32 far = v_fma(b, v_splat(0x1.4d5ecap-44f), v_splat(0x1.3116a8p-39f));
    far = v_fma(b, far, v_splat(0x1.f6dd2p-36f));
    far = v_fma(b, far, v_splat(0x1.0ba406p-32f));
    far = v_fma(b, far, v_splat(0x1.a1b71p-33f));
    far = v_fma(b, far, v_splat(-0x1.2aa37ap-24f));
    far = v_fma(b, far, v_splat(-0x1.54fbdcp-19f));
    far = v_fma(b, far, v_splat(-0x1.396feep-14f));
    far = v_fma(b, far, v_splat(-0x1.419248p-9f));
    far = v_fma(b, far, v_splat(-0x1.38d9fcp-3f));
    far = v_fma(b, far, v_splat(0x1.a9990ep+1f));
    return v_fma(v, v_where_less(a, v_splat(-3.5f), far, near), v);
}

// A standard normal deviate from a random word, from −5.42 to 5.42: one of 2²⁴ values as likely as each
// other, each with its opposite, so that the mean is 0.
OHM_FN vf32 v_normal(vu32 word) {
    const vf32 k = v_float(v_int(word >> 8));
    return v_normal_quantile(v_fma(k, v_splat(0x1p-23f), v_splat(-0x1.fffffep-1f)));
}

#endif
