"""A disk that is soon full: a small tmpfs in a mount namespace of its own, so that nothing has to be unmounted."""

import os
import subprocess
from pathlib import Path

MOUNT = 'mount -t tmpfs -o size="$1",mode=700 none "$0" && echo mounted && exec cat >/dev/null'


class TinyDisk:
    """Keeps a tmpfs of `size` at `folder`, seen by commands that start with `prefix` and, from outside, under `path`."""

    def __init__(self, folder, size="8m"):
        self.folder = Path(folder)
        self.folder.mkdir()
        as_root = os.geteuid() == 0
        self._holder = subprocess.Popen(
            ["unshare", "-m" if as_root else "-Urm", "sh", "-c", MOUNT, str(folder), size],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        if self._holder.stdout.readline() != "mounted\n":
            raise AssertionError(f"no tmpfs can be mounted here, neither as root nor in a user namespace: {self._holder.stderr.read()}")
        user = [] if as_root else ["-U", "--preserve-credentials"]
        self.prefix = ["nsenter", "-t", str(self._holder.pid), "-m", *user]
        self.path = Path(f"/proc/{self._holder.pid}/root") / self.folder.relative_to("/")

    def leave(self, free):
        """Takes all space away but for `free` bytes; returns the file whose removal gives it back."""
        stats = os.statvfs(self.path)
        file = self.path / "ballast"
        with file.open("wb") as stream:
            os.posix_fallocate(stream.fileno(), 0, stats.f_bavail * stats.f_frsize - free)
        return file

    def close(self):
        self._holder.stdin.close()
        self._holder.wait(10)
