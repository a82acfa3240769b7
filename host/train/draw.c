// See draw.h.
#define OHM_LANES 1
#include "draw.h"
#include "../../kernels/philox.h"

static void words_of(uint32_t c[4], uint64_t seed) {
    philox_words(c, (u32)seed, (u32)(seed >> 32));
}

uint32_t draw_word(uint64_t seed, draw_use use, uint32_t number, uint32_t i) {
    uint32_t c[4] = {i / 4, (u32)use, number, (u32)OHM_STREAM_TRAINING << 24};
    words_of(c, seed);
    return c[i % 4];
}

void draw_order(uint64_t seed, draw_use use, uint32_t number, uint32_t count, uint32_t *order) {
    for (uint32_t i = 0; i < count; i++) order[i] = i;
    for (uint32_t i = count; i-- > 1;) {
        const uint32_t j = (uint32_t)((uint64_t)draw_word(seed, use, number, i) * (i + 1) >> 32);
        const uint32_t one = order[i];
        order[i] = order[j];
        order[j] = one;
    }
}

// The slots in which a random number, of which each word is one bit, the highest first, is below p·2³². As
// soon as every slot is decided, no more words are drawn: seven, in the mean.
static uint32_t slots_below(uint64_t seed, uint32_t c0, uint32_t c2, uint32_t c3, uint32_t threshold,
                            uint32_t slots) {
    uint32_t open = slots, below = 0, c[4];
    for (uint32_t i = 0; i < 32 && open && threshold << i; i++) {
        if (i % 4 == 0) {
            c[0] = c0, c[1] = i / 4, c[2] = c2, c[3] = c3;
            words_of(c, seed);
        }
        const uint32_t word = c[i % 4];
        const bool one = threshold << i >> 31;
        if (one) below |= open & ~word;
        open &= one ? word : ~word;
    }
    return below;
}

uint32_t draw_train(uint64_t seed, bool columns, uint64_t update, uint32_t line, double p, unsigned slots) {
    const uint32_t all = (uint32_t)((1u << slots) - 1);
    const u32 stream = OHM_STREAM_PULSES + (columns ? 1 : 0);
    if (p >= 1) return all;
    const double scaled = p * 0x1p32;
    if (!(scaled >= 1)) return 0;
    return slots_below(seed, line, (u32)update, stream << 24 | ((u32)(update >> 32) & 0xFFFFFF),
                       (uint32_t)scaled, all);
}
