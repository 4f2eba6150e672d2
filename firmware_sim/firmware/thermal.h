/* The payload's temperature: its limit, with hysteresis, and its peak. */
#ifndef THERMAL_H
#define THERMAL_H

#include <stdbool.h>
#include <stdint.h>

#define THERMAL_THROTTLED_PERMILLE 500U

struct thermal {
    int32_t limit_mc;
    uint32_t hysteresis_mc;
    int32_t peak_mc;
    bool throttled;
};

void thermal_start(struct thermal *thermal, int32_t payload_mc);
void thermal_take_in(struct thermal *thermal, int32_t payload_mc);

/* The load that the payload may have of the one that it wants. */
uint16_t thermal_allowed(const struct thermal *thermal, uint16_t permille);

#endif
