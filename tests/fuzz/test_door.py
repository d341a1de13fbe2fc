"""What comes without proof, in pieces, packed, too large or not at all: refused, touching nothing, and costing little."""

from __future__ import annotations

import gzip
import json
import socket
import time
import tracemalloc
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.platforms.slack import receive
from bot.platforms.teams import adapter
from tests.fuzz.nasty import bent, odd, quick, written
from tests.fuzz.running import Running, posted
from tests.fuzz.test_wire import SLACK, TEAMS, as_slack_sends

DOORS = ("/slack/events", "/api/messages")


# Unsigned ------------------------------------------------------------------------------------------------------------


@quick(25)
@given(value=st.one_of(bent(SLACK), bent(TEAMS), odd))
def test_what_is_not_signed_is_refused_and_touches_nothing(bot: Running, value: Any) -> None:
    before = bot.touched()
    body = written(value).encode()

    bot.unharmed(bot.slack_gets(body, signed=False), {401})
    bot.unharmed(bot.teams_gets(body, signed=False), {401})
    assert bot.touched() == before


@quick(25)
@given(data=st.data())
def test_no_header_breaks_the_door(bot: Running, data: st.DataObject) -> None:
    names = ["X-Slack-Signature", "X-Slack-Request-Timestamp", "Content-Type", "Content-Encoding", "X-Slack-Retry-Num",
             "Authorization", "Cookie", "Origin", "Host", "X-Forwarded-For"]  # fmt: skip
    bytes_ = st.binary(min_size=1, max_size=40).map(
        lambda each: each.decode("latin-1").encode("latin-1").decode("utf-8", "surrogateescape")
    )
    value = data.draw(
        st.one_of(
            bytes_,
            st.sampled_from(
                [
                    "v0=\udcff",
                    "9" * 40,
                    "-1",
                    "1e9",
                    "٣",
                    "text/html; charset=utf-16",
                    "application/json; charset=nonsense",
                    "Bearer a.b.c",
                    "Bearer \udcff.\udcfe.x",
                    "bearer",
                    "a" * 4000,
                    "multipart/form-data; boundary=x",
                ]
            ),
        )
    )
    value = value.replace("\r", "").replace("\n", "").replace("\0", "")
    name = data.draw(st.sampled_from(names))
    for path in ("/slack/events", "/api/messages"):
        bot.unharmed(bot.speaks(posted(path, b'{"type": "message"}', {name: value})), {400, 401})


# Not HTTP as it should be ----------------------------------------------------------------------------------------------

HEAD = "POST {} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
BROKEN = {
    "no HTTP": b"\x16\x03\x01\x02\x00garbage\r\n\r\n",
    "no version": b"POST /slack/events HTTP/9\r\n\r\n",
    "a length that is none": HEAD.encode() + b"Content-Length: many\r\n\r\n{}",
    "a length below nothing": HEAD.encode() + b"Content-Length: -1\r\n\r\n{}",
    "two lengths": HEAD.encode() + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}x",
    "a length and pieces": HEAD.encode() + b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "a piece of no size": HEAD.encode() + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n",
    "a piece of a huge size": HEAD.encode() + b"Transfer-Encoding: chunked\r\n\r\n" + b"f" * 40 + b"\r\n{}\r\n",
    "another way of packing": HEAD.encode() + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
    "a header without end": HEAD.encode() + b"X: " + b"a" * 100_000 + b"\r\n\r\n",
    "headers without end": HEAD.encode() + b"".join(b"X%d: y\r\n" % each for each in range(5_000)) + b"\r\n",
    "a folded header": HEAD.encode() + b"X: y\r\n z\r\nContent-Length: 0\r\n\r\n",
    "an address without end": b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
    "an address that is none": b"GET http://[::1 HTTP/1.1\r\nHost: x\r\n\r\n",
    "half a letter": "GET /calendar/\udcff.ics HTTP/1.1\r\nHost: \udcff\r\n\r\n".encode("utf-8", "surrogateescape"),
}  # fmt: skip


@pytest.mark.parametrize("path", DOORS)
@pytest.mark.parametrize("how", sorted(BROKEN))
def test_what_is_not_even_http_is_refused(bot: Running, how: str, path: str) -> None:
    before = bot.touched()
    raw = BROKEN[how].replace(b"{} HTTP", path.encode() + b" HTTP", 1)
    bot.unharmed(
        bot.speaks(raw.replace(b"Host: x", b"Host: x\r\nConnection: close", 1)), {400, 401, 404, 408, 413, 414, 431}
    )
    assert bot.touched() == before


