// How much a client may send and ask for.

/// The limits of requests; the arguments' defaults are the product's.
public struct APILimits: Sendable {
  /// The longest body, and the longest event in a batch, in bytes.
  public var bodyBytes: Int
  /// The longest body of a batch, in bytes.
  public var batchBytes: Int
  /// The longest request head, in bytes.
  public var headBytes: Int
  /// How long a connection may be silent between requests, and within one.
  public var idleTimeout: Duration
  /// How long a dry run may go on taking up events.
  public var dryRunTime: Duration
  /// How many dry runs may be under way at once.
  public var dryRuns: Int
  /// How many tests of webhooks may be under way at once.
  public var tests: Int

  /// Makes limits: 1 MiB, 16 MiB, 64 KiB, two minutes, ten seconds, four and sixteen unless given.
  public init(
    bodyBytes: Int = 1 << 20, batchBytes: Int = 16 << 20, headBytes: Int = 64 << 10, idleTimeout: Duration = .seconds(120),
    dryRunTime: Duration = .seconds(10), dryRuns: Int = 4, tests: Int = 16
  ) {
    self.bodyBytes = bodyBytes
    self.batchBytes = batchBytes
    self.headBytes = headBytes
    self.idleTimeout = idleTimeout
    self.dryRunTime = dryRunTime
    self.dryRuns = dryRuns
    self.tests = tests
  }
}
