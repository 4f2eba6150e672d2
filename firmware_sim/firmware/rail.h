/* A switched rail: current limit with retries and a latch, brown-out, hold-off by a reset. */
#ifndef RAIL_H
#define RAIL_H

#include <stdbool.h>
#include <stdint.h>

enum rail_state {
    RAIL_UNCHANGED = 0, /* in the table only: the event changes nothing there */
    RAIL_OFF,
    RAIL_ON,
    RAIL_TRIPPED,
    RAIL_LATCHED,
    RAIL_HELD_OFF,
    RAIL_BROWN_OUT,
    RAIL_STATE_COUNT
};

enum rail_event {
    RAIL_COMMANDED_ON = 0,
    RAIL_COMMANDED_OFF,
    RAIL_OVER_CURRENT,
    RAIL_OVER_CURRENT_AGAIN,
    RAIL_RESET,
    RAIL_UNDER_VOLTAGE,
    RAIL_VOLTAGE_BACK,
    RAIL_DWELL_OVER,
    RAIL_EVENT_COUNT
};

struct rail {
    enum rail_state state;
    int32_t limit_ma;
    uint64_t since_ms;      /* when the state began */
    uint64_t dwell_until_ms; /* when TRIPPED or HELD_OFF ends */
    uint64_t over_since_ms; /* when the current came above the limit, if `over` */
    bool over;
    uint8_t trips_in_row;
    uint16_t trips;
};

void rail_start(struct rail *rail, int32_t limit_ma, uint64_t now_ms);
bool rail_is_on(const struct rail *rail);

/* Let `event` happen. Returns false if it changes nothing in this state. */
bool rail_apply(struct rail *rail, enum rail_event event, uint64_t now_ms);

/* Take the rail down for `hold_off_ms`. Returns false if it is not on. */
bool rail_reset(struct rail *rail, uint32_t hold_off_ms, uint64_t now_ms);

/* Take in the measured current. Returns true if the rail trips. */
bool rail_watch_current(struct rail *rail, int32_t current_ma, uint64_t now_ms);

/* Let time pass until `now_ms`. */
void rail_tick(struct rail *rail, uint64_t now_ms);

#endif
