"""A network on loopback that can be cut: every member of a set is reached through a door of its own."""

import asyncio
import threading
from collections.abc import Coroutine
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import psutil

CHUNK = 65536


@dataclass(eq=False)
class Connection:
    """Somebody's connection to a member. port: of the member; client_port: of whoever has connected."""

    port: int
    client_port: int
    writers: list[asyncio.StreamWriter] = field(default_factory=list)
    is_open: asyncio.Event = field(default_factory=asyncio.Event)


class Network:
    """Doors on free ports, each to a port behind it. Who is cut off hears nothing and is not heard, nor seen to end."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="network", daemon=True)
        self._thread.start()
        self._servers: list[asyncio.Server] = []
        self._connections: set[Connection] = set()
        self._cut_off: dict[int, psutil.Process] = {}

    def open_door(self, port: int) -> int:
        """Return the port of a new door to a port."""
        door: int = self._run(self._open_door(port))
        return door

    def cut_off(self, port: int, pid: int) -> None:
        """Let nothing through any more to the port, nor from the process that listens there."""

        async def cut() -> None:
            self._cut_off[port] = psutil.Process(pid)
            for connection in self._connections:
                if self._is_cut(connection):
                    connection.is_open.clear()

        self._run(cut())

    def heal(self) -> None:
        """Let everybody through again; what was cut has ended."""

        async def heal() -> None:
            self._cut_off.clear()
            for connection in list(self._connections):
                if not connection.is_open.is_set():
                    for writer in connection.writers:
                        writer.transport.abort()
                    connection.is_open.set()

        self._run(heal())

    def close(self) -> None:
        """Close all doors."""

        async def end() -> None:
            for server in self._servers:
                server.close()
            while self._connections:
                for connection in self._connections:
                    connection.is_open.set()
                    for writer in connection.writers:
                        writer.transport.abort()
                await asyncio.sleep(0)

        self._run(end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(30)

    async def _open_door(self, port: int) -> int:
        server = await asyncio.start_server(lambda reader, writer: self._serve(port, reader, writer), "127.0.0.1", 0)
        self._servers.append(server)
        return int(server.sockets[0].getsockname()[1])

    async def _serve(self, port: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = Connection(port, writer.get_extra_info("peername")[1], [writer])
        self._connections.add(connection)
        try:
            if not self._is_cut(connection):
                connection.is_open.set()
            await connection.is_open.wait()
            there, onward = await asyncio.open_connection("127.0.0.1", port)
            connection.writers.append(onward)
            await asyncio.gather(self._carry(reader, onward, connection), self._carry(there, writer, connection))
        except OSError:
            writer.transport.abort()
        finally:
            self._connections.discard(connection)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, connection: Connection) -> None:
        with suppress(OSError):
            while chunk := await reader.read(CHUNK):
                await connection.is_open.wait()
                writer.write(chunk)
                await writer.drain()
        await connection.is_open.wait()
        writer.close()

    def _is_cut(self, connection: Connection) -> bool:
        return any(
            connection.port == port or connection.client_port in _ports_of(process)
            for port, process in self._cut_off.items()
        )


def _ports_of(process: psutil.Process) -> set[int]:
    try:
        return {each.laddr.port for each in process.net_connections("tcp4")}
    except psutil.NoSuchProcess:
        return set()
