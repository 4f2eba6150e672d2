#include "stm32f2_start_reason.h"

#include "stm32f2.h"

enum start_reason stm32f2_start_reason(uint32_t rcc_csr)
{
    /* A power-on sets the brown-out's and the pin's flags, too; every reset sets the pin's (RM0033, RCC_CSR). */
    if ((rcc_csr & RCC_CSR_PORRSTF) != 0U) {
        return START_POWER_ON;
    }
    if ((rcc_csr & (RCC_CSR_IWDGRSTF | RCC_CSR_WWDGRSTF)) != 0U) {
        return START_WATCHDOG;
    }
    if ((rcc_csr & RCC_CSR_BORRSTF) != 0U) {
        return START_BROWN_OUT;
    }
    return ((rcc_csr & (RCC_CSR_SFTRSTF | RCC_CSR_PINRSTF)) != 0U) ? START_RESET : START_UNKNOWN;
}
