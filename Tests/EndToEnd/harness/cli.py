"""The `tidehook` commands that are clients of a gateway, or need none."""

import itertools
import json
import queue
import subprocess
import threading

from harness.gateway import binary, environment

_numbers = itertools.count(1)


class Cli:
    """Runs commands in a folder of their own, against one gateway."""

    def __init__(self, folder, gateway=None):
        self.folder = folder
        self.variables = {"TIDEHOOK_SERVER": gateway.url, "TIDEHOOK_API_KEY": gateway.key} if gateway else {}

    def run(self, *arguments, stdin=None, status=0, **variables):
        """Runs a command to its end and checks its exit status."""
        done = subprocess.run(
            [binary(), *arguments], cwd=self.folder, env=environment(self.folder, **(self.variables | variables)), capture_output=True,
            input=stdin or "", text=True, encoding="utf-8", timeout=30)
        assert done.returncode == status, f"{arguments} ended with {done.returncode}: {done.stdout}{done.stderr}"
        return done

    def start(self, *arguments):
        """Starts a command whose output is read while it runs; a test ends it by what it does."""
        return subprocess.Popen(
            [binary(), *arguments], cwd=self.folder, env=environment(self.folder, **self.variables), stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8")

    def text(self, *arguments, **options):
        return self.run(*arguments, **options).stdout

    def json(self, *arguments, **options):
        return json.loads(self.text(*arguments, "--json", **options))


class Listener:
    """A running `tidehook listen --json`."""

    def __init__(self, folder, *arguments):
        self._errors = folder / f"listen-{next(_numbers)}.err"
        with self._errors.open("wb") as errors:
            self._process = subprocess.Popen(
                [binary(), "listen", "--port", "0", "--json", *arguments], cwd=folder, env=environment(folder),
                stdout=subprocess.PIPE, stderr=errors, stdin=subprocess.DEVNULL, text=True)
        self._lines = queue.Queue()
        threading.Thread(target=self._pump, daemon=True).start()
        first = self._line(10)
        assert first and first.startswith("listening on http://"), first
        self.url = first.removeprefix("listening on ")

    def _pump(self):
        for line in self._process.stdout:
            self._lines.put(line)
        self._lines.put(None)

    def _line(self, timeout):
        try:
            line = self._lines.get(timeout=timeout)
        except queue.Empty:
            raise AssertionError(f"nothing was printed within {timeout} s") from None
        return line and line.rstrip("\n")

    def request(self, timeout=10):
        """The next request that was printed."""
        line = self._line(timeout)
        assert line is not None, "the listener ended"
        return json.loads(line)

    def errors(self):
        """What it has written to standard error so far."""
        return self._errors.read_text()

    def ended(self, timeout=10):
        """Waits until it has ended by itself; returns its exit status."""
        return self._process.wait(timeout)

    def close(self):
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait(10)
