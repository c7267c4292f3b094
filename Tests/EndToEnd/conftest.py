"""The fixtures are the harness's, so that other suites can have them too."""

pytest_plugins = ["harness.fixtures"]
