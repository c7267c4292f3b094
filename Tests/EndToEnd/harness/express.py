"""The seed's Express receiver, its lines unchanged, with only what they need around them."""

import base64
import json
import os
import shutil
import subprocess
import threading
from dataclasses import dataclass
from pathlib import Path

SEED = Path(__file__).resolve().parents[1] / "seed"
SECRET = "your-webhook-secret"
BEFORE = """
import { createRequire } from "node:module";
const express = createRequire(import.meta.url)("express");
const app = express();
const WEBHOOK_SECRET = process.env.WEBHOOK_SECRET;
app.use((req, res, next) => {
  const chunks = [];
  req.on("data", (chunk) => chunks.push(chunk));
  res.on("finish", () => {
    const raw = Buffer.concat(chunks).toString("base64");
    process.stderr.write(JSON.stringify({ status: res.statusCode, raw, signature: req.headers["x-rem-signature"] ?? null }) + "\\n");
  });
  next();
});
"""
AFTER = """
const server = app.listen(0, "127.0.0.1", () => process.stderr.write(JSON.stringify({ port: server.address().port }) + "\\n"));
"""


@dataclass(frozen=True)
class Verdict:
    """How the seed's handler answered one request, and the bytes that it was given."""

    status: int
    raw: bytes
    signature: str


class ExpressReceiver:
    """Runs it under node, with Debian's `node-express`."""

    def __init__(self, folder):
        node = shutil.which("node")
        assert node, "node is missing: install nodejs and node-express"
        script = Path(folder) / "receiver.mjs"
        script.write_text(BEFORE + (SEED / "receiver.js").read_text() + AFTER)
        environment = os.environ | {"NODE_PATH": os.environ.get("NODE_PATH", "/usr/share/nodejs"), "WEBHOOK_SECRET": SECRET}
        self._process = subprocess.Popen([node, script], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self._changed = threading.Condition()
        self._verdicts, self._printed, self._noise, self.port = [], [], [], None
        threading.Thread(target=self._read_verdicts, daemon=True).start()
        threading.Thread(target=self._read_printed, daemon=True).start()
        self._wait(lambda: self.port or self._process.poll() is not None, 20)
        assert self.port, f"the receiver did not start: {''.join(self._noise)}"

    def _read_verdicts(self):
        for line in self._process.stderr:
            with self._changed:
                try:
                    self._take(json.loads(line))
                except ValueError:
                    self._noise.append(line)
                self._changed.notify_all()
        with self._changed:
            self._changed.notify_all()

    def _take(self, record):
        if "port" in record:
            self.port = record["port"]
        else:
            self._verdicts.append(Verdict(record["status"], base64.b64decode(record["raw"]), record["signature"]))

    def _read_printed(self):
        for line in self._process.stdout:
            with self._changed:
                self._printed.append(line.rstrip("\n"))
                self._changed.notify_all()

    def _wait(self, probe, timeout):
        with self._changed:
            return self._changed.wait_for(probe, timeout)

    @property
    def url(self):
        """The address that the seed's curl registers, on this machine."""
        return f"http://127.0.0.1:{self.port}/webhooks/remlabs"

    def wait_for(self, count, timeout=15.0):
        """Returns the verdicts as soon as there are `count`."""
        arrived = self._wait(lambda: len(self._verdicts) >= count, timeout)
        assert arrived, f"{len(self._verdicts)} of {count} requests arrived within {timeout} s: {''.join(self._noise)}"
        return list(self._verdicts)

    def wait_for_line(self, line, timeout=10.0):
        """Returns when the seed's handler has printed this line."""
        assert self._wait(lambda: line in self._printed, timeout), f"not printed: {line!r}; printed: {self._printed}"

    def close(self):
        self._process.kill()
        self._process.wait(10)
