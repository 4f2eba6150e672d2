/* The board's messages, as protocol/serial/board.py defines them: kind u8, sequence u16, body; little-endian. */
#ifndef MESSAGES_H
#define MESSAGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "readings.h"

enum command_kind {
    READ_STATUS = 0x01,
    SET_RAIL = 0x02,
    STROKE_WATCHDOG = 0x03,
    READ_POWER = 0x04,
    READ_RAIL = 0x05,
    READ_THERMAL = 0x06,
    READ_RADIO = 0x07,
    READ_ENERGY = 0x08,
    READ_RESETS = 0x09,
    SET_WATCHDOG = 0x0A,
    SET_THERMAL_LIMIT = 0x0B,
    RESET_PEAK = 0x0C,
    SET_LOAD = 0x0D,
    SET_SUNLIGHT = 0x10,
    SET_BATTERY_CHARGE = 0x11,
    INJECT_FAULT = 0x12
};

enum reply_kind {
    REPLY_STATUS = 0x81,
    REPLY_ACK = 0x82,
    REPLY_NACK = 0x83,
    REPLY_POWER = 0x84,
    REPLY_RAIL = 0x85,
    REPLY_THERMAL = 0x86,
    REPLY_RADIO = 0x87,
    REPLY_ENERGY = 0x88,
    REPLY_RESETS = 0x89
};

enum nack_reason {
    NACK_NONE = 0, /* never on the line */
    NACK_MALFORMED = 1,
    NACK_BUSY = 2,
    NACK_UNDER_VOLTAGE = 3,
    NACK_OVER_CURRENT = 4,
    NACK_UNSUPPORTED = 5
};

enum reset_cause {
    CAUSE_POWER_ON = 0,
    CAUSE_COMMAND = 1,
    CAUSE_WATCHDOG = 2,
    CAUSE_BROWN_OUT = 3,
    CAUSE_OVER_CURRENT = 4,
    CAUSE_BOARD_RESET = 5
};

enum fault_kind {
    FAULT_LOSE_OCTETS = 1,
    FAULT_CORRUPT_OCTET = 2,
    FAULT_STUCK = 3,
    FAULT_LATE = 4,
    FAULT_STALE = 5,
    FAULT_BROWN_OUT = 6,
    FAULT_OVER_CURRENT = 7,
    FAULT_PAYLOAD_RESET = 8,
    FAULT_BOARD_RESET = 9
};

/* Which of the fields a command has, its kind says. */
struct command {
    enum command_kind kind;
    uint16_t sequence;
    enum rail_name rail;
    bool on;
    uint16_t permille;
    uint32_t timeout_ms;
    uint32_t hold_off_ms;
    int32_t limit_mc;
    uint32_t hysteresis_mc;
    enum fault_kind fault;
    uint32_t parameter;
};

/* Read the command that a frame's payload holds. Returns false if it holds none. */
bool command_decode(const uint8_t *payload, size_t count, struct command *command);

#define REPLY_MAX_OCTETS 24U

/* A reply's payload while it is written, field by field. */
struct reply {
    uint8_t octets[REPLY_MAX_OCTETS];
    size_t count;
};

void reply_begin(struct reply *reply, enum reply_kind kind, uint16_t sequence);
void reply_u8(struct reply *reply, uint8_t value);
void reply_u16(struct reply *reply, uint16_t value);
void reply_u32(struct reply *reply, uint32_t value);
void reply_u64(struct reply *reply, uint64_t value);
void reply_nack(struct reply *reply, uint16_t sequence, enum nack_reason reason);

#endif
