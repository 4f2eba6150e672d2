#include "retained.h"

#include <stddef.h>

#include "framing.h"

struct retained retained __attribute__((section(".noinit")));

static uint16_t check_of_it(void)
{
    return framing_crc((const uint8_t *)&retained, offsetof(struct retained, check));
}

bool retained_is_valid(void)
{
    return retained.check == check_of_it();
}

void retained_seal(void)
{
    retained.check = check_of_it();
}
