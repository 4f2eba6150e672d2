#include "telemetry.h"

#define STATUS_RAIL_ON 0x01U
#define STATUS_WATCHDOG_ARMED 0x02U
#define RAIL_FLAG_ON 0x01U
#define RAIL_FLAG_TRIPPED 0x02U
#define RAIL_FLAG_LATCHED 0x04U
#define THERMAL_FLAG_THROTTLED 0x01U
#define RADIO_FLAG_POWERED 0x01U
#define RADIO_FLAG_TRANSMITTING 0x02U

static uint8_t flag(bool set, uint8_t bit)
{
    return set ? bit : 0U;
}

static void write_status(const struct board *board, struct reply *reply)
{
    const struct readings *readings = &board->report.readings;
    const uint8_t armed = flag(board->watchdog.counting, STATUS_WATCHDOG_ARMED);
    reply_u32(reply, (uint32_t)board->now_ms);
    reply_u16(reply, readings->bus_mv);
    reply_u16(reply, (uint16_t)readings->rail_ma[RAIL_PAYLOAD]);
    reply_u32(reply, (uint32_t)readings->board_mc);
    reply_u8(reply, (uint8_t)(flag(rail_is_on(&board->rails[RAIL_PAYLOAD]), STATUS_RAIL_ON) | armed));
    reply_u16(reply, board->counts.watchdog_resets);
    reply_u8(reply, (uint8_t)board->payload_cause);
}

static void write_power(const struct readings *readings, struct reply *reply)
{
    reply_u16(reply, readings->solar_mv);
    reply_u16(reply, readings->solar_ma);
    reply_u16(reply, readings->bus_mv);
    reply_u16(reply, (uint16_t)readings->battery_ma);
    reply_u16(reply, readings->charge_permille);
}

static void write_rail(const struct board *board, enum rail_name rail, struct reply *reply)
{
    const enum rail_state state = board->rails[rail].state;
    const bool tripped = (state == RAIL_TRIPPED) || (state == RAIL_LATCHED);
    const uint8_t on = flag(state == RAIL_ON, RAIL_FLAG_ON);
    const uint8_t off = (uint8_t)(flag(tripped, RAIL_FLAG_TRIPPED) | flag(state == RAIL_LATCHED, RAIL_FLAG_LATCHED));
    reply_u8(reply, (uint8_t)rail);
    reply_u16(reply, board->report.readings.rail_mv[rail]);
    reply_u16(reply, (uint16_t)board->report.readings.rail_ma[rail]);
    reply_u8(reply, on | off);
    reply_u16(reply, board->rails[rail].trips);
}

static void write_thermal(const struct board *board, struct reply *reply)
{
    reply_u32(reply, (uint32_t)board->report.readings.payload_mc);
    reply_u32(reply, (uint32_t)board->report.readings.board_mc);
    reply_u32(reply, (uint32_t)board->thermal.limit_mc);
    reply_u8(reply, flag(board->thermal.throttled, THERMAL_FLAG_THROTTLED));
}

static void write_radio(const struct board *board, struct reply *reply)
{
    const bool powered = rail_is_on(&board->rails[RAIL_RADIO]);
    const bool transmitting = powered && (board->wanted_permille[RAIL_RADIO] > 0U);
    reply_u32(reply, (uint32_t)board->report.readings.rssi_mdbm);
    reply_u32(reply, (uint32_t)board->report.readings.amplifier_mc);
    reply_u8(reply, (uint8_t)(flag(powered, RADIO_FLAG_POWERED) | flag(transmitting, RADIO_FLAG_TRANSMITTING)));
}

static void write_energy(const struct board *board, struct reply *reply)
{
    reply_u64(reply, board->report.energy_mj);
    reply_u32(reply, (uint32_t)board->report.peak_mc);
}

static void write_resets(const struct board *board, struct reply *reply)
{
    reply_u8(reply, (uint8_t)board->board_cause);
    reply_u8(reply, (uint8_t)board->payload_cause);
    reply_u16(reply, board->counts.board_resets);
    reply_u16(reply, board->counts.watchdog_resets);
    reply_u16(reply, board->counts.brown_outs);
    reply_u16(reply, board->rails[RAIL_PAYLOAD].trips);
    reply_u16(reply, board->counts.commanded_resets);
}

static enum reply_kind reply_kind_of(enum command_kind kind)
{
    switch (kind) {
    case READ_STATUS:
        return REPLY_STATUS;
    case READ_POWER:
        return REPLY_POWER;
    case READ_RAIL:
        return REPLY_RAIL;
    case READ_THERMAL:
        return REPLY_THERMAL;
    case READ_RADIO:
        return REPLY_RADIO;
    case READ_ENERGY:
        return REPLY_ENERGY;
    case READ_RESETS:
        return REPLY_RESETS;
    default:
        return REPLY_ACK;
    }
}

void telemetry_write(const struct board *board, const struct command *command, struct reply *reply)
{
    const enum reply_kind kind = reply_kind_of(command->kind);
    reply_begin(reply, kind, command->sequence);
    switch (kind) {
    case REPLY_STATUS:
        write_status(board, reply);
        break;
    case REPLY_POWER:
        write_power(&board->report.readings, reply);
        break;
    case REPLY_RAIL:
        write_rail(board, command->rail, reply);
        break;
    case REPLY_THERMAL:
        write_thermal(board, reply);
        break;
    case REPLY_RADIO:
        write_radio(board, reply);
        break;
    case REPLY_ENERGY:
        write_energy(board, reply);
        break;
    case REPLY_RESETS:
        write_resets(board, reply);
        break;
    default:
        break; /* an Ack has no body */
    }
}
