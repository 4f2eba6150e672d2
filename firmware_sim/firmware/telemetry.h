/* What the board replies to a command that it carried out: its readings, or an Ack. */
#ifndef TELEMETRY_H
#define TELEMETRY_H

#include "board.h"
#include "messages.h"

void telemetry_write(const struct board *board, const struct command *command, struct reply *reply);

#endif
