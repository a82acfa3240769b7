// The elementary functions a probe can be asked for, spelled once for C and for OpenCL C: a name, and
// what it makes of the vectors x and y.
#ifndef TESTS_PROBE_FUNCTIONS_H
#define TESTS_PROBE_FUNCTIONS_H

#define PROBE_FUNCTIONS(X)                                                                                   \
    X(sin, v_sin(x))                                                                                         \
    X(reciprocal, v_reciprocal(x))                                                                           \
    X(abs, v_abs(x))                                                                                         \
    X(copysign, v_copysign(x, y))                                                                            \
    X(where_less, v_where_less(x, y, v_splat(1), v_splat(2)))                                                \
    X(divide, v_divide(x, y))                                                                                \
    X(sqrt, v_sqrt(x))                                                                                       \
    X(exp, v_exp(x))                                                                                         \
    X(log, v_log(x))                                                                                         \
    X(pow, v_pow(x, y))                                                                                      \
    X(sinh, v_sinh(x))                                                                                       \
    X(normal_quantile, v_normal_quantile(x))                                                                 \
    X(normal, v_normal(v_bits(x)))

#define PROBE_FUNCTION_ID(name, value) PROBE_##name,
enum { PROBE_FUNCTIONS(PROBE_FUNCTION_ID) PROBE_FUNCTION_COUNT };

#endif
