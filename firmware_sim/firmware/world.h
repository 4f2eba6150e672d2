/* The world that a board without sensors is in: sunlight, a battery and what warms up. In integers. */
#ifndef WORLD_H
#define WORLD_H

#include <stdint.h>

#include "noise.h"
#include "readings.h"

struct world {
    uint16_t sunlight_permille;
    int64_t charge_uc;          /* in microcoulomb */
    int64_t board_uc;           /* in microdegrees Celsius, as all temperatures here */
    int64_t payload_rise_uc;    /* above the board */
    int64_t amplifier_rise_uc;  /* above the board */
    struct noise noise;
};

void world_start(struct world *world);
void world_set_charge(struct world *world, uint16_t permille);

/* Let `elapsed_ms`, at most some ten, pass with these loads. */
void world_advance(struct world *world, const struct loads *loads, uint32_t elapsed_ms);

/* Measure, with the sensors' noise. */
void world_measure(struct world *world, const struct loads *loads, struct readings *readings);

#endif
