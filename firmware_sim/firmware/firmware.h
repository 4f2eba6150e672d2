/* Joins the serial line, the board and the bench. Owns no hardware; all of it comes through hal.h. */
#ifndef FIRMWARE_H
#define FIRMWARE_H

#include <stdbool.h>
#include <stdint.h>

#include "board.h"
#include "faults.h"
#include "framing.h"
#include "outbox.h"

struct firmware {
    struct board board;
    struct deframer deframer;
    struct outbox outbox;
    struct faults faults;
    bool restart_wanted;
};

void firmware_start(struct firmware *firmware, enum reset_cause cause, uint16_t board_resets);

/* Take in what has arrived, let time pass until `now_ms`, and send what is due. */
void firmware_run(struct firmware *firmware, uint64_t now_ms);

#endif
