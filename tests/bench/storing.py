"""Storing an image: megabytes a second and extra memory, beside a bare socket copy between the same two ends.

Source and sink are processes of their own on loopback: what is measured is ours alone.
"""

import ctypes
import multiprocessing
import os
import socket
import statistics
import struct
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

from plantain.images.bucket import Images
from plantain.images.writer import ImageWriter
from plantain.kie.api import Kie
from plantain.network.dns import dns
from plantain.network.downloads import Downloads
from plantain.steps.storing import store
from tests.bench.rows import Row, tell
from tests.builders import a_job

SIZES = (1, 20, 45)  # MB
ROUNDS = 9
PIECE = 64 * 1024
MAX_EXTRA_MB = 8.0


def main() -> None:
    """For each size: how fast, beside the bare copy, and how much memory at the most."""
    rows = []
    with _serving(_sink, b"") as sink:
        with _serving(_source, _png(100_000)) as source:
            _store(source, sink)()  # what is loaded at the first use is not the image's
        for size in SIZES:
            with _serving(_source, _png(size * 1_000_000)) as source:
                rows += _measured(size, source, sink)
    tell(rows)


def _measured(size: int, source: int, sink: int) -> list[Row]:
    store_once, copy_once = _store(source, sink), lambda: _copy(source, sink)
    ours, bare, extra = [], [], []
    for _ in range(ROUNDS):
        before = _reset_peak()
        ours.append(_seconds(store_once))
        extra.append(_peak() - before)
        bare.append(_seconds(copy_once))
    own, beside = size / statistics.median(ours), size / statistics.median(bare)
    memory = max(extra)
    return [
        Row(
            f"{size} MB: speed",
            f"{own:.0f} MB/s",
            f"socket copy {beside:.0f} MB/s",
            own / beside,
            "> 0.33" if size == 20 else "",
            own / beside > 1 / 3 if size == 20 else None,
        ),
        Row(
            f"{size} MB: extra memory at the peak, of {ROUNDS} times",
            f"{memory:.1f} MB",
            f"image {size} MB",
            memory / size,
            f"< {MAX_EXTRA_MB:g} MB",
            memory < MAX_EXTRA_MB,
        ),
    ]


def _store(source: int, sink: int) -> Callable[[], None]:
    s3 = boto3.client(
        "s3",
        endpoint_url=f"http://127.0.0.1:{sink}",
        region_name="us-east-1",
        aws_access_key_id="bench",
        aws_secret_access_key="bench",
        config=Config(signature_version="s3v4"),
    )
    origin = f"http://127.0.0.1:{source}"
    downloads = Downloads(frozenset({origin}), dns())
    writer = ImageWriter(Images("images", s3))
    kie = Kie("https://kie.test", key=lambda: "", fresh_key=lambda: "")  # is not asked: nothing is gone

    def once() -> None:
        (stored,) = store(a_job(result_urls=(f"{origin}/result.png",)), downloads, writer, kie)
        assert stored.width == 2048

    return once


def _copy(source: int, sink: int) -> None:
    """The same bytes by recv and sendall alone, the HTTP heads apart."""
    with socket.create_connection(("127.0.0.1", source)) as incoming:
        incoming.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        head, _, body = _head(incoming)
        length = int(head.partition(b"Content-Length: ")[2].partition(b"\r\n")[0])
        with socket.create_connection(("127.0.0.1", sink)) as outgoing:
            outgoing.sendall(b"PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % length + body)
            while piece := incoming.recv(PIECE):
                outgoing.sendall(piece)
            assert outgoing.recv(PIECE).startswith(b"HTTP/1.1 200")


def _head(connection: socket.socket) -> tuple[bytes, bytes, bytes]:
    got = b""
    while b"\r\n\r\n" not in got:
        got += connection.recv(PIECE)
    return got.partition(b"\r\n\r\n")


@contextmanager
def _serving(answer: Callable[[socket.socket, bytes], None], data: bytes) -> Iterator[int]:
    """The port of a process that answers each connection so."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=64)
    process = multiprocessing.get_context("fork").Process(
        target=_serve, args=(listener, answer, data), daemon=True
    )
    process.start()
    try:
        yield listener.getsockname()[1]
    finally:
        process.terminate()
        process.join()
        listener.close()


def _serve(listener: socket.socket, answer: Callable[[socket.socket, bytes], None], data: bytes) -> None:
    while True:
        connection, _ = listener.accept()
        with connection:
            answer(connection, data)


def _source(connection: socket.socket, data: bytes) -> None:
    _head(connection)
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\nContent-Length: %d\r\n\r\n" % len(data))
    connection.sendall(data)


def _sink(connection: socket.socket, _: bytes) -> None:
    """S3 as far as it is needed: an empty bucket that takes everything."""
    head, _, body = _head(connection)
    if head.startswith(b"GET"):
        listing = b"<ListBucketResult><KeyCount>0</KeyCount></ListBucketResult>"
        connection.sendall(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % len(listing))
        connection.sendall(listing)
        return
    left = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0]) - len(body)
    while left > 0:
        left -= len(connection.recv(PIECE))
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")


def _png(size: int) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    start = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 2048, 1152, 8, 2, 0, 0, 0))
    end = chunk(b"IEND", b"")
    left = size - len(start) - len(end)
    data = b"".join(chunk(b"IDAT", os.urandom(32_768)) for _ in range(left // (32_768 + 12)))
    return start + data + end


def _seconds(call: Callable[[], Any]) -> float:
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def _reset_peak() -> float:
    """Begin the kernel's count of this process's peak memory anew; MB now in use, freed memory given back."""
    ctypes.CDLL(None).malloc_trim(0)
    Path("/proc/self/clear_refs").write_text("5")
    return _status("VmRSS")


def _peak() -> float:
    return _status("VmHWM")


def _status(name: str) -> float:
    (line,) = (line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith(name + ":"))
    return int(line.split()[1]) / 1000


if __name__ == "__main__":
    main()
