/* What is measured, in the line's units: mV, mA, thousandths of a degree Celsius, thousandths of a dBm. */
#ifndef READINGS_H
#define READINGS_H

#include <stdbool.h>
#include <stdint.h>

enum rail_name {
    RAIL_PAYLOAD = 0,
    RAIL_RADIO = 1
};

#define RAIL_COUNT 2U
#define FULL_PERMILLE 1000U

struct readings {
    uint16_t solar_mv;
    uint16_t solar_ma;
    uint16_t bus_mv;
    int16_t battery_ma; /* above 0 while it is charged */
    uint16_t charge_permille;
    uint16_t rail_mv[RAIL_COUNT];
    int16_t rail_ma[RAIL_COUNT];
    int32_t payload_mc;
    int32_t board_mc;
    int32_t amplifier_mc;
    int32_t rssi_mdbm;
};

/* What the firmware does to the bench: switches, and what it knows of the work that the rails feed. */
struct loads {
    bool on[RAIL_COUNT];
    uint16_t permille[RAIL_COUNT];
    bool payload_shorted;
};

#endif
