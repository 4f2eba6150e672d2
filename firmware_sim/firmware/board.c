#include "board.h"

#include <stddef.h>

#include "counter.h"
#include "telemetry.h"

#define PAYLOAD_LIMIT_MA 2500
#define RADIO_LIMIT_MA 2000

static struct rail *payload_rail(struct board *board)
{
    return &board->rails[RAIL_PAYLOAD];
}

void board_start(struct board *board, enum reset_cause cause, uint16_t board_resets)
{
    *board = (struct board){
        .board_cause = cause,
        .payload_cause = (cause == CAUSE_POWER_ON) ? CAUSE_POWER_ON : CAUSE_BOARD_RESET,
        .counts = {.board_resets = board_resets},
    };
    watchdog_start(&board->watchdog);
    rail_start(payload_rail(board), PAYLOAD_LIMIT_MA, board->now_ms);
    rail_start(&board->rails[RAIL_RADIO], RADIO_LIMIT_MA, board->now_ms);
    if (cause != CAUSE_POWER_ON) {
        (void)rail_reset(payload_rail(board), board->watchdog.hold_off_ms, board->now_ms);
    }
}

/* The rail's state is another one: what it fed begins anew. */
static void on_rail_changed(struct board *board, enum rail_name rail)
{
    board->wanted_permille[rail] = 0U;
    if ((rail == RAIL_PAYLOAD) && !rail_is_on(payload_rail(board))) {
        watchdog_disarm(&board->watchdog);
    }
}

static bool apply(struct board *board, enum rail_name rail, enum rail_event event)
{
    const bool changed = rail_apply(&board->rails[rail], event, board->now_ms);
    if (changed) {
        on_rail_changed(board, rail);
    }
    return changed;
}

static void reset_payload(struct board *board, enum reset_cause cause, uint16_t *count)
{
    if (rail_reset(payload_rail(board), board->watchdog.hold_off_ms, board->now_ms)) {
        on_rail_changed(board, RAIL_PAYLOAD);
        board->payload_cause = cause;
        counter_add(count);
    }
}

static void follow_voltage(struct board *board)
{
    if (!board->lockout.active) {
        (void)apply(board, RAIL_PAYLOAD, RAIL_VOLTAGE_BACK);
    } else if (apply(board, RAIL_PAYLOAD, RAIL_UNDER_VOLTAGE)) {
        board->payload_cause = CAUSE_BROWN_OUT;
        counter_add(&board->counts.brown_outs);
    } else {
        /* the payload is off already */
    }
}

static void follow_current(struct board *board, enum rail_name rail)
{
    if (rail_watch_current(&board->rails[rail], board->readings.rail_ma[rail], board->now_ms)) {
        on_rail_changed(board, rail);
        if (rail == RAIL_PAYLOAD) {
            board->payload_cause = CAUSE_OVER_CURRENT;
        }
    }
}

static void update_report(struct board *board)
{
    if (board->now_ms >= board->stale_until_ms) {
        board->report = (struct report){
            .readings = board->readings,
            .energy_mj = energy_mj(&board->energy),
            .peak_mc = board->thermal.peak_mc,
        };
    }
}

void board_begin(struct board *board, const struct readings *readings)
{
    thermal_start(&board->thermal, readings->payload_mc);
    board_take_in(board, readings);
}

void board_take_in(struct board *board, const struct readings *readings)
{
    board->readings = *readings;
    lockout_take_in(&board->lockout, readings->bus_mv, board->now_ms);
    thermal_take_in(&board->thermal, readings->payload_mc);
    follow_voltage(board);
    follow_current(board, RAIL_PAYLOAD);
    follow_current(board, RAIL_RADIO);
    update_report(board);
}

void board_tick(struct board *board, uint64_t now_ms)
{
    const struct readings *before = &board->readings;
    const uint32_t elapsed_ms = (uint32_t)(now_ms - board->now_ms);
    energy_add(&board->energy, before->bus_mv, before->rail_ma[RAIL_PAYLOAD], elapsed_ms);

    board->now_ms = now_ms;
    for (size_t rail = 0U; rail < RAIL_COUNT; rail++) {
        rail_tick(&board->rails[rail], now_ms);
    }
    if (watchdog_timed_out(&board->watchdog, now_ms)) {
        reset_payload(board, CAUSE_WATCHDOG, &board->counts.watchdog_resets);
    }
}

