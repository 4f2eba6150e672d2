import threading
from contextlib import closing

import pytest
import zmq
from zmq.utils import z85

from edge.control_key_file import ControlKeyFile
from radio.errors import LinkPortError
from radio.zmq_control import HoldClient, HoldServer, new_control_keys
from radio.zmq_iq import ANY_PORT, IqSource, Poller

NAMES = ("ground", "flatsat")
ANY_ADDRESS = "tcp://0.0.0.0:*"
SOON_S = 0.2
"""Longer than a handshake and a request take here, many times over."""


def never():
    return False


def octets(first):
    """Random octets that are the same each time."""
    numbers = iter(range(first, 256))
    return lambda count: bytes([next(numbers)]) * count


SKY, FLATSAT = new_control_keys(octets(1))
OTHER_SKY, STRANGER = new_control_keys(octets(3))
STRANGER_TO_OUR_SKY = ControlKeyFile(end="flatsat", secret_key=STRANGER.secret_key, peers=FLATSAT.peers)
"""Somebody who knows the sky's public key, which is no secret."""


class Port:
    """A server, what it was told, and a poller that serves it."""

    def __init__(self, endpoint=ANY_PORT, keys=None):
        self.said = []
        self.server = HoldServer(endpoint, NAMES, self.held, self.released, keys)
        self.poller = Poller(self.server.ports)

    def held(self, name):
        self.said.append(("hold", name))

    def released(self, name):
        self.said.append(("release", name))

    def serve(self, use, timeout_s=5.0):
        """Serve while ``use()`` runs; return whether it came to an end."""
        user = threading.Thread(target=use, daemon=True)
        user.start()
        return self.poller.until(lambda: not user.is_alive(), never, timeout_s)

    def close(self):
        self.server.close()


@pytest.fixture
def open_port():
    opened = []

    def begin(*arguments):
        opened.append(Port(*arguments))
        return opened[-1]

    yield begin
    for port in opened:
        port.close()


@pytest.fixture
def silences():
    return []


@pytest.fixture
def client_of(silences):
    opened = []

    def begin(port, keys=None, timeout_s=5.0):
        endpoint = port.server.endpoint.replace("0.0.0.0", "127.0.0.1")
        opened.append(HoldClient(endpoint, "flatsat", keys, lambda: silences.append("silence"), timeout_s))
        return opened[-1]

    yield begin
    for client in opened:
        client.close()


@pytest.fixture
def requester():
    """Anyone's REQ socket."""
    socket = zmq.Context.instance().socket(zmq.REQ)
    socket.setsockopt(zmq.LINGER, 0)
    socket.setsockopt(zmq.RCVTIMEO, 5000)
    yield socket
    socket.close()


# -- what is said --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("sky", "flatsat"), [(None, None), (SKY, FLATSAT)], ids=["plain", "curve"])
def test_holds_are_said_and_answered(open_port, client_of, silences, sky, flatsat):
    port = open_port(ANY_PORT, sky)
    client = client_of(port, flatsat)
    assert port.serve(lambda: (client.set(True), client.set(False)))
    assert (port.said, silences) == ([("hold", "flatsat"), ("release", "flatsat")], [])


@pytest.mark.parametrize(
    "request_bytes", [b"\xffseize flatsat", b"hold moon", b"hold", b"", b"release absence of ground"]
)
def test_what_it_does_not_know_is_answered_and_changes_nothing(open_port, requester, request_bytes):
    port = open_port()
    requester.connect(port.server.endpoint)
    requester.send(request_bytes)
    assert port.poller.until(lambda: requester.poll(0), never, 5)
    assert (requester.recv(), port.said) == (b"unknown", [])


def test_a_request_in_parts_does_not_stop_it(open_port, requester):
    port = open_port()
    requester.connect(port.server.endpoint)
    for parts, reply in (([b"hold flat", b"sat"], b"ok"), ([b"hold flatsat", b"more"], b"unknown")):
        requester.send_multipart(parts)
        assert port.poller.until(lambda: requester.poll(0), never, 5)
        assert requester.recv() == reply
    assert port.said == [("hold", "flatsat")]


def test_a_request_that_is_too_long_is_not_taken_in(open_port, client_of, requester):
    port = open_port()
    requester.connect(port.server.endpoint)
    requester.send(b"hold flatsat" + bytes(1 << 20))
    assert not port.poller.until(lambda: requester.poll(0) or port.said, never, SOON_S)
    assert port.serve(lambda: client_of(port).set(True))


