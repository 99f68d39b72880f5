#!/usr/bin/env python3
"""A server that speaks just enough Redis to misbehave in it.

redis_faults.py SOCKET MODE_FILE LOG: listens on a unix socket. For each batch
of commands that comes in it reads its mode from MODE_FILE, and adds a line
"MODE COMMAND COUNT" to LOG for each kind of command.
"""
import os
import socket
import sys
import threading
import time

store = {}
lock = threading.Lock()


def commands_of(data):
    """Whole commands off the front of `data`, and the rest."""
    commands = []
    while data.startswith(b'*'):
        try:
            count, at = number(data, 1)
            words = []
            for _ in range(count):
                size, at = number(data, at + 1)
                if len(data) < at + size + 2:
                    raise IndexError
                words.append(data[at:at + size])
                at += size + 2
        except (IndexError, ValueError):
            break
        commands.append(words)
        data = data[at:]
    return commands, data


def number(data, at):
    end = data.index(b'\r\n', at)
    return int(data[at:end]), end + 2


def bulk(value):
    return b'$-1\r\n' if value is None else b'$%d\r\n%s\r\n' % (len(value), value)


def spoil(mode, name, value):
    """What the mode makes of a value."""
    if value is None or mode not in ('forged', 'cut', 'swapped', 'empty'):
        return value
    if mode == 'forged':
        return value[:-1] + bytes([value[-1] ^ 1])
    if mode == 'cut':
        return value[:-1]
    if mode == 'empty':
        return b''
    others = [k for k in sorted(store) if k != name]
    return store[others[0]] if others else value


def answer(mode, words):
    command = words[0].upper()
    if command == b'GET':
        if mode == 'denied':
            return b'-NOAUTH Authentication required.\r\n'
        if mode == 'listed':
            return b'-WRONGTYPE Operation against a key\r\n'
        with lock:
            return bulk(spoil(mode, words[1], store.get(words[1])))
    if command == b'SET':
        if mode == 'full':
            return b"-OOM command not allowed when used memory > 'maxmemory'.\r\n"
        with lock:
            store[words[1]] = words[2]
    return b'+OK\r\n'


INSTEAD = {
    'garbage': os.urandom(64) + b'\r\n',
    'http': b'HTTP/1.1 400 Bad Request\r\n\r\n',
    'list': b'*2147483647\r\n',
    'double': b',3.14\r\n',
    'bool': b'#t\r\n',
    'number': b':5\r\n',
    'deep': b'*1\r\n' * 5000,
    'minus': b'$-7\r\n',
    'long': b'$999999999999999999999\r\n',
}


def reply(connection, mode, commands):
    if mode == 'hung':
        return
    if mode.startswith('slow'):
        time.sleep(int(mode[4:]) / 1000)
    text = INSTEAD.get(mode) or b''.join(answer(mode, c) for c in commands)
    if mode == 'closing':
        connection.sendall(text[:len(text) // 2])
        raise ConnectionError
    if mode == 'flood':
        connection.sendall(b'$2000000000\r\n')
        for _ in range(4000):
            connection.sendall(b'x' * 65536)
    if mode == 'drip':
        for byte in text:
            connection.sendall(bytes([byte]))
            time.sleep(0.005)
        return
    connection.sendall(text)


def serve(connection, mode_file, log):
    data = b''
    try:
        while True:
            more = connection.recv(1 << 16)
            if not more:
                return
            commands, data = commands_of(data + more)
            if not commands:
                continue
            with open(mode_file) as file:
                mode = file.read().strip()
            # The handshake is answered, else nothing else would be asked.
            if mode not in ('hung', 'denied') and commands[0][0] == b'PING':
                connection.sendall(b'+PONG\r\n')
                continue
            with lock, open(log, 'a') as file:
                for kind in sorted({c[0].decode() for c in commands}):
                    count = sum(c[0].decode() == kind for c in commands)
                    file.write('%s %s %d\n' % (mode, kind, count))
            reply(connection, mode, commands)
    except OSError:
        pass
    finally:
        connection.close()


def main():
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(sys.argv[1])
    listener.listen(64)
    while True:
        connection, _ = listener.accept()
        threading.Thread(target=serve, daemon=True,
                         args=(connection, sys.argv[2], sys.argv[3])).start()


main()
