import asyncio

from aiohttp import web

from acts import PORT, STREAM_CHUNK, STREAM_CHUNKS, TEXTS, block, message, routes

ACTS = routes()


async def acting(request):
    act = ACTS[request.path]
    if act == "json":
        return web.json_response(message())
    if act == "upload":
        return web.Response(text=str(len(await request.read())))
    if act == "stream":
        response = web.StreamResponse(headers={"Content-Type": "text/plain"})
        response.enable_chunked_encoding()
        await response.prepare(request)
        for _ in range(STREAM_CHUNKS):
            await response.write(STREAM_CHUNK)
        await response.write_eof()
        return response
    if act == "delay":
        await asyncio.sleep(0.001)
    if act == "slow":
        block()
    return web.Response(body=TEXTS[act], content_type="text/plain")


app = web.Application(client_max_size=2 * 1024 * 1024)
for path in ACTS:
    app.router.add_route("*", path, acting)
web.run_app(app, host="127.0.0.1", port=PORT, backlog=4096, access_log=None, print=None)
