/* Frames on their way out, in order; one that is late holds back those behind it. */
#ifndef OUTBOX_H
#define OUTBOX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define OUTBOX_FRAME_OCTETS 32U
#define OUTBOX_FRAMES 256U

struct outgoing {
    uint64_t due_ms;
    uint8_t octets[OUTBOX_FRAME_OCTETS];
    size_t count;
};

struct outbox {
    struct outgoing frames[OUTBOX_FRAMES];
    size_t first;
    size_t count;
};

bool outbox_full(const struct outbox *outbox);

/* Give the place for a frame that is due at `due_ms` or after those before it, NULL if the box is full. */
struct outgoing *outbox_add(struct outbox *outbox, uint64_t due_ms);

/* Give the first frame if it is due, else NULL. */
struct outgoing *outbox_due(struct outbox *outbox, uint64_t now_ms);
void outbox_remove_first(struct outbox *outbox);

#endif
