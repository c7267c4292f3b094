// A flood of failures is one line a second, whatever the clock does.

import Logging
import Synchronization
import Testing
import TidehookAPI
import TidehookCore
import TidehookTesting

@Suite struct FailureLogTests {
  private let clock = SettableClock()
  private let log = RecordedLog()

  /// How many failures each line says it left out.
  private var suppressed: [String] { log.values(of: "failures.suppressed").map { $0 ?? "-" } }

  private func makeLog() -> FailureLog {
    FailureLog(logger: Logger(label: "test") { [log] _ in log }, time: clock)
  }

  @Test func failuresWithinASecondAreCountedAndNotLogged() {
    let failures = makeLog()
    for _ in 0..<5 { failures.note("kind", "what", operation: "op") }
    clock.advance(by: .seconds(1))
    failures.note("kind", "what", operation: "op")
    #expect(suppressed == ["0", "4"])
  }

  @Test func aClockThatGoesBackSilencesNothing() {
    let failures = makeLog()
    failures.note("kind", "what", operation: "op")
    clock.advance(by: .seconds(-7200))
    failures.note("kind", "what", operation: "op")
    #expect(suppressed == ["0", "0"])
  }
}

/// A clock that stands where it was set.
private final class SettableClock: TimeSource {
  private let time = Mutex(Timestamp(microseconds: 1_776_076_200_000_000))

  func now() -> Timestamp { time.withLock { $0 } }
  func sleep(until deadline: Timestamp) async throws {}
  func advance(by duration: Duration) { time.withLock { $0 = $0 + duration } }
}
