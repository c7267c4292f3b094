"""One `tidehook serve` process: started on a free port, stopped, killed, and started again on the same data folder."""

import os
import queue
import re
import shutil
import signal
import subprocess
import threading
import time
from contextlib import contextmanager
from pathlib import Path

from harness.api import Api

KEY = "end-to-end-admin-key"
LOOPBACK = "127.0.0.0/8,::1/128"
REPOSITORY = Path(__file__).resolve().parents[3]
READY = re.compile(r"^listening on (http://(.+):(\d+))$")


def binary():
    """The release binary under test."""
    path = Path(os.environ.get("TIDEHOOK_BINARY", REPOSITORY / ".build/release/tidehook"))
    assert path.is_file(), f"no binary at {path}: build it, or name another one in TIDEHOOK_BINARY"
    return str(path)


def environment(home, **extra):
    """A bare environment, so that nothing of the caller's reaches the gateway, but where the console's pages are while somebody works on them."""
    if assets := os.environ.get("TIDEHOOK_CONSOLE_ASSETS"):
        extra.setdefault("TIDEHOOK_CONSOLE_ASSETS", str(Path(assets).resolve()))
    return {"PATH": os.environ["PATH"], "HOME": str(home), "LANG": "C.UTF-8"} | extra


class StartFailed(AssertionError):
    """The process ended, or said nothing, before it was ready."""


class Gateway:
    """A gateway on one data folder. `api` calls the process that runs now, `said` is what was printed on standard output."""

    def __init__(self, folder, arguments=(), allow=LOOPBACK, key=KEY, data=None, prefix=(), port=0):
        self.folder = Path(folder)
        self.data = Path(data or self.folder / "data")
        self.arguments, self.allow, self.key, self.prefix = list(arguments), allow, key, list(prefix)
        self.environment, self.port = {}, port
        self.process, self.said = None, []
        self.log = self.folder / "stderr.log"
        self.ready_secs = None

    def command(self):
        allowed = ["--allow-destinations", self.allow] if self.allow else []
        return [*self.prefix, binary(), "serve", "--host", "127.0.0.1", "--port", str(self.port), "--data", str(self.data), *allowed, *self.arguments]

    def start(self, timeout=20.0):
        """Starts the process and returns when it has said that it listens."""
        assert not self.running, "already started"
        began = time.monotonic()
        extra = self.environment | ({"TIDEHOOK_API_KEY": self.key} if self.key else {})
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command(), stdout=subprocess.PIPE, stderr=log, stdin=subprocess.DEVNULL, cwd=self.folder,
                env=environment(self.folder, **extra), text=True)
        self.lines = queue.Queue()
        threading.Thread(target=self._pump, args=(self.process.stdout, self.lines), daemon=True).start()
        self.url, host, port = self._await_ready(began + timeout)
        self.ready_secs = time.monotonic() - began
        self.api = Api(host, int(port), self.key)
        return self

    @staticmethod
    def _pump(stream, lines):
        for line in stream:
            lines.put(line.rstrip("\n"))
        lines.put(None)

    def _await_ready(self, deadline):
        while True:
            try:
                line = self.lines.get(timeout=max(0.0, deadline - time.monotonic()))
            except queue.Empty:
                raise StartFailed(f"not ready in time\n{self.stderr()}") from None
            if line is None:
                raise StartFailed(f"ended with status {self.process.wait(10)} before it was ready\n{self.stderr()}")
            self.said.append(line)
            if match := READY.match(line):
                return match.groups()

    @property
    def running(self):
        return self.process is not None and self.process.poll() is None

    @property
    def pid(self):
        return self.process.pid

    def stop(self, timeout=40.0):
        """Asks the process to end (SIGTERM) and returns its exit status."""
        self.process.send_signal(signal.SIGTERM)
        return self._ended(timeout)

    def kill(self):
        """Ends the process at once (SIGKILL)."""
        self.process.kill()
        return self._ended(20.0)

    def _ended(self, timeout):
        status = self.process.wait(timeout)
        self.process = None
        return status

    def discard(self):
        """Ends the process and removes its data; fails when it had ended by itself."""
        process = self.process
        if process is None:
            return
        status = process.poll()
        if status is None:
            self.kill()
        shutil.rmtree(self.data, ignore_errors=True)
        assert status is None, f"the gateway ended by itself with status {status}\n{self.stderr()}"

    def stderr(self, last=6000):
        """The end of the log of every process on this folder."""
        return self.log.read_text(errors="replace")[-last:] if self.log.exists() else ""

    def memory(self, field="VmRSS"):
        """Bytes of memory as the kernel counts them: `VmRSS` now, `VmHWM` at most so far."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        return int(re.search(rf"{field}:\s+(\d+) kB", status).group(1)) * 1024


LIVE = []
"""Every gateway of the tests that run now; a failed test shows their logs."""


@contextmanager
def gateways(make_folder):
    """A maker of gateways, all of them ended afterwards."""
    made = []

    def make(start=True, **options):
        gateway = Gateway(make_folder(), **options)
        made.append(gateway)
        LIVE.append(gateway)
        return gateway.start() if start else gateway

    try:
        yield make
    finally:
        problems = [problem for gateway in made if (problem := _discarded(gateway))]
        for gateway in made:
            LIVE.remove(gateway)
        assert not problems, "\n".join(problems)


def _discarded(gateway):
    try:
        gateway.discard()
    except AssertionError as problem:
        return str(problem)
