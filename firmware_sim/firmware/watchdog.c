#include "watchdog.h"

#define DEFAULT_TIMEOUT_MS 10000U
#define DEFAULT_HOLD_OFF_MS 1000U

void watchdog_start(struct watchdog *watchdog)
{
    *watchdog = (struct watchdog){.timeout_ms = DEFAULT_TIMEOUT_MS, .hold_off_ms = DEFAULT_HOLD_OFF_MS};
}

void watchdog_stroke(struct watchdog *watchdog, uint64_t now_ms)
{
    watchdog->counting = true;
    watchdog->deadline_ms = now_ms + watchdog->timeout_ms;
}

void watchdog_disarm(struct watchdog *watchdog)
{
    watchdog->counting = false;
}

void watchdog_set(struct watchdog *watchdog, uint32_t timeout_ms, uint32_t hold_off_ms, uint64_t now_ms)
{
    watchdog->timeout_ms = timeout_ms;
    watchdog->hold_off_ms = hold_off_ms;
    if (watchdog->counting) {
        watchdog_stroke(watchdog, now_ms);
    }
}

bool watchdog_timed_out(struct watchdog *watchdog, uint64_t now_ms)
{
    const bool timed_out = watchdog->counting && (now_ms >= watchdog->deadline_ms);
    if (timed_out) {
        watchdog->counting = false;
    }
    return timed_out;
}
