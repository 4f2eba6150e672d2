#include "start_cause.h"

enum reset_cause start_cause(enum start_reason reason, bool memory_kept)
{
    /* Whatever the chip says, without the memory the world and the counters begin anew. */
    if (!memory_kept) {
        return CAUSE_POWER_ON;
    }
    switch (reason) {
    case START_POWER_ON:
        return CAUSE_POWER_ON;
    case START_WATCHDOG:
        return CAUSE_WATCHDOG;
    case START_BROWN_OUT:
        return CAUSE_BROWN_OUT;
    default:
        return CAUSE_BOARD_RESET;
    }
}
