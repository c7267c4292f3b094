"""A certificate authority that lives for one test, made with the openssl command."""

import ssl
import subprocess
from pathlib import Path

KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]


class Authority:
    """Issues certificates for the loopback address and for clients."""

    def __init__(self, folder, name="authority"):
        self.folder, self.name = Path(folder), name
        self._run("req", "-x509", *KEY, "-keyout", f"{name}.key", "-out", f"{name}.pem", "-days", "2", "-subj", f"/CN={name}")
        self.pem = self._read(f"{name}.pem")

    def issue(self, name, days=2):
        """A certificate with its key, both as PEM."""
        extensions = self.folder / f"{name}.ext"
        extensions.write_text("subjectAltName=IP:127.0.0.1,DNS:localhost\n")
        self._run("req", *KEY, "-keyout", f"{name}.key", "-out", f"{name}.csr", "-subj", f"/CN={name}")
        self._run(
            "x509", "-req", "-in", f"{name}.csr", "-CA", f"{self.name}.pem", "-CAkey", f"{self.name}.key", "-CAcreateserial", "-out",
            f"{name}.pem", "-days", str(days), "-extfile", extensions.name)
        return self._read(f"{name}.pem"), self._read(f"{name}.key")

    def server(self, asks_for_client=True):
        """What a TLS server on the loopback address needs; it takes only clients of this authority."""
        self.issue("server")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.folder / "server.pem", self.folder / "server.key")
        if asks_for_client:
            context.verify_mode = ssl.CERT_REQUIRED
            context.load_verify_locations(cadata=self.pem)
        return context

    def encrypted(self, name, password):
        """The key of a certificate, with a passphrase."""
        self._run("pkcs8", "-topk8", "-in", f"{name}.key", "-out", f"{name}.enc", "-passout", f"pass:{password}")
        return self._read(f"{name}.enc")

    def _read(self, name):
        return (self.folder / name).read_text()

    def _run(self, *arguments):
        subprocess.run(["openssl", *arguments], cwd=self.folder, check=True, capture_output=True, timeout=20)
