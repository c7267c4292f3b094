"""A PostgreSQL server of the test's own: a cluster in a temporary folder, on a free port of the loopback address."""

import glob
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path

from harness.waiting import eventually

PASSWORD = "p@ss/w:rd?%"
USER = "app"


def _binaries():
    found = sorted(glob.glob("/usr/lib/postgresql/*/bin"), key=lambda path: int(path.split("/")[4]))
    path = found[-1] if found else os.path.dirname(shutil.which("initdb") or "")
    assert path, "no PostgreSQL server: .ci/deps test installs it"
    return Path(path)


def _free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


class Postgres:
    """A server; `url()` is what a webhook takes, `query` looks into it as its superuser over a socket of its own."""

    def __init__(self):
        # Not below pytest's own folder, which nobody else may enter, and short enough for the name of a socket.
        self.folder = Path(tempfile.mkdtemp(prefix="tidehook-pg-"))
        self.data = self.folder / "cluster"
        self.binaries, self.port = _binaries(), _free_port()
        # The server refuses to run as root.
        self.owner = pwd.getpwnam("nobody") if os.getuid() == 0 else None
        self.process = None
        if self.owner:
            os.chown(self.folder, self.owner.pw_uid, self.owner.pw_gid)
        self._run("initdb", "-D", self.data, "-U", "postgres", "--auth-local=trust", "--auth-host=scram-sha-256", "-E", "UTF8", "--locale=C", "-N")
        self.start()
        self.query(f"CREATE ROLE {USER} LOGIN PASSWORD '{PASSWORD}'")
        self.query(f"CREATE DATABASE notes OWNER {USER}")

    def start(self, tls=False):
        """Starts the server; with `tls` it has a certificate for `localhost` that nobody trusts."""
        if tls:
            self._make_certificate()
        settings = [f"-c{name}={value}" for name, value in {
            "port": self.port, "listen_addresses": "127.0.0.1", "unix_socket_directories": self.folder, "fsync": "off",
            "max_connections": 40, "logging_collector": "off", "ssl": "on" if tls else "off"}.items()]
        self.log = (self.folder / "log").open("ab")
        self.process = subprocess.Popen(
            [self.binaries / "postgres", "-D", self.data, *settings], stdout=self.log, stderr=self.log, **self._as_owner())
        self._run("pg_isready", "-h", self.folder, "-p", str(self.port), "-t", "1", until_it_works=True)

    def _make_certificate(self):
        key, certificate = self.data / "server.key", self.data / "server.crt"
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj", "/CN=localhost",
             "-addext", "subjectAltName=DNS:localhost", "-keyout", key, "-out", certificate], check=True, capture_output=True, **self._as_owner())
        key.chmod(0o600)

    def stop(self):
        """Ends the server at once, connections included (immediate shutdown)."""
        self.process.send_signal(3)
        self.process.wait(20)
        self.log.close()
        self.process = None

    def close(self):
        if self.process:
            self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def url(self, password="p%40ss%2Fw%3Ard%3F%25", host="127.0.0.1", database="notes", query=""):
        return f"postgres://{USER}:{password}@{host}:{self.port}/{database}{query}"

    def query(self, sql, database=None):
        """The rows of a query, each a tuple of texts."""
        database = database or ("notes" if sql.split()[0] not in ("CREATE",) or " TABLE " in sql else "postgres")
        result = self._run(
            "psql", "-h", self.folder, "-p", str(self.port), "-U", "postgres", "-d", database, "-XAtq", "-F", "\x1f", "-R", "\x1e",
            "-v", "ON_ERROR_STOP=1", "-c", sql)
        text = result.stdout.removesuffix("\n")
        return [tuple(row.split("\x1f")) for row in text.split("\x1e")] if text else []

    def as_app(self, sql):
        """The same as the role that webhooks connect as."""
        return self.query(f"SET ROLE {USER}; {sql}", "notes")

    @contextmanager
    def holding(self, sql):
        """Keeps a transaction open that has done this."""
        command = [self.binaries / "psql", "-h", self.folder, "-p", str(self.port), "-U", "postgres", "-d", "notes", "-XAtq"]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, **self._as_owner()) as session:
            session.stdin.write(f"BEGIN; {sql}; SELECT 'held';\n")
            session.stdin.flush()
            assert session.stdout.readline() == "held\n"
            try:
                yield
            finally:
                session.stdin.close()

    def _run(self, program, *arguments, until_it_works=False):
        def run():
            return subprocess.run([self.binaries / program, *map(str, arguments)], capture_output=True, text=True, **self._as_owner())

        if until_it_works:
            return eventually(lambda: (result := run()).returncode == 0 and result, 30.0, f"{program}")
        result = run()
        assert result.returncode == 0, f"{program}: {result.stderr}"
        return result

    def _as_owner(self):
        environment = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "HOME": str(self.folder)}
        owner = {"user": self.owner.pw_uid, "group": self.owner.pw_gid, "extra_groups": []} if self.owner else {}
        return {"env": environment, "cwd": self.folder, **owner}
