/* The board above its serial line: rails, watchdog, power, heat, what happened how often. Knows no hardware. */
#ifndef BOARD_H
#define BOARD_H

#include <stdbool.h>
#include <stdint.h>

#include "messages.h"
#include "power.h"
#include "rail.h"
#include "readings.h"
#include "thermal.h"
#include "watchdog.h"

/* What is told of the measured world; frozen while values are stale. */
struct report {
    struct readings readings;
    uint64_t energy_mj;
    int32_t peak_mc;
};

struct counts {
    uint16_t board_resets;
    uint16_t watchdog_resets;
    uint16_t brown_outs;
    uint16_t commanded_resets;
};

struct board {
    uint64_t now_ms; /* since the board started */
    struct rail rails[RAIL_COUNT];
    uint16_t wanted_permille[RAIL_COUNT];
    struct watchdog watchdog;
    struct lockout lockout;
    struct thermal thermal;
    struct energy energy;
    struct readings readings;
    struct report report;
    uint64_t stale_until_ms;
    uint64_t short_until_ms;
    enum reset_cause board_cause;
    enum reset_cause payload_cause;
    struct counts counts;
};

/* Start, for `cause`; after anything but a power-on the payload is held off first. */
void board_start(struct board *board, enum reset_cause cause, uint16_t board_resets);

/* Take in what is measured, for the first time. */
void board_begin(struct board *board, const struct readings *readings);

/* Let time pass until `now_ms`. What is due may change the rails, and with them what is measured. */
void board_tick(struct board *board, uint64_t now_ms);

/* Take in what is measured now. */
void board_take_in(struct board *board, const struct readings *readings);

/* What the rails are to feed now. */
struct loads board_loads(const struct board *board);

/* Do what `command` says and write the reply. Line faults and the world are not the board's. */
void board_handle(struct board *board, const struct command *command, struct reply *reply);

#endif
