"""What the tests look at the console with: a browser, signed-in pages, and what no page may do."""
