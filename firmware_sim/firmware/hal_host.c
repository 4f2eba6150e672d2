/* A chip for tests on the computer that builds it: the line is two rings, and time is what the test says. */
#include "hal_host.h"

#include "hal.h"
#include "retained.h"
#include "ring.h"

static struct ring arrived;
static struct ring sent;
static struct firmware firmware;

void host_start(enum reset_cause cause, uint16_t board_resets)
{
    arrived = (struct ring){.in = 0U};
    sent = (struct ring){.in = 0U};
    firmware_start(&firmware, cause, board_resets);
}

bool host_run(uint64_t now_ms)
{
    firmware_run(&firmware, now_ms);
    return firmware.restart_wanted;
}

void host_write(const uint8_t *octets, size_t count)
{
    for (size_t i = 0U; i < count; i++) {
        ring_put(&arrived, octets[i]);
    }
}

size_t host_read(uint8_t *octets, size_t capacity)
{
    size_t count = 0U;
    while ((count < capacity) && ring_get(&sent, &octets[count])) {
        count++;
    }
    return count;
}

bool hal_receive(uint8_t *octet)
{
    return ring_get(&arrived, octet);
}

size_t hal_transmit_room(void)
{
    return ring_room(&sent);
}

void hal_transmit(const uint8_t *octets, size_t count)
{
    for (size_t i = 0U; i < count; i++) {
        ring_put(&sent, octets[i]);
    }
}

void hal_show_rail(enum rail_name rail, bool on)
{
    (void)rail;
    (void)on;
}
