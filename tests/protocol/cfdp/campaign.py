"""What a file costs over a lossy link: python tests/protocol/cfdp/campaign.py [--octets N] [--seeds N].

Prints, for each length of PDU and each loss (of both directions), the octets sent per octet of the file and whether the
transaction closed with the right file; then the same with one control PDU lost; and how fast both ends run together.
"""

import argparse
import sys
import time
from random import Random

from protocol.cfdp.codes import DirectiveCode
from protocol.cfdp.lossy_link import transfer

CONTROL = (DirectiveCode.METADATA, DirectiveCode.EOF, DirectiveCode.FINISHED, DirectiveCode.ACK, DirectiveCode.NAK)
HEAD = "lost first  PDU octets  loss  seed  closed  right  up/file  down/file  PDUs up  link s  wall s   MB/s\n"


def measure(content: bytes, pdu_octets: int, loss: float, seed: int, lost_first: DirectiveCode | None = None) -> bool:
    began_s = time.perf_counter()
    came = transfer(content, pdu_octets, loss, seed, lost_first)
    wall_s = time.perf_counter() - began_s
    size = len(content)
    sys.stdout.write(
        f"{lost_first.name if lost_first else '-':10s}  {pdu_octets:10d}  {loss:4.2f}  {seed:4d}  {came.closed!s:6s}"
        f"  {came.right_file!s:5s}  {came.octets_up / size:7.4f}  {came.octets_down / size:9.4f}  {came.pdus_up:7d}"
        f"  {came.link_s:6.1f}  {wall_s:6.2f}  {size / wall_s / 1e6:5.1f}\n"
    )
    sys.stdout.flush()
    return came.closed and came.right_file


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--octets", type=int, default=10_000_000)
    parser.add_argument("--seeds", type=int, default=3)
    arguments = parser.parse_args()
    content = Random(0).randbytes(arguments.octets)
    cases = [(900, loss, None) for loss in (0.0, 0.01, 0.1, 0.2, 0.3)]
    cases += [(200, loss, None) for loss in (0.0, 0.1, 0.3)]
    cases += [(900, 0.1, kind) for kind in CONTROL]
    sys.stdout.write(HEAD)
    right = [
        measure(content, octets, loss, seed, kind) for octets, loss, kind in cases for seed in range(arguments.seeds)
    ]
    sys.stdout.write(f"{sum(right)} of {len(right)} closed with the right file\n")
    return 0 if all(right) else 1


if __name__ == "__main__":
    sys.exit(main())
