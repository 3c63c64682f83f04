"""Opens listening sockets and becomes the program it is given, as systemd's socket activation does.

activate.py KIND[,KIND...] NAMES PID program...
KIND: `tcp`, `connected`, `file`, or the path of a Unix socket. PID: `own`, or what LISTEN_PID shall say; empty: no variables.
"""
import os
import socket
import sys

kinds, names, pid, *program = sys.argv[1:]


def open_descriptor(kind):
    if kind == 'tcp':
        listening = socket.socket()
        listening.bind(('127.0.0.1', 0))
        listening.listen(16)
        return listening.detach()
    if kind == 'connected':
        return socket.socketpair()[0].detach()
    if kind == 'file':
        return os.open(os.devnull, os.O_RDONLY)
    listening = socket.socket(socket.AF_UNIX)
    listening.bind(kind)
    listening.listen(16)
    return listening.detach()


for place, kind in enumerate(kinds.split(','), 3):
    descriptor = open_descriptor(kind)
    if descriptor != place:
        os.dup2(descriptor, place)
        os.close(descriptor)
    os.set_inheritable(place, True)

if pid:
    os.environ['LISTEN_PID'] = str(os.getpid()) if pid == 'own' else pid
    os.environ['LISTEN_FDS'] = str(len(kinds.split(',')))
    os.environ['LISTEN_FDNAMES'] = names
os.execvp(program[0], program)