@pytest.mark.parametrize("path", DOORS)
def test_a_body_that_breaks_off_leaves_nothing(bot: Running, path: str) -> None:
    before = bot.touched()
    for raw in (
        posted(path, b"x" * 2000, {"Content-Type": "application/json"})[:-1500],
        HEAD.format(path).encode() + b"Transfer-Encoding: chunked\r\n\r\n10\r\nabc",
        HEAD.format(path).encode()[:30],
    ):
        bot.speaks(raw, hang_up=True)
    time.sleep(0.05)
    assert bot.touched() == before
    bot.unharmed(bot.speaks(posted(path, b"{}", {})), {401})


@pytest.mark.parametrize("path", DOORS)
def test_a_body_in_pieces_is_a_body(bot: Running, path: str) -> None:
    body, kind = as_slack_sends(SLACK["command"]) if path == DOORS[0] else (_message(bot), "application/json")
    whole = (bot.slack_gets if path == DOORS[0] else bot.teams_gets)(body, kind)
    proof = bot.proof(path, body) | {"Content-Type": kind}
    head = HEAD.format(path).replace("Content-Type: application/json\r\n", "Connection: close\r\n")
    head += "".join(f"{name}: {value}\r\n" for name, value in proof.items()) + "Transfer-Encoding: chunked\r\n\r\n"
    pieces = b"".join(b"1\r\n" + body[at : at + 1] + b"\r\n" for at in range(len(body))) + b"0\r\n\r\n"
    got = bot.speaks(head.encode() + pieces)

    bot.unharmed(got, {200})
    assert got.body == whole.body


@pytest.mark.parametrize("path", DOORS)
def test_a_body_that_comes_too_slowly_is_not_waited_for(
    bot: Running, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(receive if path == DOORS[0] else adapter, "READING", 0.2)
    proof = bot.proof(path, b"")
    raw = posted(path, b"x" * 2000, {"Content-Type": "application/json", **proof})[:-1500]
    bot.unharmed(bot.speaks(raw), {408})


# Large and packed ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", DOORS)
def test_of_a_body_over_a_megabyte_nothing_is_taken(bot: Running, path: str) -> None:
    body = b'{"type": "message", "x": "' + b"x" * 1_200_000 + b'"}'
    before = bot.touched()
    bot.unharmed(bot.speaks(posted(path, body, bot.proof(path, body))), {413})
    bot.unharmed(bot.speaks(posted(path, body, {})), {401})
    assert bot.touched() == before


@pytest.mark.parametrize("path", DOORS)
def test_of_a_body_without_end_nothing_is_kept(bot: Running, path: str) -> None:
    piece = b"10000\r\n" + b"x" * 65536 + b"\r\n"
    tracemalloc.start()
    with socket.create_connection(("127.0.0.1", bot.port), 20) as line:
        proof = "".join(f"{name}: {value}\r\n" for name, value in bot.proof(path, b"").items())
        line.sendall((HEAD.format(path) + proof + "Transfer-Encoding: chunked\r\n\r\n").encode())
        try:
            for _ in range(1_500):
                line.sendall(piece)
        except (BrokenPipeError, ConnectionResetError):
            pass
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 16_000_000
    bot.unharmed(bot.speaks(posted(path, b"{}", {})), {401})


@pytest.mark.parametrize("signed", [False, True])
@pytest.mark.parametrize("path", DOORS)
def test_a_small_pack_never_becomes_a_large_thing(bot: Running, path: str, signed: bool) -> None:
    inside = b'{"type": "message", "text": "' + b"x" * 100_000_000 + b'"}'
    body = gzip.compress(gzip.compress(inside, 1), 1) if signed else gzip.compress(inside, 1)[:900_000]
    del inside
    proof = bot.proof(path, body) if signed else {}
    for packing in ("gzip", "deflate", "br", "zstd", "gzip, gzip"):
        tracemalloc.start()
        got = bot.speaks(posted(path, body, {"Content-Encoding": packing, "Content-Type": "application/json", **proof}))
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        bot.unharmed(got, {400} if signed else {401})
        assert most < 16_000_000


def test_what_is_inside_a_token_never_becomes_large_either(bot: Running) -> None:
    for token in ("a." * 3_000, "a." + "W1" * 3_500 + ".x", "eyJhbGciOiJub25lIn0." + "W1tb" * 1_900 + "."):
        bot.unharmed(bot.speaks(posted(DOORS[1], b"{}", {"Authorization": f"Bearer {token}"})), {401})


def _message(bot: Running) -> bytes:
    said: dict[str, Any] = {**TEAMS["said"], "serviceUrl": bot.teams.service_url}
    return json.dumps(said).encode()
