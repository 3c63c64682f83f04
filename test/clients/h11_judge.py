"""Reads a server's responses with h11, which raises for every one that HTTP/1.1 forbids.

Standard input: JSON, {"port": number, "exchanges": [{"name", "methods", "bytes"}, ...]}; "bytes" is what is sent, one
character a byte; "methods" are those of the requests in it, the last of which counts for all further ones. UPGRADE is a
GET that asks for an upgrade.
Standard output: JSON, for each exchange {"name", "responses": [{"status", "version", "length", "trailers"}], "error"}.
"""

import json
import socket
import sys

import h11


def judge(port, exchange):
    responses, error = [], None
    with socket.create_connection(("127.0.0.1", port), timeout=25) as client:
        client.sendall(exchange["bytes"].encode("latin-1"))
        client.shutdown(socket.SHUT_WR)
        received = b""
        while chunk := client.recv(65536):
            received += chunk
    try:
        methods = exchange["methods"]
        while received:
            finals = sum(response["status"] >= 200 for response in responses)
            received = read_one(received, methods[min(finals, len(methods) - 1)], responses)
    except h11.RemoteProtocolError as problem:
        error = str(problem)
    return {"name": exchange["name"], "responses": responses, "error": error}


def read_one(received, method, responses):
    """Reads one final response and the interim ones before it. Returns what stands behind it."""
    connection = h11.Connection(h11.CLIENT)
    target = "a:1" if method == "CONNECT" else "/"
    headers = [("Host", "a")]
    if method == "UPGRADE":
        method = "GET"
        headers += [("Upgrade", "echo"), ("Connection", "upgrade")]
    connection.send(h11.Request(method=method, target=target, headers=headers))
    connection.send(h11.EndOfMessage())
    connection.receive_data(received)
    connection.receive_data(b"")
    length = 0
    while True:
        event = connection.next_event()
        if isinstance(event, (h11.InformationalResponse, h11.Response)):
            response = {"status": event.status_code, "version": event.http_version.decode(), "trailers": []}
            responses.append(response)
            if connection.their_state is h11.SWITCHED_PROTOCOL:
                response["length"] = len(connection.trailing_data[0])
                return b""
        elif isinstance(event, h11.Data):
            length += len(event.data)
        elif isinstance(event, h11.EndOfMessage):
            response["trailers"] = [name.decode() for name, _ in event.headers]
            response["length"] = length
            return connection.trailing_data[0]
        elif event is h11.PAUSED:
            response["length"] = len(connection.trailing_data[0])
            return b""
        else:
            raise h11.RemoteProtocolError(f"ended with {event!r}")


job = json.load(sys.stdin.buffer)
json.dump([judge(job["port"], exchange) for exchange in job["exchanges"]], sys.stdout)
