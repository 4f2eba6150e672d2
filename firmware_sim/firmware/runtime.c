/* What the compiler takes for granted, in place of a C library. */
#include <stddef.h>
#include <stdint.h>

void *memcpy(void *restrict to, const void *restrict from, size_t count);
void *memset(void *to, int value, size_t count);

void *memcpy(void *restrict to, const void *restrict from, size_t count)
{
    uint8_t *out = to;
    const uint8_t *in = from;
    for (size_t i = 0U; i < count; i++) {
        out[i] = in[i];
    }
    return to;
}

void *memset(void *to, int value, size_t count)
{
    uint8_t *out = to;
    for (size_t i = 0U; i < count; i++) {
        out[i] = (uint8_t)value;
    }
    return to;
}
