#include "noise.h"

#define UNIFORMS 12 /* so many of them have a variance of 1 together */

static uint32_t draw(struct noise *noise)
{
    /* xorshift with (13, 17, 5): Marsaglia, Journal of Statistical Software 8(14), 2003 */
    noise->state ^= noise->state << 13;
    noise->state ^= noise->state >> 17;
    noise->state ^= noise->state << 5;
    return noise->state >> 16;
}

int32_t noise_next(struct noise *noise, int32_t deviation)
{
    int32_t sum = -(UNIFORMS / 2) * 65536;
    for (int i = 0; i < UNIFORMS; i++) {
        sum += (int32_t)draw(noise);
    }
    return (int32_t)(((int64_t)sum * deviation) / 65536);
}
