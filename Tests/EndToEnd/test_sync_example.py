"""`examples/sync-to-database` does what its README says."""

import json
import subprocess

from harness.gateway import REPOSITORY, binary, environment
from harness.rows import SCRIPT, rows

EXAMPLE = REPOSITORY / "examples/sync-to-database"


def run(folder):
    extra = {"DATA": str(folder / "sync"), "TIDEHOOK_BINARY": binary(), "TIDEHOOK_PORT": "1"}
    return subprocess.run([EXAMPLE / "run.sh"], env=environment(folder, **extra), capture_output=True, text=True, timeout=60)


def test_the_example_shows_a_memorys_life_and_may_run_again(tmp_path):
    for repetition in range(1, 3):
        result = run(tmp_path)
        assert result.returncode == 0, result.stderr
        shown = [line.strip() for line in result.stdout.splitlines() if line.startswith("  table:")]
        contents = [line.split(" | ")[1] if " | " in line else None for line in shown]
        assert contents == ["We decided to use Redis for caching"] + ["We decided to use Valkey for caching"] * 2 + [None, None]
        database = tmp_path / "sync/databases/memories.db"
        assert rows(database, "SELECT count(*) FROM memories") == [(0,)]
        assert rows(database, "SELECT count(*) FROM tidehook_rows WHERE deleted") == [(repetition,)]


def test_its_files_are_those_of_the_documentation():
    assert (EXAMPLE / "script.lua").read_text() == SCRIPT
    (stage,) = json.loads((EXAMPLE / "webhook.json").read_text())["pipeline"]
    assert json.dumps(stage["options"]) in (EXAMPLE / "README.md").read_text()
