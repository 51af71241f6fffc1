# --- a TCP connection by socket
import socket
def connect():
    s = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    s.connect(("127.0.0.1", {{tcp}}))
    s.sendall(b"GET / HTTP/1.0\r\n\r\n")
    return s.recv(1000)
attempt(connect)
# --- a TCP connection by create_connection
import socket
attempt(lambda: socket.create_connection(("localhost", {{tcp}}), 1).recv(100))
# --- the C module under socket
import _socket
def connect():
    s = _socket.socket(_socket.AF_INET, _socket.SOCK_STREAM, 0)
    s.connect(("127.0.0.1", {{tcp}}))
    return s.recv(1000)
attempt(connect)
# --- a socket made from a descriptor
import socket
attempt(*[lambda fd=fd: socket.socket(fileno=fd).recv(10) for fd in range(64)])
# --- sending by a socket over the streams' descriptors
import _socket
def send(fd):
    s = _socket.socket.__new__(_socket.socket)
    s.__init__(2, 1, 0, fd)
    return s.send(b"x")
attempt(*[lambda fd=fd: send(fd) for fd in range(8)])
# --- a UDP datagram
import socket
attempt(lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("127.0.0.1", {{udp}})))
# --- a Unix socket
import socket
attempt(lambda: socket.socket(1, socket.SOCK_STREAM).connect("/var/run/docker.sock") or "connected")
# --- a listening socket
import socket
attempt(lambda: socket.create_server(("0.0.0.0", 0)).getsockname())
# --- a name looked up
import socket
attempt(lambda: socket.gethostbyname("example.com"), lambda: socket.getaddrinfo("localhost", 80),
        lambda: socket.gethostbyname("localhost"))
# --- a DNS query by hand
import socket
query = b"\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x07example\x03com\x00\x00\x01\x00\x01"
attempt(lambda: socket.socket(2, 2).sendto(query, ("8.8.8.8", 53)))
# --- the host's name
import socket
attempt(lambda: {socket.gethostname()} - {"", "localhost", "(none)", "emscripten", "wasi"} or None)
# --- urllib
import urllib.request
attempt(lambda: urllib.request.urlopen("http://127.0.0.1:{{tcp}}/").read())
# --- urllib with a file
import urllib.request
attempt(lambda: urllib.request.urlopen("file://{{file}}").read())
# --- http.client
import http.client
def get():
    c = http.client.HTTPConnection("127.0.0.1", {{tcp}}, timeout=1)
    c.request("GET", "/")
    return c.getresponse().read()
attempt(get)
# --- asyncio
import asyncio
async def get():
    reader, writer = await asyncio.open_connection("127.0.0.1", {{tcp}})
    return await reader.read(100)
attempt(lambda: asyncio.run(get()))
# --- smtplib, ftplib, poplib, imaplib
def by(module, name):
    return lambda: getattr(__import__(module), name)("127.0.0.1", {{tcp}}, timeout=1)
attempt(by("smtplib", "SMTP"), by("poplib", "POP3"), by("imaplib", "IMAP4"),
        lambda: __import__("ftplib").FTP().connect("127.0.0.1", {{tcp}}, 1))
# --- ssl
attempt(lambda: __import__("ssl").get_server_certificate(("127.0.0.1", {{tcp}})))
# --- an XML entity that names a file
import xml.etree.ElementTree as tree
bomb = '<!DOCTYPE r [<!ENTITY e SYSTEM "file://{{file}}">]><r>&e;</r>'
attempt(lambda: tree.fromstring(bomb).text)
# --- an external entity through expat
from xml.parsers import expat
def parse():
    seen = []
    def entity(context, base, system, public):
        seen.append(open(system.removeprefix("file://")).read())
        return 1
    parser = expat.ParserCreate()
    parser.ExternalEntityRefHandler = entity
    parser.Parse('<!DOCTYPE r [<!ENTITY e SYSTEM "file://{{file}}">]><r>&e;</r>', True)
    return seen
attempt(parse)
# --- a logging handler that sends
import logging, logging.handlers
def log():
    handler = logging.handlers.SocketHandler("127.0.0.1", {{tcp}})
    handler.createSocket()
    return handler.sock and "connected"
attempt(log)
# --- a web browser
import webbrowser
attempt(lambda: webbrowser.open("http://127.0.0.1:{{tcp}}/") or None)