# -- a sky that is gone --------------------------------------------------------------------------------------------


def test_a_hold_that_no_sky_answers_is_said_to_the_next_one(open_port, client_of, silences):
    lost = open_port()
    client = client_of(lost, timeout_s=SOON_S)
    client.set(True)
    assert (lost.said, silences) == ([], ["silence"])
    lost.close()
    port = open_port(lost.server.endpoint)

    def renew_until_heard():
        while not port.said and len(silences) < 20:
            client.renew()

    assert port.serve(renew_until_heard)
    assert set(port.said) == {("hold", "flatsat")}


def test_a_hold_that_was_answered_is_said_again_to_the_next_sky(open_port, client_of):
    lost = open_port()
    client = client_of(lost)
    assert lost.serve(lambda: client.set(True))
    lost.close()
    port = open_port(lost.server.endpoint)
    assert port.serve(client.renew)
    assert port.said == [("hold", "flatsat")]


@pytest.mark.parametrize("before", [(), (True, False)])
def test_what_is_not_held_is_not_said_to_the_next_sky(open_port, client_of, before):
    port = open_port()
    client = client_of(port)
    assert port.serve(lambda: [client.set(held) for held in before])
    port.said.clear()
    assert port.serve(client.renew)
    port.poller.wait(SOON_S)
    assert port.said == []


# -- where it may be -----------------------------------------------------------------------------------------------

ELSEWHERE = [
    "tcp://0.0.0.0:*",
    "tcp://*:*",
    "tcp://192.168.7.1:5700",
    "tcp://128.0.0.1:5700",
    "tcp://localhost.example.org:5700",
    "tcp://127.0.0.1.example.org:5700",
    "tcp://127.0.0.1:1;0.0.0.0:5700",
    "tcp://lo:5700",
    "udp://127.0.0.1:5700",
    "ipc:///tmp/hold",
    "inproc://hold",
    "127.0.0.1:5700",
    "",
]


@pytest.mark.parametrize("endpoint", ELSEWHERE)
def test_without_keys_it_is_on_a_loopback_address_or_nowhere(endpoint):
    opens = (
        lambda: HoldServer(endpoint, NAMES, print, print),
        lambda: HoldClient(endpoint, "flatsat"),
    )
    for open_one in opens:
        with pytest.raises(LinkPortError, match="for this machine alone") as caught:
            open_one()
        assert caught.value.endpoint == endpoint
        assert "127.0.0.1" in caught.value.accepted
        assert "testbed keys new" in caught.value.accepted


def test_every_loopback_address_will_do(open_port):
    assert open_port("tcp://127.0.0.2:*").server.endpoint.startswith("tcp://127.0.0.2:")


def test_a_port_in_use_is_told(open_port):
    with closing(IqSource(ANY_PORT)) as taken:
        for keys in (None, SKY):
            with pytest.raises(LinkPortError, match="in use") as caught:
                open_port(taken.endpoint, keys)
            assert caught.value.endpoint == taken.endpoint


@pytest.mark.parametrize("endpoint", ["127.0.0.1:5700", "carrier-pigeon://home", ""])
def test_endpoints_that_are_none_are_told_with_keys_too(endpoint):
    for open_one in (
        lambda: HoldServer(endpoint, NAMES, print, print, SKY),
        lambda: HoldClient(endpoint, "flatsat", FLATSAT),
    ):
        with pytest.raises(LinkPortError) as caught:
            open_one()
        assert caught.value.endpoint == endpoint


# -- who may use it ------------------------------------------------------------------------------------------------


def test_with_keys_it_may_be_anywhere(open_port, client_of):
    port = open_port(ANY_ADDRESS, SKY)
    assert port.serve(lambda: client_of(port, FLATSAT).set(True))
    assert port.said == [("hold", "flatsat")]


def test_an_unknown_key_delivers_nothing(open_port, client_of, silences):
    """Ten of ten were delivered by a CURVE server without an allow-list."""
    port = open_port(ANY_ADDRESS, SKY)
    for _ in range(10):
        client = client_of(port, STRANGER_TO_OUR_SKY, 0.1)
        assert port.serve(lambda client=client: client.set(True))
    assert (port.said, silences) == ([], 10 * ["silence"])
    assert port.serve(lambda: client_of(port, FLATSAT).set(True)), "who is on the list is still let in"
    assert port.said == [("hold", "flatsat")]


