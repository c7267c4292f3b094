"""What the tests run the gateway with: its process, its API, and receivers."""
