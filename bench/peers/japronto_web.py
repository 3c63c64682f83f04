from japronto import Application

from acts import PORT, TEXTS, message, routes

ACTS = routes()


def acting(request):
    act = ACTS[request.path]
    if act == "json":
        return request.Response(json=message())
    if act == "upload":
        return request.Response(text=str(len(request.body or b"")))
    return request.Response(body=TEXTS[act], mime_type="text/plain", encoding="utf-8")


app = Application()
for path in ACTS:
    app.router.add_route(path, acting)
app.run(host="127.0.0.1", port=PORT, worker_num=1)
