/* A ring of octets between one writer and one reader, of which one may be an interrupt. */
#ifndef RING_H
#define RING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RING_OCTETS 4096U /* a power of 2; one stays free */

struct ring {
    volatile uint16_t in;  /* the writer's */
    volatile uint16_t out; /* the reader's */
    volatile uint8_t octets[RING_OCTETS];
};

static inline size_t ring_room(const struct ring *ring)
{
    const uint16_t in = ring->in;
    return (size_t)(uint16_t)(ring->out - in - 1U) % RING_OCTETS;
}

static inline bool ring_is_empty(const struct ring *ring)
{
    const uint16_t in = ring->in;
    return in == ring->out;
}

/* What does not fit is lost. */
static inline void ring_put(struct ring *ring, uint8_t octet)
{
    const uint16_t in = ring->in;
    if (ring_room(ring) > 0U) {
        ring->octets[in] = octet;
        ring->in = (uint16_t)((in + 1U) % RING_OCTETS);
    }
}

static inline bool ring_get(struct ring *ring, uint8_t *octet)
{
    const uint16_t out = ring->out;
    if (ring_is_empty(ring)) {
        return false;
    }
    *octet = ring->octets[out];
    ring->out = (uint16_t)((out + 1U) % RING_OCTETS);
    return true;
}

#endif
