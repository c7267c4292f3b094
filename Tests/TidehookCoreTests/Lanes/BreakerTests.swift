import Testing
import TidehookCore

@Suite struct BreakerTests {
  let start = Timestamp(microseconds: 1_000_000_000)

  func at(_ seconds: Double) -> Timestamp { start + .microseconds(Int64(seconds * 1e6)) }

  func makeBreaker(_ change: (inout BreakerSettings) -> Void = { _ in }) -> Breaker {
    var settings = BreakerSettings(failureRate: 0.5, windowSeconds: 10, minAttempts: 4, openSeconds: 30)
    change(&settings)
    return Breaker(settings, at: start)
  }

  /// Notes attempts, `x` for one that failed, one each second.
  func note(_ attempts: String, in breaker: inout Breaker, from second: Double = 0) {
    for (offset, attempt) in attempts.enumerated() {
      breaker.note(failed: attempt == "x", isProbe: false, at: at(second + Double(offset)))
    }
  }

  @Test(arguments: [
    ("xxx", BreakerState.closed), ("xxxx", .open), ("..xx", .open), ("...x", .closed), ("xx..", .open), ("x...x.x.", .closed),
    ("........", .closed),
  ])
  func itOpensOnceEnoughOfEnoughAttemptsFailed(attempts: String, state: BreakerState) {
    var breaker = makeBreaker()
    note(attempts, in: &breaker)
    #expect(breaker.state(at: at(9)) == state)
  }

  @Test func attemptsThatLeftTheWindowDoNotCount() {
    var breaker = makeBreaker()
    note("xxx", in: &breaker)
    note("x", in: &breaker, from: 20)
    #expect(breaker.state(at: at(20)) == .closed)
    note("xxx", in: &breaker, from: 21)
    #expect(breaker.state(at: at(23)) == .open)
  }

  @Test func itIsHalfOpenAfterAWhileAndASingleProbeDecides() {
    var breaker = makeBreaker()
    note("xxxx", in: &breaker)
    #expect(breaker.since(at: at(5)) == at(3) && breaker.openUntil == at(33))
    #expect(breaker.state(at: at(32.9)) == .open)
    #expect(breaker.state(at: at(33)) == .halfOpen && breaker.since(at: at(40)) == at(33))
    breaker.note(failed: true, isProbe: true, at: at(41))
    #expect(breaker.state(at: at(41)) == .open && breaker.openUntil == at(71))
    breaker.note(failed: false, isProbe: true, at: at(72))
    #expect(breaker.state(at: at(72)) == .closed && breaker.since(at: at(99)) == at(72))
  }

  @Test func whatWasUnderWayWhenItOpenedChangesNothing() {
    var breaker = makeBreaker()
    note("xxxx....xxxx....", in: &breaker)
    #expect(breaker.openUntil == at(33))
    note("....", in: &breaker, from: 35)
    #expect(breaker.state(at: at(39)) == .halfOpen)
  }

  @Test func itBeginsToCountAnewWhenItCloses() {
    var breaker = makeBreaker()
    note("xxxx", in: &breaker)
    breaker.note(failed: false, isProbe: true, at: at(33))
    note("xxx", in: &breaker, from: 33)
    #expect(breaker.state(at: at(36)) == .closed)
    note("x", in: &breaker, from: 36)
    #expect(breaker.state(at: at(36)) == .open)
  }

  @Test func aClockThatIsSetBackForgetsNothing() {
    var breaker = makeBreaker()
    note("xx", in: &breaker, from: 500)
    note("xx", in: &breaker)
    #expect(breaker.state(at: at(2)) == .open)
  }

  @Test func aRateOfOneNeedsAllToFail() {
    var breaker = makeBreaker { $0.failureRate = 1 }
    note(".xxxxxx", in: &breaker)
    #expect(breaker.state(at: at(7)) == .closed)
    note("xxxxx", in: &breaker, from: 7)
    #expect(breaker.state(at: at(12)) == .open)
  }

  @Test(arguments: ["{}", #"{"failure_rate":0.25,"window_secs":300,"min_attempts":1,"open_secs":3600}"#])
  func settingsReadWhatTheyWrite(text: String) throws {
    let settings = try BreakerSettings(json: try JSONValue(parsing: Array(text.utf8)))
    #expect(try BreakerSettings(json: settings.json) == settings)
    #expect((settings == BreakerSettings()) == (text == "{}"))
  }

  @Test(arguments: [
    (#"{"failure_rate":0}"#, "failure_rate: expected a number above 0 and at most 1, got 0"),
    (#"{"failure_rate":1.5}"#, "failure_rate: expected a number above 0 and at most 1, got 1.5"),
    (#"{"window_secs":3601}"#, "window_secs: expected a whole number of 1...3600, got 3601"),
    (#"{"open":1}"#, "open: is unknown, known are failure_rate, window_secs, min_attempts, open_secs"), ("7", "expected an object, got 7"),
  ])
  func badSettingsAreRefusedWithAReason(text: String, problem: String) {
    #expect { try BreakerSettings(json: try JSONValue(parsing: Array(text.utf8))) } throws: { "\($0)" == problem }
  }
}
