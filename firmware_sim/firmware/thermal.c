#include "thermal.h"

#define DEFAULT_LIMIT_MC 85000
#define DEFAULT_HYSTERESIS_MC 5000U

void thermal_start(struct thermal *thermal, int32_t payload_mc)
{
    *thermal = (struct thermal){
        .limit_mc = DEFAULT_LIMIT_MC,
        .hysteresis_mc = DEFAULT_HYSTERESIS_MC,
        .peak_mc = payload_mc,
    };
}

void thermal_take_in(struct thermal *thermal, int32_t payload_mc)
{
    const int64_t cool_mc = (int64_t)thermal->limit_mc - (int64_t)thermal->hysteresis_mc;
    if (payload_mc >= thermal->limit_mc) {
        thermal->throttled = true;
    } else if (payload_mc < cool_mc) {
        thermal->throttled = false;
    } else {
        /* in between it stays as it was */
    }
    if (payload_mc > thermal->peak_mc) {
        thermal->peak_mc = payload_mc;
    }
}

uint16_t thermal_allowed(const struct thermal *thermal, uint16_t permille)
{
    const bool capped = thermal->throttled && (permille > THERMAL_THROTTLED_PERMILLE);
    return capped ? (uint16_t)THERMAL_THROTTLED_PERMILLE : permille;
}
