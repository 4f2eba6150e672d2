/* A counter that has come to its end stays there. */
#ifndef COUNTER_H
#define COUNTER_H

#include <stdint.h>

static inline void counter_add(uint16_t *counter)
{
    if (*counter < UINT16_MAX) {
        (*counter)++;
    }
}

#endif
