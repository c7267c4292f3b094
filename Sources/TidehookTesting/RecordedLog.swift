// What is logged, for a test to look at or to wait for.

public import Logging
import Synchronization

/// A log handler that keeps every line, of each level.
public final class RecordedLog: LogHandler {
  private let kept = Mutex<[LogEvent]>([])
  private let news: AsyncStream<LogEvent>.Continuation

  /// Each line when it comes. One consumer.
  public let stream: AsyncStream<LogEvent>

  /// Makes an empty log.
  public init() {
    (stream, news) = AsyncStream.makeStream()
  }

  /// Every line so far.
  public var events: [LogEvent] { kept.withLock { $0 } }

  /// `level: message` of every line so far.
  public var lines: [String] { events.map { "\($0.level): \($0.message)" } }

  /// Metadata is kept with its line only.
  public var metadata: Logger.Metadata {
    get { [:] }
    set {}
  }

  /// Every level.
  public var logLevel: Logger.Level {
    get { .trace }
    set {}
  }

  /// Metadata is kept with its line only.
  public subscript(metadataKey _: String) -> Logger.Metadata.Value? {
    get { nil }
    set {}
  }

  /// Keeps a line.
  public func log(event: LogEvent) {
    kept.withLock { $0.append(event) }
    news.yield(event)
  }
}
