import json

import gevent
from gevent.pywsgi import WSGIServer

from acts import PORT, STREAM_CHUNK, STREAM_CHUNKS, TEXTS, block, message, routes

ACTS = routes()


def app(environ, start_response):
    act = ACTS[environ["PATH_INFO"]]
    kind = "application/json" if act == "json" else "text/plain"
    if act == "stream":
        start_response("200 OK", [("Content-Type", kind)])
        return (STREAM_CHUNK for _ in range(STREAM_CHUNKS))
    if act == "json":
        body = json.dumps(message(), separators=(",", ":")).encode()
    elif act == "upload":
        body = str(len(environ["wsgi.input"].read())).encode()
    else:
        body = TEXTS[act]
    if act == "delay":
        gevent.sleep(0.001)
    if act == "slow":
        block()
    start_response("200 OK", [("Content-Type", kind), ("Content-Length", str(len(body)))])
    return [body]


WSGIServer(("127.0.0.1", PORT), app, log=None, error_log=None, backlog=4096).serve_forever()
