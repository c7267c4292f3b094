"""What the tests run others' clients with."""
