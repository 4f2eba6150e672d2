#include "framing.h"

#define DELIMITER 0x00U
#define LONGEST_BLOCK 0xFFU
#define CRC_INITIAL 0xFFFFU
#define POLYNOMIAL 0x1021U

uint16_t framing_crc(const uint8_t *octets, size_t count)
{
    uint16_t crc = CRC_INITIAL;
    for (size_t i = 0U; i < count; i++) {
        crc ^= (uint16_t)((uint32_t)octets[i] << 8);
        for (unsigned int bit = 0U; bit < 8U; bit++) {
            const uint32_t feedback = ((crc & 0x8000U) != 0U) ? POLYNOMIAL : 0U;
            crc = (uint16_t)(((uint32_t)crc << 1) ^ feedback);
        }
    }
    return crc;
}

struct stuffer {
    uint8_t *out;
    size_t code_at;
    size_t count;
};

static void end_block(struct stuffer *stuffer)
{
    stuffer->out[stuffer->code_at] = (uint8_t)(stuffer->count - stuffer->code_at);
    stuffer->code_at = stuffer->count;
    stuffer->count++;
}

static void stuff(struct stuffer *stuffer, uint8_t octet)
{
    /* A full block has no zero after it; a new one is begun only for an octet that follows. */
    if ((stuffer->count - stuffer->code_at) == LONGEST_BLOCK) {
        end_block(stuffer);
    }
    if (octet == DELIMITER) {
        end_block(stuffer);
    } else {
        stuffer->out[stuffer->count] = octet;
        stuffer->count++;
    }
}

size_t framing_encode(const uint8_t *payload, size_t count, uint8_t *frame)
{
    const uint16_t crc = framing_crc(payload, count);
    struct stuffer stuffer = {.out = frame, .code_at = 1U, .count = 2U};

    frame[0] = DELIMITER;
    for (size_t i = 0U; i < count; i++) {
        stuff(&stuffer, payload[i]);
    }
    stuff(&stuffer, (uint8_t)(crc >> 8));
    stuff(&stuffer, (uint8_t)(crc & 0xFFU));
    frame[stuffer.code_at] = (uint8_t)(stuffer.count - stuffer.code_at);
    frame[stuffer.count] = DELIMITER;
    return stuffer.count + 1U;
}

/* Unstuff in place: what is written never overtakes what is read. Returns false if the run is no COBS. */
static bool unstuff(uint8_t *run, size_t count, size_t *unstuffed)
{
    size_t in = 0U;
    size_t out = 0U;
    while (in < count) {
        const size_t code = run[in];
        const size_t block_end = in + code;
        if (block_end > count) {
            return false;
        }
        for (in++; in < block_end; in++) {
            run[out] = run[in];
            out++;
        }
        if ((code != LONGEST_BLOCK) && (in < count)) {
            run[out] = DELIMITER;
            out++;
        }
    }
    *unstuffed = out;
    return true;
}

static bool is_frame(struct deframer *deframer, size_t *payload_count)
{
    size_t checked = 0U;
    if ((deframer->count > FRAMING_MAX_RUN) || !unstuff(deframer->run, deframer->count, &checked)) {
        return false;
    }
    if ((checked < FRAMING_CRC_OCTETS) || (checked > (FRAMING_MAX_PAYLOAD + FRAMING_CRC_OCTETS))) {
        return false;
    }
    *payload_count = checked - FRAMING_CRC_OCTETS;
    return framing_crc(deframer->run, checked) == 0U; /* the CRC over payload and CRC together */
}

static bool end_run(struct deframer *deframer, size_t *count)
{
    const size_t run_octets = deframer->count;
    const bool good = (run_octets > 0U) && is_frame(deframer, count);
    if ((run_octets > 0U) && !good) {
        deframer->bad_frames++;
        deframer->discarded_octets += (uint32_t)run_octets;
    }
    deframer->count = 0U;
    return good;
}

bool deframer_push(struct deframer *deframer, uint8_t octet, size_t *count)
{
    if (octet == DELIMITER) {
        return end_run(deframer, count);
    }
    if (deframer->count < sizeof(deframer->run)) {
        deframer->run[deframer->count] = octet;
        deframer->count++;
    } else {
        deframer->discarded_octets++;
    }
    return false;
}
