"""The mail server of deploy/try-page: python3 mail_server.py CERTIFICATE KEY USER PASSWORD FOLDER

Listens at 127.0.0.1:587, takes e-mails after STARTTLS and AUTH alone, and writes each into a file of the folder.
"""

import base64
import pathlib
import socketserver
import ssl
import sys

certificate, key, user, password, folder = sys.argv[1:]
store = pathlib.Path(folder)
store.mkdir(exist_ok=True)
tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
tls.load_cert_chain(certificate, key)
known = base64.b64encode(f"\0{user}\0{password}".encode()).decode()


class Session(socketserver.StreamRequestHandler):
    def answer(self, text):
        self.wfile.write(text.encode() + b"\r\n")
        self.wfile.flush()

    def secure(self):
        self.answer("220 go on")
        self.connection = tls.wrap_socket(self.connection, server_side=True)
        self.rfile, self.wfile = self.connection.makefile("rb"), self.connection.makefile("wb")

    def handle(self):
        secured = signed_in = False
        self.answer("220 smtp.parom.example")
        while line := self.rfile.readline().decode().strip():
            command = line.upper()
            if command.startswith(("EHLO", "HELO")):
                offered = "AUTH PLAIN" if secured else "STARTTLS"
                self.answer(f"250-smtp.parom.example\r\n250 {offered}")
            elif command == "STARTTLS" and not secured:
                self.secure()
                secured = True
            elif command.startswith("AUTH PLAIN") and secured:
                given = line[10:].strip()
                if not given:
                    self.answer("334 ")
                    given = self.rfile.readline().decode().strip()
                signed_in = given == known
                self.answer("235 welcome" if signed_in else "535 wrong name or password")
            elif command == "QUIT":
                self.answer("221 bye")
                return
            elif not signed_in:
                self.answer("530 sign in first")
            elif command == "DATA":
                self.answer("354 go on")
                with (store / f"{len(list(store.iterdir())):04}").open("wb") as file:
                    while (text := self.rfile.readline()) not in (b".\r\n", b""):
                        file.write(text)
                self.answer("250 taken")
            else:
                self.answer("250 fine")


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


Server(("127.0.0.1", 587), Session).serve_forever()
