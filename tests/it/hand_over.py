"""Plays systemd for one socket: holds it while processes that serve it come and go. Arguments: the binary, its configuration.

Prints one line a step; the test reads them."""

import os
import signal
import socket
import sys
import urllib.request

binary, config = sys.argv[1:]
held = socket.create_server(("127.0.0.1", 0), backlog=64)
port = held.getsockname()[1]


def start():
    """A process with the socket as its third descriptor; returns once it says that it listens."""
    read, write = os.pipe()
    process = os.fork()
    if process == 0:
        os.dup2(write, 1)
        os.dup2(held.fileno(), 3)
        os.set_inheritable(3, True)
        environment = dict(os.environ, LISTEN_FDS="1", LISTEN_PID=str(os.getpid()), PAROM_CONFIG=config)
        os.execve(binary, [binary, "serve"], environment)
    os.close(write)
    with os.fdopen(read) as said:
        assert said.readline().strip() == f"listening http://127.0.0.1:{port}"
    return process


def ask(connection):
    connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: parom\r\nConnection: close\r\n\r\n")
    return connection.makefile("rb").readline()


first = start()
# Connections are accepted in their order: when the second one is answered, the first is accepted.
early = socket.create_connection(("127.0.0.1", port), timeout=30)
with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz") as answer:
    print("first", answer.status, flush=True)
os.kill(first, signal.SIGTERM)
print("early", ask(early).decode().strip(), flush=True)
_, status = os.waitpid(first, 0)
print("ended", os.waitstatus_to_exitcode(status), flush=True)
# Nobody serves now: who connects waits instead of being refused.
waiting = socket.create_connection(("127.0.0.1", port), timeout=30)
second = start()
print("second", ask(waiting).decode().strip(), flush=True)
os.kill(second, signal.SIGTERM)
os.waitpid(second, 0)
