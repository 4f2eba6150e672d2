#include "firmware.h"

#include "hal.h"

/* Every deadline is met within a step. */
#define STEP_MS 10U
#define PASSES 2U

_Static_assert((REPLY_MAX_OCTETS + 6U) <= OUTBOX_FRAME_OCTETS, "a reply's frame fits into the outbox");

/* Switch as the board says and measure what comes of it: twice, since what is measured may switch a rail. */
static void settle(struct board *board)
{
    struct loads loads = board_loads(board);
    for (unsigned int pass = 0U; pass < PASSES; pass++) {
        struct readings readings;
        hal_bench_switch(board->now_ms, &loads);
        hal_bench_measure(board->now_ms, &readings);
        board_take_in(board, &readings);
        loads = board_loads(board);
    }
}

void firmware_start(struct firmware *firmware, enum reset_cause cause, uint16_t board_resets)
{
    struct readings readings;
    *firmware = (struct firmware){.restart_wanted = false};
    board_start(&firmware->board, cause, board_resets);
    const struct loads loads = board_loads(&firmware->board);
    hal_bench_start(cause != CAUSE_POWER_ON);
    hal_bench_switch(0U, &loads);
    hal_bench_measure(0U, &readings);
    board_begin(&firmware->board, &readings);
}

static void advance(struct board *board, uint64_t now_ms)
{
    while (board->now_ms < now_ms) {
        const uint64_t next_ms = board->now_ms + STEP_MS;
        board_tick(board, (next_ms < now_ms) ? next_ms : now_ms);
        settle(board);
    }
}

static void send_due(struct firmware *firmware)
{
    const uint64_t now_ms = firmware->board.now_ms;
    struct outgoing *frame = outbox_due(&firmware->outbox, now_ms);
    while ((frame != NULL) && (hal_transmit_room() >= frame->count)) {
        const size_t lost = faults_on_frame(&firmware->faults, frame->octets, frame->count, now_ms);
        hal_transmit(&frame->octets[lost], frame->count - lost);
        outbox_remove_first(&firmware->outbox);
        frame = outbox_due(&firmware->outbox, now_ms);
    }
}

/* Send a reply, in time or late. What the outbox cannot hold is lost. */
static void answer(struct firmware *firmware, const struct reply *reply)
{
    const uint64_t due_ms = firmware->board.now_ms + faults_take_delay(&firmware->faults);
    struct outgoing *frame = outbox_add(&firmware->outbox, due_ms);
    if (frame != NULL) {
        frame->count = framing_encode(reply->octets, reply->count, frame->octets);
    }
    send_due(firmware);
}

static bool needs_simulated_bench(const struct command *command)
{
    const bool shorts = (command->kind == INJECT_FAULT) && (command->fault == FAULT_OVER_CURRENT);
    return shorts || (command->kind == SET_SUNLIGHT) || (command->kind == SET_BATTERY_CHARGE);
}

static void change_world(const struct command *command)
{
    if (command->kind == SET_SUNLIGHT) {
        hal_bench_set_sunlight(command->permille);
    }
    if (command->kind == SET_BATTERY_CHARGE) {
        hal_bench_set_charge(command->permille);
    }
}

/* Break the line, after the answer has left. */
static void break_line(struct firmware *firmware, enum fault_kind fault, uint32_t parameter)
{
    struct faults *faults = &firmware->faults;
    switch (fault) {
    case FAULT_LOSE_OCTETS:
        faults->octets_to_lose = parameter;
        break;
    case FAULT_CORRUPT_OCTET:
        faults->corrupt = true;
        faults->corrupt_index = parameter;
        break;
    case FAULT_STUCK:
        faults->stuck_until_ms = firmware->board.now_ms + parameter;
        break;
    case FAULT_LATE:
        faults->late_ms = parameter;
        break;
    case FAULT_BOARD_RESET:
        firmware->restart_wanted = true;
        break;
    default:
        break; /* the board's, not the line's */
    }
}

static void do_command(struct firmware *firmware, const struct command *command)
{
    struct reply reply;
    if (needs_simulated_bench(command) && !hal_bench_is_simulated()) {
        reply_nack(&reply, command->sequence, NACK_UNSUPPORTED);
        answer(firmware, &reply);
        return;
    }
    change_world(command);
    board_handle(&firmware->board, command, &reply);
    settle(&firmware->board);
    answer(firmware, &reply);
    if (command->kind == INJECT_FAULT) {
        break_line(firmware, command->fault, command->parameter);
    }
}

static void take_in(struct firmware *firmware, uint8_t octet)
{
    size_t count = 0U;
    if (faults_deaf(&firmware->faults, firmware->board.now_ms) || !deframer_push(&firmware->deframer, octet, &count)) {
        return;
    }
    struct command command = {.sequence = 0U};
    if (command_decode(firmware->deframer.run, count, &command)) {
        do_command(firmware, &command);
    } else {
        struct reply reply;
        reply_nack(&reply, 0U, NACK_MALFORMED);
        answer(firmware, &reply);
    }
}

/* No command is taken in that could not be answered: the line's buffer holds it. */
static bool can_answer(const struct firmware *firmware)
{
    return !outbox_full(&firmware->outbox) && (hal_transmit_room() >= OUTBOX_FRAME_OCTETS) && !firmware->restart_wanted;
}

void firmware_run(struct firmware *firmware, uint64_t now_ms)
{
    uint8_t octet = 0U;
    advance(&firmware->board, now_ms);
    while (can_answer(firmware) && hal_receive(&octet)) {
        take_in(firmware, octet);
    }
    send_due(firmware);
}
