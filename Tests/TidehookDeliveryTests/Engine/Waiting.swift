/// Waits for what no signal tells of. Its test has a time limit, which ends it.
func wait(until condition: () async throws -> Bool) async throws {
  while try await !condition() {
    try Task.checkCancellation()
    await Task.yield()
  }
}
