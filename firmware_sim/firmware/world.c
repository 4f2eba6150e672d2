#include "world.h"

#include <stdbool.h>
#include <stddef.h>

/* mA * ms = uC; mohm * mA = uV; uV / mohm = mA; mV * mA = uW. */
#define CAPACITY_UC 9360000000LL /* 2.6 Ah */
#define CHARGE_AT_START_PERMILLE 900U
#define BATTERY_MOHM 150
#define FULL_UV 8400000
#define SOLAR_MA 1500
#define SOLAR_DIODE_MV 300
#define HOUSEKEEPING_MA 60
#define SHORT_MA 5000

#define AMBIENT_UC 20000000
#define BOARD_C_PER_W 3
#define BOARD_TIME_MS 300000
#define PAYLOAD_TENTH_C_PER_W 25
#define PAYLOAD_TIME_MS 20000
#define AMPLIFIER_UC_AT_FULL 30000000
#define AMPLIFIER_TIME_MS 20000

#define VOLTAGE_NOISE_MV 4
#define CURRENT_NOISE_MA 6
#define RSSI_NOISE_MDB 1000
#define NOISE_FLOOR_MDBM (-110000)
#define UNPOWERED_MDBM (-150000)
#define SEED 0x2545F491U

struct draw {
    int32_t idle_ma;
    int32_t full_ma;
};

static const struct draw DRAWS[RAIL_COUNT] = {
    [RAIL_PAYLOAD] = {450, 1600},
    [RAIL_RADIO] = {120, 1200},
};

struct point {
    int32_t permille;
    int32_t millivolt;
};

/* Two lithium-ion cells at rest, linear between the points. */
static const struct point OPEN_CIRCUIT[] = {{0, 6000}, {100, 6800}, {500, 7400}, {900, 8000}, {1000, 8400}};
#define SEGMENTS ((sizeof(OPEN_CIRCUIT) / sizeof(OPEN_CIRCUIT[0])) - 1U)

/* What flows where. */
struct flow {
    int32_t rail_ma[RAIL_COUNT];
    int32_t loads_ma;
    int32_t battery_ma;
    int64_t bus_uv;
};

void world_start(struct world *world)
{
    *world = (struct world){
        .sunlight_permille = FULL_PERMILLE,
        .board_uc = AMBIENT_UC,
        .noise = {.state = SEED},
    };
    world_set_charge(world, CHARGE_AT_START_PERMILLE);
}

void world_set_charge(struct world *world, uint16_t permille)
{
    world->charge_uc = (CAPACITY_UC / (int64_t)FULL_PERMILLE) * permille;
}

static int64_t open_circuit_uv(int64_t charge_uc)
{
    const int64_t uc_in_permille = CAPACITY_UC / (int64_t)FULL_PERMILLE;
    size_t i = 0U;
    while ((i < (SEGMENTS - 1U)) && (charge_uc > (OPEN_CIRCUIT[i + 1U].permille * uc_in_permille))) {
        i++;
    }
    const struct point low = OPEN_CIRCUIT[i];
    const struct point high = OPEN_CIRCUIT[i + 1U];
    const int64_t slope_uv = (int64_t)((high.millivolt - low.millivolt) * 1000) / (high.permille - low.permille);
    const int64_t above_uc = charge_uc - (low.permille * uc_in_permille);
    return ((int64_t)low.millivolt * 1000) + ((slope_uv * above_uc) / uc_in_permille);
}

static int32_t rail_ma(const struct loads *loads, size_t rail)
{
    if (!loads->on[rail]) {
        return 0;
    }
    if (loads->payload_shorted && (rail == (size_t)RAIL_PAYLOAD)) {
        return SHORT_MA;
    }
    const struct draw draw = DRAWS[rail];
    return draw.idle_ma + (((draw.full_ma - draw.idle_ma) * (int32_t)loads->permille[rail]) / (int32_t)FULL_PERMILLE);
}

static struct flow flow_of(const struct world *world, const struct loads *loads)
{
    struct flow flow = {.loads_ma = HOUSEKEEPING_MA};
    const int64_t at_rest_uv = open_circuit_uv(world->charge_uc);
    /* The shunt takes what would bring the battery above its full voltage. */
    const int32_t highest_ma = (int32_t)((FULL_UV - at_rest_uv) / BATTERY_MOHM);

