#include "power.h"

#define LOCKOUT_BEGINS_MV 6400U
#define LOCKOUT_ENDS_MV 7000U
#define NJ_IN_MJ 1000000U

void lockout_force(struct lockout *lockout, uint32_t duration_ms, uint64_t now_ms)
{
    lockout->active = true;
    lockout->forced_until_ms = now_ms + duration_ms;
}

void lockout_take_in(struct lockout *lockout, uint16_t bus_mv, uint64_t now_ms)
{
    const uint16_t bearable_mv = lockout->active ? LOCKOUT_ENDS_MV : LOCKOUT_BEGINS_MV;
    lockout->active = (bus_mv < bearable_mv) || (now_ms < lockout->forced_until_ms);
}

void energy_add(struct energy *energy, uint16_t voltage_mv, int16_t current_ma, uint32_t duration_ms)
{
    if (current_ma > 0) {
        energy->used_nj += (uint64_t)voltage_mv * (uint64_t)current_ma * duration_ms;
    }
}

uint64_t energy_mj(const struct energy *energy)
{
    return energy->used_nj / NJ_IN_MJ;
}
