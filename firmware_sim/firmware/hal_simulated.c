/* The bench of a bare microcontroller board: a simulated world, and a light-emitting diode for each rail. */
#include "hal.h"
#include "retained.h"

static struct loads loads_now;
static uint64_t passed_ms;

void hal_bench_start(bool goes_on)
{
    loads_now = (struct loads){.payload_shorted = false};
    passed_ms = 0U;
    if (!goes_on) {
        world_start(&retained.world);
    }
}

bool hal_bench_is_simulated(void)
{
    return true;
}

void hal_bench_set_sunlight(uint16_t permille)
{
    retained.world.sunlight_permille = permille;
}

void hal_bench_set_charge(uint16_t permille)
{
    world_set_charge(&retained.world, permille);
}

void hal_bench_switch(uint64_t now_ms, const struct loads *loads)
{
    world_advance(&retained.world, &loads_now, (uint32_t)(now_ms - passed_ms));
    passed_ms = now_ms;
    loads_now = *loads;
    for (size_t rail = 0U; rail < RAIL_COUNT; rail++) {
        hal_show_rail((enum rail_name)rail, loads->on[rail]);
    }
}

void hal_bench_measure(uint64_t now_ms, struct readings *readings)
{
    (void)now_ms; /* it has passed, and the world with it */
    world_measure(&retained.world, &loads_now, readings);
    retained_seal();
}
