/* What the payload takes from the bus: whether the bus can bear it, and the energy. */
#ifndef POWER_H
#define POWER_H

#include <stdbool.h>
#include <stdint.h>

/* The under-voltage lock-out, with hysteresis. */
struct lockout {
    bool active;
    uint64_t forced_until_ms;
};

void lockout_force(struct lockout *lockout, uint32_t duration_ms, uint64_t now_ms);
void lockout_take_in(struct lockout *lockout, uint16_t bus_mv, uint64_t now_ms);

/* Energy, exact in mV * mA * ms. */
struct energy {
    uint64_t used_nj;
};

void energy_add(struct energy *energy, uint16_t voltage_mv, int16_t current_ma, uint32_t duration_ms);
uint64_t energy_mj(const struct energy *energy);

#endif
