"""asyncio's Protocol, on asyncio's loop or on uvloop's: it splits on blank lines and joins the answers of one read."""
import asyncio
import json
import sys
from email.utils import formatdate

from acts import ACT, PORT, TEXTS, message

body = json.dumps(message(), separators=(",", ":")).encode() if ACT == "json" else TEXTS[ACT]
kind = b"application/json" if ACT == "json" else b"text/plain"
answer = b""


def renew(loop):
    global answer
    date = formatdate(usegmt=True).encode()
    answer = b"HTTP/1.1 200 OK\r\nDate: %b\r\nContent-Type: %b\r\nContent-Length: %d\r\n\r\n%b" % (
        date, kind, len(body), body)
    loop.call_later(1, renew, loop)


class Answering(asyncio.Protocol):
    def connection_made(self, transport):
        self.transport = transport
        self.rest = b""

    def data_received(self, data):
        if self.rest:
            data = self.rest + data
        count = data.count(b"\r\n\r\n")
        self.rest = b"" if data.endswith(b"\r\n\r\n") else data[data.rfind(b"\r\n\r\n") + 4 if count else 0:]
        if count:
            if ACT == "delay":
                asyncio.get_running_loop().call_later(0.001, self.transport.write, answer * count)
            else:
                self.transport.write(answer * count)


async def main():
    loop = asyncio.get_running_loop()
    renew(loop)
    server = await loop.create_server(Answering, "127.0.0.1", PORT, backlog=4096)
    await server.serve_forever()


if sys.argv[1:] == ["uvloop"]:
    import uvloop
    uvloop.install()
asyncio.run(main())
