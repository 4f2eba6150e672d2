#include "outbox.h"

bool outbox_full(const struct outbox *outbox)
{
    return outbox->count == OUTBOX_FRAMES;
}

static struct outgoing *frame_at(struct outbox *outbox, size_t index)
{
    return &outbox->frames[(outbox->first + index) % OUTBOX_FRAMES];
}

struct outgoing *outbox_add(struct outbox *outbox, uint64_t due_ms)
{
    if (outbox_full(outbox)) {
        return NULL;
    }
    struct outgoing *added = frame_at(outbox, outbox->count);
    added->due_ms = due_ms;
    outbox->count++;
    return added;
}

struct outgoing *outbox_due(struct outbox *outbox, uint64_t now_ms)
{
    struct outgoing *first = frame_at(outbox, 0U);
    return ((outbox->count > 0U) && (now_ms >= first->due_ms)) ? first : NULL;
}

void outbox_remove_first(struct outbox *outbox)
{
    outbox->first = (outbox->first + 1U) % OUTBOX_FRAMES;
    outbox->count--;
}
