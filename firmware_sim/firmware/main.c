/* The board's program: start, then run for ever. */
#include "counter.h"
#include "firmware.h"
#include "hal.h"
#include "retained.h"
#include "start_cause.h"

static struct firmware firmware;

static enum reset_cause count_start(void)
{
    const enum reset_cause cause = start_cause(hal_start_reason(), retained_is_valid());
    if (cause == CAUSE_POWER_ON) {
        retained.board_resets = 0U;
    } else {
        counter_add(&retained.board_resets);
    }
    retained_seal();
    return cause;
}

int main(void)
{
    hal_start();
    firmware_start(&firmware, count_start(), retained.board_resets);
    while (!firmware.restart_wanted || (firmware.outbox.count > 0U)) {
        hal_stroke_watchdog();
        firmware_run(&firmware, hal_now_ms());
        hal_wait();
    }
    hal_transmit_wait();
    hal_restart();
}
