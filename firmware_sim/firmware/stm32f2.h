/* The registers of the STM32F2 that the firmware uses, after its reference manual RM0033, and of its Cortex-M3 core. */
#ifndef STM32F2_H
#define STM32F2_H

#include <stdint.h>

#define REGISTER(address) (*(volatile uint32_t *)(address))

/* Reset and clock control. */
#define RCC_CR REGISTER(0x40023800U)
#define RCC_CR_PLLON (1U << 24)
#define RCC_CR_PLLRDY (1U << 25)
#define RCC_PLLCFGR REGISTER(0x40023804U)
#define RCC_CFGR REGISTER(0x40023808U)
#define RCC_CFGR_SW_PLL 0x2U
#define RCC_CFGR_SWS (0x3U << 2)
#define RCC_CFGR_SWS_PLL (0x2U << 2)
#define RCC_CFGR_APB1_BY_4 (0x5U << 10)
#define RCC_CFGR_APB2_BY_2 (0x4U << 13)
#define RCC_AHB1ENR REGISTER(0x40023830U)
#define RCC_AHB1ENR_GPIOB (1U << 1)
#define RCC_AHB1ENR_GPIOD (1U << 3)
#define RCC_APB1ENR REGISTER(0x40023840U)
#define RCC_APB1ENR_TIM2 (1U << 0)
#define RCC_APB1ENR_USART3 (1U << 18)
#define RCC_CSR REGISTER(0x40023874U)
#define RCC_CSR_RMVF (1U << 24)
#define RCC_CSR_BORRSTF (1U << 25)
#define RCC_CSR_PINRSTF (1U << 26)
#define RCC_CSR_PORRSTF (1U << 27)
#define RCC_CSR_SFTRSTF (1U << 28)
#define RCC_CSR_IWDGRSTF (1U << 29)
#define RCC_CSR_WWDGRSTF (1U << 30)

/* Flash access: programming manual PM0059. */
#define FLASH_ACR REGISTER(0x40023C00U)
#define FLASH_ACR_3_WAIT_STATES 0x3U
#define FLASH_ACR_PREFETCH_AND_CACHES (0x7U << 8)

/* General purpose input and output. */
#define GPIOB_MODER REGISTER(0x40020400U)
#define GPIOB_BSRR REGISTER(0x40020418U)
#define GPIOD_MODER REGISTER(0x40020C00U)
#define GPIOD_PUPDR REGISTER(0x40020C0CU)
#define GPIOD_AFRH REGISTER(0x40020C24U)

/* Timer 2, which counts 32 bits. */
#define TIM2_CR1 REGISTER(0x40000000U)
#define TIM2_CR1_CEN (1U << 0)
#define TIM2_EGR REGISTER(0x40000014U)
#define TIM2_EGR_UG (1U << 0)
#define TIM2_CNT REGISTER(0x40000024U)
#define TIM2_PSC REGISTER(0x40000028U)

/* The independent watchdog. */
#define IWDG_KR REGISTER(0x40003000U)
#define IWDG_KR_UNLOCK 0x5555U
#define IWDG_KR_STROKE 0xAAAAU
#define IWDG_KR_START 0xCCCCU
#define IWDG_PR REGISTER(0x40003004U)
#define IWDG_PR_BY_64 0x4U
#define IWDG_RLR REGISTER(0x40003008U)
#define IWDG_SR REGISTER(0x4000300CU)

/* Serial port 3. */
#define USART3_SR REGISTER(0x40004800U)
#define USART_SR_ORE (1U << 3)
#define USART_SR_RXNE (1U << 5)
#define USART_SR_TC (1U << 6)
#define USART_SR_TXE (1U << 7)
#define USART3_DR REGISTER(0x40004804U)
#define USART3_BRR REGISTER(0x40004808U)
#define USART3_CR1 REGISTER(0x4000480CU)
#define USART_CR1_RE (1U << 2)
#define USART_CR1_TE (1U << 3)
#define USART_CR1_RXNEIE (1U << 5)
#define USART_CR1_TXEIE (1U << 7)
#define USART_CR1_UE (1U << 13)
#define USART3_INTERRUPT 39U

/* The core: ARMv7-M Architecture Reference Manual, B3.2 (system control), B3.3 (SysTick), B3.4 (NVIC). */
#define SYST_CSR REGISTER(0xE000E010U)
#define SYST_CSR_ENABLE_FROM_CORE_CLOCK 0x7U /* with its interrupt */
#define SYST_RVR REGISTER(0xE000E014U)
#define SYST_CVR REGISTER(0xE000E018U)
#define NVIC_ISER1 REGISTER(0xE000E104U)
#define NVIC_ISPR1 REGISTER(0xE000E204U)
#define NVIC_BIT(interrupt) (1U << ((interrupt) % 32U))
#define SCB_AIRCR REGISTER(0xE000ED0CU)
#define SCB_AIRCR_SYSRESETREQ 0x05FA0004U

#endif
