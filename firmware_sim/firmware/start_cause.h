/* Why the board started: what the chip knows, or, if it knows nothing, whether memory was kept. */
#ifndef START_CAUSE_H
#define START_CAUSE_H

#include <stdbool.h>

#include "hal.h"
#include "messages.h"

enum reset_cause start_cause(enum start_reason reason, bool memory_kept);

#endif
