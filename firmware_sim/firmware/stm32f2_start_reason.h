/* What the STM32F2's reset flags say. */
#ifndef STM32F2_START_REASON_H
#define STM32F2_START_REASON_H

#include <stdint.h>

#include "hal.h"

enum start_reason stm32f2_start_reason(uint32_t rcc_csr);

#endif
