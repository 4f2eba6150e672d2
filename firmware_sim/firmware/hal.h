/* All that the firmware wants of its hardware. A lab writes these functions for its board, and nothing else.
 *
 * hal_stm32f2.c has those of the chip, hal_simulated.c those of the bench, hal_host.c those of a test. */
#ifndef HAL_H
#define HAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "readings.h"

/* Why the chip starts, as far as it knows. */
enum start_reason {
    START_UNKNOWN = 0, /* the chip keeps no record; what is retained in memory decides */
    START_POWER_ON,
    START_RESET,
    START_WATCHDOG,
    START_BROWN_OUT
};

/* The chip. */

void hal_start(void);
enum start_reason hal_start_reason(void); /* asked once, after hal_start */
uint64_t hal_now_ms(void);               /* since hal_start; asked at least once a minute */
void hal_wait(void);                     /* until an octet arrives, at most some 10 ms */
bool hal_receive(uint8_t *octet);        /* the next octet that has arrived; false if none has */
size_t hal_transmit_room(void);          /* how many octets can be given to be sent */
void hal_transmit(const uint8_t *octets, size_t count);
void hal_transmit_wait(void);            /* until all is sent */
void hal_stroke_watchdog(void);          /* the chip's own, which restarts a firmware that hangs */
_Noreturn void hal_restart(void);
void hal_show_rail(enum rail_name rail, bool on); /* a light-emitting diode for each */

/* The bench: the rails' switches and the sensors. */

/* Begin; `goes_on` says that the chip was only reset, and the world did not begin anew. */
void hal_bench_start(bool goes_on);
/* Whether sunlight, battery charge and an over-current can be had by command. */
bool hal_bench_is_simulated(void);
void hal_bench_set_sunlight(uint16_t permille);
void hal_bench_set_charge(uint16_t permille);
/* Switch the rails. What else the loads say a real world shows by itself. */
void hal_bench_switch(uint64_t now_ms, const struct loads *loads);
void hal_bench_measure(uint64_t now_ms, struct readings *readings);

#endif
