#include "messages.h"

#define HEADER_OCTETS 3U

/* What follows the header, read in order. */
struct reader {
    const uint8_t *octets;
    size_t left;
    bool good; /* false once a field is missing or holds what it cannot hold */
};

static uint32_t read_integer(struct reader *reader, size_t octets)
{
    uint32_t value = 0U;
    if (reader->left < octets) {
        reader->good = false;
        return 0U;
    }
    for (size_t i = 0U; i < octets; i++) {
        value |= (uint32_t)reader->octets[i] << (8U * i);
    }
    reader->octets = &reader->octets[octets];
    reader->left -= octets;
    return value;
}

static uint32_t read_within(struct reader *reader, size_t octets, uint32_t lowest, uint32_t highest)
{
    const uint32_t value = read_integer(reader, octets);
    if ((value < lowest) || (value > highest)) {
        reader->good = false;
    }
    return value;
}

static enum rail_name read_rail(struct reader *reader)
{
    return (enum rail_name)read_within(reader, 1U, 0U, RAIL_COUNT - 1U);
}

static uint16_t read_permille(struct reader *reader)
{
    return (uint16_t)read_within(reader, 2U, 0U, FULL_PERMILLE);
}

static void read_body(struct reader *reader, struct command *command)
{
    switch (command->kind) {
    case READ_STATUS:
    case STROKE_WATCHDOG:
    case READ_POWER:
    case READ_THERMAL:
    case READ_RADIO:
    case READ_ENERGY:
    case READ_RESETS:
    case RESET_PEAK:
        break;
    case SET_RAIL:
        command->rail = read_rail(reader);
        command->on = read_within(reader, 1U, 0U, 1U) != 0U;
        break;
    case READ_RAIL:
        command->rail = read_rail(reader);
        break;
    case SET_WATCHDOG:
        command->timeout_ms = read_within(reader, 4U, 1U, UINT32_MAX);
        command->hold_off_ms = read_within(reader, 4U, 1U, UINT32_MAX);
        break;
    case SET_THERMAL_LIMIT:
        command->limit_mc = (int32_t)read_integer(reader, 4U);
        command->hysteresis_mc = read_integer(reader, 4U);
        break;
    case SET_LOAD:
        command->rail = read_rail(reader);
        command->permille = read_permille(reader);
        break;
    case SET_SUNLIGHT:
    case SET_BATTERY_CHARGE:
        command->permille = read_permille(reader);
        break;
    case INJECT_FAULT:
        command->fault = (enum fault_kind)read_within(reader, 1U, FAULT_LOSE_OCTETS, FAULT_BOARD_RESET);
        command->parameter = read_integer(reader, 4U);
        break;
    default:
        reader->good = false;
        break;
    }
}

bool command_decode(const uint8_t *payload, size_t count, struct command *command)
{
    struct reader reader = {.octets = payload, .left = count, .good = true};
    command->kind = (enum command_kind)read_integer(&reader, 1U);
    command->sequence = (uint16_t)read_integer(&reader, HEADER_OCTETS - 1U);
    read_body(&reader, command);
    return reader.good && (reader.left == 0U);
}

static void reply_integer(struct reply *reply, uint64_t value, size_t octets)
{
    for (size_t i = 0U; (i < octets) && (reply->count < REPLY_MAX_OCTETS); i++) {
        reply->octets[reply->count] = (uint8_t)(value >> (8U * i));
        reply->count++;
    }
}

void reply_begin(struct reply *reply, enum reply_kind kind, uint16_t sequence)
{
    reply->count = 0U;
    reply_u8(reply, (uint8_t)kind);
    reply_u16(reply, sequence);
}

void reply_u8(struct reply *reply, uint8_t value)
{
    reply_integer(reply, value, 1U);
}

void reply_u16(struct reply *reply, uint16_t value)
{
    reply_integer(reply, value, 2U);
}

void reply_u32(struct reply *reply, uint32_t value)
{
    reply_integer(reply, value, 4U);
}

void reply_u64(struct reply *reply, uint64_t value)
{
    reply_integer(reply, value, 8U);
}

void reply_nack(struct reply *reply, uint16_t sequence, enum nack_reason reason)
{
    reply_begin(reply, REPLY_NACK, sequence);
    reply_u8(reply, (uint8_t)reason);
}
