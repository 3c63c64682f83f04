import json

from twisted.internet import reactor
from twisted.web.resource import Resource
from twisted.web.server import NOT_DONE_YET, Site

from acts import PORT, STREAM_CHUNK, STREAM_CHUNKS, TEXTS, block, message, routes


class Acting(Resource):
    isLeaf = True

    def __init__(self):
        super().__init__()
        self.acts = {path.encode(): act for path, act in routes().items()}

    def render_GET(self, request):
        act = self.acts[request.path]
        if act == "json":
            request.setHeader(b"content-type", b"application/json")
            return json.dumps(message(), separators=(",", ":")).encode()
        request.setHeader(b"content-type", b"text/plain")
        if act == "stream":
            for _ in range(STREAM_CHUNKS):
                request.write(STREAM_CHUNK)
            request.finish()
            return NOT_DONE_YET
        if act == "delay":
            reactor.callLater(0.001, self.answer, request, TEXTS[act])
            return NOT_DONE_YET
        if act == "slow":
            block()
        return TEXTS[act]

    def render_POST(self, request):
        request.setHeader(b"content-type", b"text/plain")
        return str(len(request.content.read())).encode()

    @staticmethod
    def answer(request, body):
        if not request._disconnected:
            request.setHeader(b"content-length", b"%d" % len(body))
            request.write(body)
            request.finish()


class Quiet(Site):
    def log(self, request):
        pass


reactor.listenTCP(PORT, Quiet(Acting()), interface="127.0.0.1", backlog=4096)
reactor.run()
