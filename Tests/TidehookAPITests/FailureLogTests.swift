// A flood of failures is one line a second, whatever the clock does.

import Logging
import Synchronization
import Testing
import TidehookAPI
import TidehookCore

@Suite struct FailureLogTests {
  private let clock = SettableClock()
  private let lines = Lines()

  private func makeLog() -> FailureLog {
    FailureLog(logger: Logger(label: "test") { [lines] _ in lines }, time: clock)
  }

  @Test func failuresWithinASecondAreCountedAndNotLogged() {
    let log = makeLog()
    for _ in 0..<5 { log.note("kind", "what", operation: "op") }
    clock.advance(by: .seconds(1))
    log.note("kind", "what", operation: "op")
    #expect(lines.all == ["0", "4"])
  }

  @Test func aClockThatGoesBackSilencesNothing() {
    let log = makeLog()
    log.note("kind", "what", operation: "op")
    clock.advance(by: .seconds(-7200))
    log.note("kind", "what", operation: "op")
    #expect(lines.all == ["0", "0"])
  }
}

/// A clock that stands where it was set.
private final class SettableClock: TimeSource {
  private let time = Mutex(Timestamp(microseconds: 1_776_076_200_000_000))

  func now() -> Timestamp { time.withLock { $0 } }
  func sleep(until deadline: Timestamp) async throws {}
  func advance(by duration: Duration) { time.withLock { $0 = $0 + duration } }
}

/// Keeps how many failures each line says it left out.
private final class Lines: LogHandler, Sendable {
  private let lines = Mutex<[String]>([])

  var all: [String] { lines.withLock { $0 } }

  var metadata: Logger.Metadata {
    get { [:] }
    set {}
  }
  var logLevel: Logger.Level {
    get { .trace }
    set {}
  }
  subscript(metadataKey _: String) -> Logger.Metadata.Value? {
    get { nil }
    set {}
  }

  func log(event: LogEvent) {
    lines.withLock { $0.append("\(event.metadata?["failures.suppressed"] ?? "-")") }
  }
}