struct loads board_loads(const struct board *board)
{
    struct loads loads = {.payload_shorted = board->now_ms < board->short_until_ms};
    for (size_t rail = 0U; rail < RAIL_COUNT; rail++) {
        loads.on[rail] = rail_is_on(&board->rails[rail]);
        loads.permille[rail] = board->wanted_permille[rail];
    }
    loads.permille[RAIL_PAYLOAD] = thermal_allowed(&board->thermal, loads.permille[RAIL_PAYLOAD]);
    return loads;
}

static enum nack_reason rail_refusal(const struct board *board, enum rail_name rail, bool on)
{
    const enum rail_state state = board->rails[rail].state;
    const bool locked_out = (rail == RAIL_PAYLOAD) && board->lockout.active;

    if (state == RAIL_HELD_OFF) {
        return NACK_BUSY;
    }
    if (on && (state == RAIL_TRIPPED)) {
        return NACK_OVER_CURRENT;
    }
    if (on && (state != RAIL_ON) && locked_out) {
        return NACK_UNDER_VOLTAGE;
    }
    return NACK_NONE;
}

static enum nack_reason set_rail(struct board *board, enum rail_name rail, bool on)
{
    const enum nack_reason refusal = rail_refusal(board, rail, on);
    if (refusal != NACK_NONE) {
        return refusal;
    }
    const bool changed = apply(board, rail, on ? RAIL_COMMANDED_ON : RAIL_COMMANDED_OFF);
    if (changed && on && (rail == RAIL_PAYLOAD)) {
        board->payload_cause = CAUSE_COMMAND;
    }
    return NACK_NONE;
}

static void stroke_watchdog(struct board *board)
{
    if (rail_is_on(payload_rail(board))) {
        watchdog_stroke(&board->watchdog, board->now_ms);
    }
}

static void set_load(struct board *board, enum rail_name rail, uint16_t permille)
{
    if (rail_is_on(&board->rails[rail])) {
        board->wanted_permille[rail] = permille;
    }
}

static void reset_peak(struct board *board)
{
    board->thermal.peak_mc = board->readings.payload_mc;
}

static void inject(struct board *board, enum fault_kind fault, uint32_t parameter)
{
    switch (fault) {
    case FAULT_STALE:
        board->stale_until_ms = board->now_ms;
        update_report(board);
        board->stale_until_ms += parameter;
        break;
    case FAULT_BROWN_OUT:
        lockout_force(&board->lockout, parameter, board->now_ms);
        follow_voltage(board);
        break;
    case FAULT_OVER_CURRENT:
        board->short_until_ms = board->now_ms + parameter;
        break;
    case FAULT_PAYLOAD_RESET:
        reset_payload(board, CAUSE_COMMAND, &board->counts.commanded_resets);
        break;
    default:
        break; /* the line's, not the board's */
    }
}

static enum nack_reason carry_out(struct board *board, const struct command *command)
{
    enum nack_reason refusal = NACK_NONE;
    switch (command->kind) {
    case SET_RAIL:
        refusal = set_rail(board, command->rail, command->on);
        break;
    case STROKE_WATCHDOG:
        stroke_watchdog(board);
        break;
    case SET_WATCHDOG:
        watchdog_set(&board->watchdog, command->timeout_ms, command->hold_off_ms, board->now_ms);
        break;
    case SET_THERMAL_LIMIT:
        board->thermal.limit_mc = command->limit_mc;
        board->thermal.hysteresis_mc = command->hysteresis_mc;
        break;
    case RESET_PEAK:
        reset_peak(board);
        break;
    case SET_LOAD:
        set_load(board, command->rail, command->permille);
        break;
    case INJECT_FAULT:
        inject(board, command->fault, command->parameter);
        break;
    default:
        break;
    }
    return refusal;
}

void board_handle(struct board *board, const struct command *command, struct reply *reply)
{
    const enum nack_reason refusal = carry_out(board, command);
    if (refusal == NACK_NONE) {
        telemetry_write(board, command, reply);
    } else {
        reply_nack(reply, command->sequence, refusal);
    }
}
