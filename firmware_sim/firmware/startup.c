/* From reset to main, and the vector table (ARMv7-M Architecture Reference Manual, B1.5.3). */
#include <stddef.h>
#include <stdint.h>

#include "hal.h"
#include "stm32f2.h"
#include "vectors.h"

#define CORE_EXCEPTIONS 16U

extern uint32_t _stack_top;
extern uint32_t _data_load;
extern uint32_t _data_start;
extern uint32_t _data_end;
extern uint32_t _bss_start;
extern uint32_t _bss_end;

int main(void);

_Noreturn static void reset_handler(void)
{
    const uint32_t *from = &_data_load;
    for (uint32_t *to = &_data_start; to < &_data_end; to++) {
        *to = *from;
        from++;
    }
    for (uint32_t *to = &_bss_start; to < &_bss_end; to++) {
        *to = 0U;
    }
    (void)main();
    hal_restart();
}

/* A fault of the program: begin anew. */
_Noreturn static void fault_handler(void)
{
    hal_restart();
}

struct vectors {
    uint32_t *stack_top;
    void (*handlers[CORE_EXCEPTIONS - 1U])(void);
    void (*interrupts[USART3_INTERRUPT + 1U])(void);
};

extern const struct vectors vectors;

/* Interrupts that are not switched on need no entry. */
const struct vectors vectors __attribute__((section(".vectors"))) = {
    .stack_top = &_stack_top,
    .handlers = {
        reset_handler,
        fault_handler, /* NMI */
        fault_handler, /* HardFault */
        fault_handler, /* MemManage */
        fault_handler, /* BusFault */
        fault_handler, /* UsageFault */
        NULL,
        NULL,
        NULL,
        NULL,
        fault_handler, /* SVCall */
        fault_handler, /* debug monitor */
        NULL,
        fault_handler, /* PendSV */
        systick_handler,
    },
    .interrupts = {[USART3_INTERRUPT] = usart3_handler},
};
