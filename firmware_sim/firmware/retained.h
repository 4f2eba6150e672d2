/* What outlives a reset of the chip, but no power cycle: memory that the start-up code does not clear. */
#ifndef RETAINED_H
#define RETAINED_H

#include <stdbool.h>
#include <stdint.h>

#include "world.h"

struct retained {
    uint16_t board_resets;
    struct world world; /* the simulated one, if it is */
    uint16_t check;
};

extern struct retained retained;

/* Whether it holds what was sealed last, and not what memory happens to hold after power-on. */
bool retained_is_valid(void);
void retained_seal(void);

#endif