@pytest.mark.parametrize(
    ("sky", "flatsat"), [(SKY, STRANGER_TO_OUR_SKY), (SKY, None), (None, FLATSAT)], ids=["stranger", "plain", "curve"]
)
def test_one_that_was_refused_before_it_spoke_does_not_wait_for_ever(open_port, client_of, silences, sky, flatsat):
    port = open_port(ANY_PORT, sky)
    client = client_of(port, flatsat, 0.1)
    port.poller.wait(SOON_S)
    assert port.serve(lambda: client.set(True))
    assert (port.said, silences) == ([], ["silence"])


def test_one_without_keys_delivers_nothing(open_port, client_of, silences):
    port = open_port(ANY_PORT, SKY)
    client = client_of(port, None, SOON_S)
    assert port.serve(lambda: client.set(True))
    assert (port.said, silences) == ([], ["silence"])


def test_plain_user_name_and_password_deliver_nothing(open_port, requester):
    port = open_port(ANY_PORT, SKY)
    requester.setsockopt(zmq.PLAIN_USERNAME, b"flatsat")
    requester.setsockopt(zmq.PLAIN_PASSWORD, b"let me in")
    requester.connect(port.server.endpoint)
    requester.send(b"hold flatsat")
    assert not port.poller.until(lambda: requester.poll(0) or port.said, never, SOON_S)


def test_a_flatsat_tells_nothing_to_another_sky(open_port, client_of, silences):
    """Whoever took the sky's port may let in all that come: it lacks the sky's secret key."""
    false_sky = ControlKeyFile(end="sky", secret_key=OTHER_SKY.secret_key, peers=SKY.peers)
    for keys in (false_sky, None):
        port = open_port(ANY_PORT, keys)
        client = client_of(port, FLATSAT, SOON_S)
        assert port.serve(lambda client=client: client.set(True))
        assert port.said == []
    assert silences == 2 * ["silence"]


def test_several_may_be_on_the_list(open_port, client_of):
    both = ControlKeyFile(end="sky", secret_key=SKY.secret_key, peers=(*SKY.peers, *OTHER_SKY.peers))
    port = open_port(ANY_PORT, both)
    for keys in (FLATSAT, STRANGER_TO_OUR_SKY):
        assert port.serve(lambda keys=keys: client_of(port, keys).set(True))
    assert port.said == 2 * [("hold", "flatsat")]


def test_two_ports_of_one_program_have_a_list_each(open_port, client_of):
    ours, theirs = open_port(ANY_PORT, SKY), open_port(ANY_PORT, OTHER_SKY)
    assert ours.serve(lambda: client_of(ours, FLATSAT).set(True))
    assert theirs.serve(lambda: client_of(theirs, STRANGER).set(True))
    assert theirs.serve(lambda: client_of(theirs, FLATSAT, SOON_S).set(True))
    assert (len(ours.said), len(theirs.said)) == (1, 1)


def test_nobody_is_let_in_while_nobody_keeps_the_door(open_port, client_of):
    port = open_port(ANY_PORT, SKY)
    _, door = port.server.ports
    door.close()
    poller = Poller((port.server,))
    user = threading.Thread(target=client_of(port, FLATSAT, SOON_S).set, args=(True,))
    user.start()
    assert poller.until(lambda: not user.is_alive(), never, 5)
    assert port.said == []


# -- keys ----------------------------------------------------------------------------------------------------------


def test_a_peers_key_is_the_public_one_to_its_secret_key():
    for end, peer in ((SKY, FLATSAT), (FLATSAT, SKY)):
        public = z85.decode(zmq.curve_public(z85.encode(bytes.fromhex(peer.secret_key))))
        assert end.peers == (public.hex(),)


def test_public_keys_are_those_of_the_zeromq_manual():
    """The secret keys of zmq_curve(7) and the public keys printed there."""
    secrets = iter(
        map(z85.decode, (b"JTKVSB%%)wK0E.X)V>+}o?pNmC{O&4W4b!Ni{Lh6", b"D:)Q[IlAW!ahhC2ac:9*A}h:p?([4%wOTJ%JR%cs"))
    )
    sky, flatsat = new_control_keys(lambda _: next(secrets))
    assert flatsat.peers == (z85.decode(b"rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7").hex(),)
    assert sky.peers == (z85.decode(b"Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hID").hex(),)
