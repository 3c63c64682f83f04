import asyncio

import tornado.httpserver
import tornado.web

from acts import PORT, STREAM_CHUNK, STREAM_CHUNKS, TEXTS, block, message, routes


class Acting(tornado.web.RequestHandler):
    def initialize(self, act):
        self.act = act

    async def get(self):
        if self.act == "json":
            return self.finish(message())
        self.set_header("Content-Type", "text/plain")
        if self.act == "stream":
            for _ in range(STREAM_CHUNKS):
                self.write(STREAM_CHUNK)
                self.flush()
            return self.finish()
        if self.act == "delay":
            await asyncio.sleep(0.001)
        if self.act == "slow":
            block()
        self.finish(TEXTS[self.act])

    def post(self):
        self.set_header("Content-Type", "text/plain")
        self.finish(str(len(self.request.body)))


async def main():
    app = tornado.web.Application(
        [(path, Acting, {"act": act}) for path, act in routes().items()], log_function=lambda _: None)
    app.listen(PORT, "127.0.0.1", backlog=4096)
    await asyncio.Event().wait()


asyncio.run(main())
