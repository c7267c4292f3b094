// What is logged, for a test to look at or to wait for.

import InMemoryLogging
public import Logging

/// A log handler that keeps every line, of each level, and tells of each when it comes.
public struct RecordedLog: LogHandler {
  private var kept = InMemoryLogHandler()
  private let news: AsyncStream<LogEvent>.Continuation

  /// Each line when it comes. One consumer.
  public let stream: AsyncStream<LogEvent>

  /// Makes an empty log.
  public init() {
    kept.logLevel = .trace
    (stream, news) = AsyncStream.makeStream()
  }

  /// `level: message` of every line so far.
  public var lines: [String] { kept.entries.map { "\($0.level): \($0.message)" } }

  /// What every line so far says under a key; `nil` where it says nothing.
  public func values(of key: String) -> [String?] { kept.entries.map { entry in entry.metadata[key].map { "\($0)" } } }

  /// What is added to each line.
  public var metadata: Logger.Metadata {
    get { kept.metadata }
    set { kept.metadata = newValue }
  }

  /// Every level, unless it is set.
  public var logLevel: Logger.Level {
    get { kept.logLevel }
    set { kept.logLevel = newValue }
  }

  /// What is added to each line under a key.
  public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { kept[metadataKey: key] }
    set { kept[metadataKey: key] = newValue }
  }

  /// Keeps a line.
  public func log(event: LogEvent) {
    kept.log(event: event)
    news.yield(event)
  }
}
