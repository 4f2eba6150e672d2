/* The STM32F207 of a NUCLEO-F207ZG, and QEMU's netduino2, which has the same core, timer 2 and USART 3.
 *
 * USART 3 is on PD8 and PD9: the Nucleo's USB connector. LD1 (PB0) shows the payload's rail, LD2 (PB7) the radio's. */
#include "hal.h"
#include "ring.h"
#include "stm32f2.h"
#include "stm32f2_start_reason.h"
#include "vectors.h"

#define PLL_16_MHZ_TO_120_MHZ 0x05003C10U /* by 16, times 240, by 2; by 5 for 48 MHz (RM0033, RCC_PLLCFGR) */
#define APB1_HZ 30000000U
#define BAUD 115200U
#define TICK_CORE_CLOCKS 1200000U /* 10 ms */
#define WATCHDOG_CLOCKS 1000U     /* 2 s of 32 kHz by 64 */
#define PER_MHZ_CHIP 60U          /* timer 2 has twice the clock of APB1 */
#define PER_MHZ_QEMU 1000U        /* and 1 GHz in QEMU */

static struct ring arrived;
static struct ring to_send;
static uint64_t passed_us;
static uint32_t counted_us;
static enum start_reason start_reason;

static void start_watchdog(void)
{
    IWDG_KR = IWDG_KR_START;
    IWDG_KR = IWDG_KR_UNLOCK;
    IWDG_PR = IWDG_PR_BY_64;
    IWDG_RLR = WATCHDOG_CLOCKS;
    while (IWDG_SR != 0U) {
    }
    hal_stroke_watchdog();
}

static void start_clock(void)
{
    FLASH_ACR = FLASH_ACR_3_WAIT_STATES | FLASH_ACR_PREFETCH_AND_CACHES;
    RCC_PLLCFGR = PLL_16_MHZ_TO_120_MHZ;
    RCC_CR |= RCC_CR_PLLON;
    while ((RCC_CR & RCC_CR_PLLRDY) == 0U) {
        /* a clock that never comes up is the watchdog's */
    }
    RCC_CFGR = RCC_CFGR_SW_PLL | RCC_CFGR_APB1_BY_4 | RCC_CFGR_APB2_BY_2;
    while ((RCC_CFGR & RCC_CFGR_SWS) != RCC_CFGR_SWS_PLL) {
    }
}

static void start_pins(void)
{
    RCC_AHB1ENR |= RCC_AHB1ENR_GPIOB | RCC_AHB1ENR_GPIOD;
    GPIOB_MODER |= (0x1U << 0) | (0x1U << 14);   /* PB0, PB7: out */
    GPIOD_AFRH |= 0x77U;                         /* PD8, PD9: function 7, USART 3 */
    GPIOD_PUPDR |= 0x1U << 18;                   /* PD9: up, so that an open line is idle */
    GPIOD_MODER |= (0x2U << 16) | (0x2U << 18);
}

static void start_timers(uint32_t per_mhz)
{
    TIM2_PSC = per_mhz - 1U;
    TIM2_EGR = TIM2_EGR_UG;
    TIM2_CR1 = TIM2_CR1_CEN;
    counted_us = TIM2_CNT;
    /* It only ends hal_wait: ticks that are missed do not matter. */
    SYST_RVR = TICK_CORE_CLOCKS - 1U;
    SYST_CVR = 0U;
    SYST_CSR = SYST_CSR_ENABLE_FROM_CORE_CLOCK;
}

static void start_serial_port(void)
{
    USART3_BRR = APB1_HZ / BAUD;
    USART3_CR1 = USART_CR1_UE | USART_CR1_TE | USART_CR1_RE | USART_CR1_RXNEIE;
    NVIC_ISER1 = NVIC_BIT(USART3_INTERRUPT);
}

void hal_start(void)
{
    /* QEMU has no clock control; on the chip the internal oscillator is on at least. */
    const bool emulated = RCC_CR == 0U;
    start_reason = stm32f2_start_reason(RCC_CSR);
    RCC_CSR = RCC_CSR_RMVF;
    start_watchdog();
    if (!emulated) {
        start_clock();
    }
    RCC_APB1ENR |= RCC_APB1ENR_TIM2 | RCC_APB1ENR_USART3;
    start_pins();
    start_timers(emulated ? PER_MHZ_QEMU : PER_MHZ_CHIP);
    start_serial_port();
}

enum start_reason hal_start_reason(void)
{
    return start_reason;
}

uint64_t hal_now_ms(void)
{
    const uint32_t count_us = TIM2_CNT;
    passed_us += (uint32_t)(count_us - counted_us);
    counted_us = count_us;
    return passed_us / 1000U;
}

void hal_wait(void)
{
    /* An interrupt ends the wait even while it is masked, so none is missed between look and wait. */
    __asm volatile("cpsid i" ::: "memory");
    if (ring_is_empty(&arrived)) {
        __asm volatile("wfi");
    }
    __asm volatile("cpsie i" ::: "memory");
}

bool hal_receive(uint8_t *octet)
{
    return ring_get(&arrived, octet);
}

size_t hal_transmit_room(void)
{
    return ring_room(&to_send);
}

void hal_transmit(const uint8_t *octets, size_t count)
{
    for (size_t i = 0U; i < count; i++) {
        ring_put(&to_send, octets[i]);
    }
    USART3_CR1 |= USART_CR1_TXEIE;
    /* The first octet is sent at once; QEMU interrupts for none. */
    NVIC_ISPR1 = NVIC_BIT(USART3_INTERRUPT);
}

void hal_transmit_wait(void)
{
    while (!ring_is_empty(&to_send) || ((USART3_SR & USART_SR_TC) == 0U)) {
        hal_stroke_watchdog();
    }
}

void usart3_handler(void)
{
    const uint32_t status = USART3_SR;
    uint8_t octet = 0U;
    if ((status & (USART_SR_RXNE | USART_SR_ORE)) != 0U) {
        /* To read the data ends an overrun, too, which has no octet of its own. */
        const uint8_t data = (uint8_t)USART3_DR;
        if ((status & USART_SR_RXNE) != 0U) {
            ring_put(&arrived, data);
        }
    }
    while (((USART3_SR & USART_SR_TXE) != 0U) && ring_get(&to_send, &octet)) {
        USART3_DR = octet;
    }
    if (ring_is_empty(&to_send)) {
        USART3_CR1 &= ~USART_CR1_TXEIE;
    }
}

void systick_handler(void)
{
}

void hal_stroke_watchdog(void)
{
    IWDG_KR = IWDG_KR_STROKE;
}

void hal_show_rail(enum rail_name rail, bool on)
{
    const uint32_t pin = (rail == RAIL_PAYLOAD) ? 0U : 7U;
    GPIOB_BSRR = 1U << (on ? pin : (pin + 16U));
}

_Noreturn void hal_restart(void)
{
    __asm volatile("dsb" ::: "memory");
    SCB_AIRCR = SCB_AIRCR_SYSRESETREQ;
    for (;;) {
    }
}
