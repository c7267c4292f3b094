import Testing
import TidehookCore

@Suite struct BackoffTests {
  let now = Timestamp(microseconds: 1_000_000_000)

  func throttled(_ asked: Duration? = nil) -> ReceiverSignal { .throttled(ThrottleWait(asked: asked, first: .seconds(1))) }

  @Test func pausesDoubleUntilTheReceiverTakesOne() {
    var backoff = Backoff()
    var pauses: [Duration] = []
    for _ in 0..<9 {
      backoff.note(throttled(), isProbe: true, at: now)
      pauses.append(.microseconds((backoff.until?.microseconds ?? 0) - now.microseconds))
    }
    #expect(pauses == [1, 2, 4, 8, 16, 32, 60, 60, 60].map { .seconds($0) })
    backoff.note(.works, isProbe: true, at: now)
    #expect(backoff.until == nil)
    backoff.note(throttled(), isProbe: false, at: now)
    #expect(backoff.until == now + .seconds(1))
  }

  @Test func withoutAFirstWaitPausesGrowAllTheSame() {
    var backoff = Backoff()
    var pauses: [Duration] = []
    for _ in 0..<3 {
      backoff.note(.throttled(ThrottleWait(asked: nil, first: .zero)), isProbe: true, at: now)
      pauses.append(.microseconds((backoff.until?.microseconds ?? 0) - now.microseconds))
    }
    #expect(pauses == [100, 200, 400].map { .milliseconds($0) })
  }

  @Test func whatTheReceiverAsksForHolds() {
    var backoff = Backoff()
    backoff.note(throttled(.seconds(90)), isProbe: false, at: now)
    #expect(backoff.until == now + .seconds(90))
    backoff.note(throttled(.zero), isProbe: true, at: now)
    #expect(backoff.until == now)
  }

  @Test func oneWaveOfAnswersIsOnePause() {
    var backoff = Backoff()
    for _ in 0..<64 { backoff.note(throttled(), isProbe: false, at: now) }
    #expect(backoff.until == now + .seconds(1))
    backoff.note(.works, isProbe: false, at: now)
    backoff.note(.fails, isProbe: false, at: now)
    #expect(backoff.until == now + .seconds(1), "what was under way says nothing new")
    backoff.note(throttled(.seconds(5)), isProbe: false, at: now)
    backoff.note(throttled(.seconds(3)), isProbe: false, at: now)
    #expect(backoff.until == now + .seconds(5))
  }

  @Test func anotherFailureEndsIt() {
    var backoff = Backoff()
    backoff.note(throttled(), isProbe: false, at: now)
    backoff.note(.fails, isProbe: true, at: now)
    #expect(backoff.until == nil)
  }
}

@Suite struct ReceiverSignalTests {
  let policy = RetryPolicy(initialDelaySeconds: 0.2, maxDelaySeconds: 100)

  @Test func answersSayHowTheReceiverIs() {
    for status in [200, 204, 299] { #expect(ReceiverSignal(.answered(status: status, retryAfter: nil), policy: policy) == .works) }
    for status in [301, 400, 404, 410, 500, 502] {
      #expect(ReceiverSignal(.answered(status: status, retryAfter: nil), policy: policy) == .fails)
    }
    for status in [429, 503] {
      let wait = ThrottleWait(asked: .seconds(7), first: .milliseconds(200))
      #expect(ReceiverSignal(.answered(status: status, retryAfter: .seconds(7)), policy: policy) == .throttled(wait))
    }
  }

  @Test func aJudgementStandsInPlaceOfTheStatus() {
    #expect(ReceiverSignal(.judged(.delivered, reason: nil, status: 503, retryAfter: nil), policy: policy) == .works)
    #expect(ReceiverSignal(.judged(.retry, reason: nil, status: 200, retryAfter: nil), policy: policy) == .fails)
    #expect(
      ReceiverSignal(.judged(.dead, reason: nil, status: 429, retryAfter: nil), policy: policy)
        == .throttled(ThrottleWait(asked: nil, first: .milliseconds(200))))
  }

  @Test func whatIsOurFaultSaysNothing() {
    for kind in [FailureKind.blocked, .script, .handshake, .signature] {
      #expect(ReceiverSignal(.failed(AttemptFailure(kind, "")), policy: policy) == nil)
    }
    for kind in [FailureKind.dns, .connect, .tls, .timeout, .malformed] {
      #expect(ReceiverSignal(.failed(AttemptFailure(kind, "")), policy: policy) == .fails)
    }
    for input in [DeliveryInput.dropped(reason: ""), .webhookInactive, .webhookDeleted] {
      #expect(ReceiverSignal(input, policy: policy) == nil)
    }
  }

  @Test func whatIsAskedForIsCappedAndTheFirstPauseIsNoLongerThanASecond() {
    let signal = ReceiverSignal(.answered(status: 429, retryAfter: .seconds(86_400)), policy: RetryPolicy(maxRetries: 0))
    #expect(signal == .throttled(ThrottleWait(asked: .seconds(3600), first: .seconds(1))))
  }
}
