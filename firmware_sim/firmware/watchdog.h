/* The payload's watchdog: the first stroke arms it, and then the payload must go on stroking. */
#ifndef WATCHDOG_H
#define WATCHDOG_H

#include <stdbool.h>
#include <stdint.h>

struct watchdog {
    bool counting;
    uint64_t deadline_ms;
    uint32_t timeout_ms;
    uint32_t hold_off_ms; /* for how long a reset takes the payload's rail down */
};

void watchdog_start(struct watchdog *watchdog);
void watchdog_stroke(struct watchdog *watchdog, uint64_t now_ms);
void watchdog_disarm(struct watchdog *watchdog);

/* Set new times. One that counts counts anew; one that does not is not armed. */
void watchdog_set(struct watchdog *watchdog, uint32_t timeout_ms, uint32_t hold_off_ms, uint64_t now_ms);

/* Whether it timed out by `now_ms`; it is disarmed then. */
bool watchdog_timed_out(struct watchdog *watchdog, uint64_t now_ms);

#endif
