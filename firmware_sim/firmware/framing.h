/* Frames on the serial line: 0x00, COBS(payload, CRC-16/IBM-3740), 0x00. protocol/serial/framing.py defines them. */
#ifndef FRAMING_H
#define FRAMING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FRAMING_MAX_PAYLOAD 256U
#define FRAMING_CRC_OCTETS 2U
/* One code octet for each 254 octets begun. */
#define FRAMING_MAX_RUN (FRAMING_MAX_PAYLOAD + FRAMING_CRC_OCTETS + 2U)
#define FRAMING_MAX_FRAME (FRAMING_MAX_RUN + 2U)

uint16_t framing_crc(const uint8_t *octets, size_t count);

/* Write the frame that carries `payload` to `frame` (room for count + 6 octets) and return its length. */
size_t framing_encode(const uint8_t *payload, size_t count, uint8_t *frame);

/* Finds the frames in a stream of octets. Holds at most one frame's octets, whatever arrives. */
struct deframer {
    uint8_t run[FRAMING_MAX_RUN + 1U]; /* one over the longest frame marks a run as too long to be one */
    size_t count;
    uint32_t bad_frames;
    uint32_t discarded_octets;
};

/* Take in one octet. Returns true if it completes a frame: its payload is then `run`, `*count` octets long. */
bool deframer_push(struct deframer *deframer, uint8_t octet, size_t *count);

#endif
