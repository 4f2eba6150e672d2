/* Faults of the serial line, put in on purpose. */
#ifndef FAULTS_H
#define FAULTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct faults {
    uint32_t octets_to_lose;
    uint32_t corrupt_index;
    bool corrupt;
    uint32_t late_ms;
    uint64_t stuck_until_ms;
};

/* Whether what arrives is lost. */
bool faults_deaf(const struct faults *faults, uint64_t now_ms);

/* By how much the next reply is late; the one after it is in time again. */
uint32_t faults_take_delay(struct faults *faults);

/* Do to a frame that is sent at `now_ms` what is to be done. Returns how many of its first octets are lost. */
size_t faults_on_frame(struct faults *faults, uint8_t *frame, size_t count, uint64_t now_ms);

#endif