    for (size_t rail = 0U; rail < RAIL_COUNT; rail++) {
        flow.rail_ma[rail] = rail_ma(loads, rail);
        flow.loads_ma += flow.rail_ma[rail];
    }
    flow.battery_ma = ((SOLAR_MA * (int32_t)world->sunlight_permille) / (int32_t)FULL_PERMILLE) - flow.loads_ma;
    if (flow.battery_ma > highest_ma) {
        flow.battery_ma = highest_ma;
    }
    flow.bus_uv = at_rest_uv + ((int64_t)BATTERY_MOHM * flow.battery_ma);
    return flow;
}

static int64_t lag(int64_t value, int64_t settled, uint32_t elapsed_ms, int64_t time_constant_ms)
{
    return value + (((settled - value) * (int64_t)elapsed_ms) / time_constant_ms);
}

static void charge(struct world *world, int32_t battery_ma, uint32_t elapsed_ms)
{
    world->charge_uc += (int64_t)battery_ma * (int64_t)elapsed_ms;
    if (world->charge_uc < 0) {
        world->charge_uc = 0;
    }
    if (world->charge_uc > CAPACITY_UC) {
        world->charge_uc = CAPACITY_UC;
    }
}

void world_advance(struct world *world, const struct loads *loads, uint32_t elapsed_ms)
{
    const struct flow flow = flow_of(world, loads);
    const int64_t bus_mv = flow.bus_uv / 1000;
    const int64_t payload_uw = bus_mv * flow.rail_ma[RAIL_PAYLOAD];
    const int64_t duty_permille = loads->on[RAIL_RADIO] ? (int64_t)loads->permille[RAIL_RADIO] : 0;
    const int64_t board_uc = AMBIENT_UC + (BOARD_C_PER_W * bus_mv * flow.loads_ma);
    const int64_t payload_uc = (PAYLOAD_TENTH_C_PER_W * payload_uw) / 10;
    const int64_t amplifier_uc = (AMPLIFIER_UC_AT_FULL / (int64_t)FULL_PERMILLE) * duty_permille;

    charge(world, flow.battery_ma, elapsed_ms);
    world->board_uc = lag(world->board_uc, board_uc, elapsed_ms, BOARD_TIME_MS);
    world->payload_rise_uc = lag(world->payload_rise_uc, payload_uc, elapsed_ms, PAYLOAD_TIME_MS);
    world->amplifier_rise_uc = lag(world->amplifier_rise_uc, amplifier_uc, elapsed_ms, AMPLIFIER_TIME_MS);
}

static uint16_t noisy_mv(struct world *world, int64_t uv)
{
    const int64_t mv = (uv / 1000) + noise_next(&world->noise, VOLTAGE_NOISE_MV);
    return (mv > 0) ? (uint16_t)mv : 0U;
}

static void measure_rails(
    struct world *world, const struct loads *loads, const struct flow *flow, struct readings *readings)
{
    for (size_t rail = 0U; rail < RAIL_COUNT; rail++) {
        if (loads->on[rail]) {
            readings->rail_mv[rail] = noisy_mv(world, flow->bus_uv);
            readings->rail_ma[rail] = (int16_t)(flow->rail_ma[rail] + noise_next(&world->noise, CURRENT_NOISE_MA));
        }
    }
}

void world_measure(struct world *world, const struct loads *loads, struct readings *readings)
{
    const struct flow flow = flow_of(world, loads);

    *readings = (struct readings){
        .solar_ma = (uint16_t)(flow.loads_ma + flow.battery_ma),
        .bus_mv = noisy_mv(world, flow.bus_uv),
        .battery_ma = (int16_t)flow.battery_ma,
        .charge_permille = (uint16_t)(world->charge_uc / (CAPACITY_UC / (int64_t)FULL_PERMILLE)),
        .payload_mc = (int32_t)((world->board_uc + world->payload_rise_uc) / 1000),
        .board_mc = (int32_t)(world->board_uc / 1000),
        .amplifier_mc = (int32_t)((world->board_uc + world->amplifier_rise_uc) / 1000),
        .rssi_mdbm = UNPOWERED_MDBM,
    };
    if (world->sunlight_permille > 0U) {
        readings->solar_mv = (uint16_t)(readings->bus_mv + SOLAR_DIODE_MV);
    }
    if (loads->on[RAIL_RADIO]) {
        readings->rssi_mdbm = NOISE_FLOOR_MDBM + noise_next(&world->noise, RSSI_NOISE_MDB);
    }
    measure_rails(world, loads, &flow, readings);
}
