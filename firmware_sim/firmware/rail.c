#include "rail.h"

#include "counter.h"

#define TRIP_DELAY_MS 20U
#define RETRY_MS 500U
#define ROW_ENDS_MS 2000U
#define TRIPS_TO_LATCH 4U

static const uint8_t TRANSITIONS[RAIL_STATE_COUNT][RAIL_EVENT_COUNT] = {
    [RAIL_OFF][RAIL_COMMANDED_ON] = RAIL_ON,
    [RAIL_ON][RAIL_COMMANDED_OFF] = RAIL_OFF,
    [RAIL_ON][RAIL_OVER_CURRENT] = RAIL_TRIPPED,
    [RAIL_ON][RAIL_OVER_CURRENT_AGAIN] = RAIL_LATCHED,
    [RAIL_ON][RAIL_RESET] = RAIL_HELD_OFF,
    [RAIL_ON][RAIL_UNDER_VOLTAGE] = RAIL_BROWN_OUT,
    [RAIL_TRIPPED][RAIL_DWELL_OVER] = RAIL_ON,
    [RAIL_TRIPPED][RAIL_COMMANDED_OFF] = RAIL_OFF,
    [RAIL_LATCHED][RAIL_COMMANDED_ON] = RAIL_ON,
    [RAIL_LATCHED][RAIL_COMMANDED_OFF] = RAIL_OFF,
    [RAIL_HELD_OFF][RAIL_DWELL_OVER] = RAIL_ON,
    [RAIL_BROWN_OUT][RAIL_VOLTAGE_BACK] = RAIL_ON,
    [RAIL_BROWN_OUT][RAIL_COMMANDED_OFF] = RAIL_OFF,
};

void rail_start(struct rail *rail, int32_t limit_ma, uint64_t now_ms)
{
    *rail = (struct rail){.state = RAIL_ON, .limit_ma = limit_ma, .since_ms = now_ms};
}

bool rail_is_on(const struct rail *rail)
{
    return rail->state == RAIL_ON;
}

bool rail_apply(struct rail *rail, enum rail_event event, uint64_t now_ms)
{
    const enum rail_state following = (enum rail_state)TRANSITIONS[rail->state][event];
    if (following == RAIL_UNCHANGED) {
        return false;
    }
    rail->state = following;
    rail->since_ms = now_ms;
    rail->over = false;
    if (event == RAIL_COMMANDED_ON) {
        rail->trips_in_row = 0U;
    }
    return true;
}

bool rail_reset(struct rail *rail, uint32_t hold_off_ms, uint64_t now_ms)
{
    const bool changed = rail_apply(rail, RAIL_RESET, now_ms);
    if (changed) {
        rail->dwell_until_ms = now_ms + hold_off_ms;
    }
    return changed;
}

static void trip(struct rail *rail, uint64_t now_ms)
{
    rail->trips_in_row++;
    counter_add(&rail->trips);
    const bool again = rail->trips_in_row >= TRIPS_TO_LATCH;
    (void)rail_apply(rail, again ? RAIL_OVER_CURRENT_AGAIN : RAIL_OVER_CURRENT, now_ms);
    rail->dwell_until_ms = now_ms + RETRY_MS;
}

bool rail_watch_current(struct rail *rail, int32_t current_ma, uint64_t now_ms)
{
    if (!rail_is_on(rail) || (current_ma <= rail->limit_ma)) {
        rail->over = false;
        return false;
    }
    if (!rail->over) {
        rail->over = true;
        rail->over_since_ms = now_ms;
    }
    if ((now_ms - rail->over_since_ms) < TRIP_DELAY_MS) {
        return false;
    }
    trip(rail, now_ms);
    return true;
}

void rail_tick(struct rail *rail, uint64_t now_ms)
{
    const bool dwells = (rail->state == RAIL_TRIPPED) || (rail->state == RAIL_HELD_OFF);
    if (dwells && (now_ms >= rail->dwell_until_ms)) {
        (void)rail_apply(rail, RAIL_DWELL_OVER, now_ms);
    }
    if (rail_is_on(rail) && ((now_ms - rail->since_ms) >= ROW_ENDS_MS)) {
        rail->trips_in_row = 0U;
    }
}
