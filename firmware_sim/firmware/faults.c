#include "faults.h"

#define CORRUPTED_BIT 0x10U

bool faults_deaf(const struct faults *faults, uint64_t now_ms)
{
    return now_ms < faults->stuck_until_ms;
}

uint32_t faults_take_delay(struct faults *faults)
{
    const uint32_t late_ms = faults->late_ms;
    faults->late_ms = 0U;
    return late_ms;
}

size_t faults_on_frame(struct faults *faults, uint8_t *frame, size_t count, uint64_t now_ms)
{
    if (faults_deaf(faults, now_ms)) {
        return count;
    }
    if (faults->corrupt) {
        frame[faults->corrupt_index % count] ^= CORRUPTED_BIT;
        faults->corrupt = false;
    }
    const size_t lost = (faults->octets_to_lose < count) ? faults->octets_to_lose : count;
    faults->octets_to_lose -= (uint32_t)lost;
    return lost;
}
