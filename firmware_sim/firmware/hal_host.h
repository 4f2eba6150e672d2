/* The firmware as a library, for tests on the computer that builds it. */
#ifndef HAL_HOST_H
#define HAL_HOST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "firmware.h"

void host_start(enum reset_cause cause, uint16_t board_resets);
bool host_run(uint64_t now_ms); /* whether the firmware wants to be started again */
void host_write(const uint8_t *octets, size_t count);
size_t host_read(uint8_t *octets, size_t capacity);

#endif
