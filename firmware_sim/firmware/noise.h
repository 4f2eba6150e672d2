/* Pseudo-random noise for simulated sensors. */
#ifndef NOISE_H
#define NOISE_H

#include <stdint.h>

struct noise {
    uint32_t state; /* never 0 */
};

/* Give the next value of nearly normal noise: mean 0, `deviation` rms. */
int32_t noise_next(struct noise *noise, int32_t deviation);

#endif
