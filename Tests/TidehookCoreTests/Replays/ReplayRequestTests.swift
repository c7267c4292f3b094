import Testing
import TidehookCore
import TidehookTesting

@Suite struct ReplayRequestTests {
  private let ids = IDGenerator(time: TestClock(), random: FixedRandom())
  private let now = Timestamp(microseconds: 1_775_000_000_000_000)

  private func makeCandidate(
    _ state: DeliveryState? = .dead, reason: String? = "the receiver answered 503", type: String = "memory.created",
    in namespace: String = "a"
  ) -> ReplayCandidate {
    let key = ids.next()
    return ReplayCandidate(
      key: key, state: state, reason: reason, eventID: EventID(key), type: EventType(stored: type), namespace: Namespace(stored: namespace),
      at: now)
  }

  @Test func deadDeliveriesAreMeantUnlessOthersAreNamed() {
    let states = DeliveryState.allCases.filter { ReplayRequest().wants(makeCandidate($0)) }
    #expect(states == [.dead])
    #expect(ReplayRequest(states: [.filtered, .delivered]).wants(makeCandidate(.delivered)))
  }

  @Test(arguments: [("503", true), ("THE RECEIVER", true), ("timeout", true), ("504", false), ("", true)])
  func aTextIsLookedForInTheReasonAndTheLastFailure(text: String, isWanted: Bool) {
    #expect(ReplayRequest(error: text).wants(makeCandidate(), failure: "timeout: no answer within 15 s") == isWanted)
  }

  @Test func aDeliveryWithoutAReasonHasNoText() {
    #expect(!ReplayRequest(error: "x").wants(makeCandidate(reason: nil)))
  }

  @Test func aKindOfFailureIsThatOfTheLastAttempt() {
    var candidate = makeCandidate()
    #expect(!ReplayRequest(failure: .status).wants(candidate))
    candidate.failure = .status
    #expect(ReplayRequest(failure: .status).wants(candidate) && !ReplayRequest(failure: .timeout).wants(candidate))
  }

  @Test func timesIncludeTheirBeginningAndNotTheirEnd() {
    let later = now + .microseconds(1)
    #expect(ReplayRequest(since: now, until: later).wants(makeCandidate()))
    #expect(!ReplayRequest(since: later).wants(makeCandidate()))
    #expect(!ReplayRequest(until: now).wants(makeCandidate()))
  }

  @Test func typesAndNamespacesNarrow() throws {
    let memory = try #require(EventPattern("memory.*"))
    #expect(ReplayRequest(types: [memory]).wants(makeCandidate()))
    #expect(!ReplayRequest(types: [memory]).wants(makeCandidate(type: "order.paid")))
    #expect(!ReplayRequest(namespace: Namespace(stored: "b")).wants(makeCandidate()))
    #expect(!ReplayRequest(limits: [Namespace(stored: "b")]).wants(makeCandidate()))
    #expect(ReplayRequest(limits: [Namespace(stored: "b"), Namespace(stored: "a")]).wants(makeCandidate()))
  }

  private func makeWebhook(_ change: (inout Webhook) -> Void = { _ in }) throws -> Webhook {
    var webhook = Webhook(
      id: WebhookID(ids.next()), name: "x", url: try DestinationURL(parsing: "https://example.com/hook"), events: [.everything],
      namespace: nil, secret: Secret("secret"), createdAt: now, updatedAt: now)
    change(&webhook)
    return webhook
  }

  @Test func anEventIsMissingWhenTheWebhookWantsItNow() throws {
    let request = ReplayRequest(states: [], includesMissing: true)
    let event = makeCandidate(nil)
    #expect(try request.wantsMissing(event, for: makeWebhook()))
    #expect(try !ReplayRequest().wantsMissing(event, for: makeWebhook()))
    #expect(try !request.wantsMissing(event, for: makeWebhook { $0.namespace = Namespace(stored: "b") }))
    #expect(try !request.wantsMissing(event, for: makeWebhook { $0.events = [.exactly(EventType(stored: "order.paid"))] }))
    #expect(try !request.wantsMissing(makeCandidate(nil, in: "tidehook"), for: makeWebhook()))
  }

  @Test func whatIsSampledOutIsNotMissing() throws {
    let request = ReplayRequest(states: [], includesMissing: true)
    let webhook = try makeWebhook { $0.sample = 0.5 }
    for _ in 0..<50 {
      let event = makeCandidate(nil)
      #expect(request.wantsMissing(event, for: webhook) == Sampling.takes(event.eventID, rate: 0.5))
    }
  }

  @Test func aLimitedKeyReachesItsWebhooksAlone() throws {
    let mine = ReplayRequest(limits: [Namespace(stored: "a")])
    #expect(try mine.concerns(makeWebhook { $0.namespace = Namespace(stored: "a") }))
    #expect(try !mine.concerns(makeWebhook()))
    #expect(try ReplayRequest().concerns(makeWebhook()))
    #expect(try !ReplayRequest(webhook: WebhookID(ids.next())).concerns(makeWebhook()))
  }

  @Test func aReplayIsSeenByThoseWhoMayUseAllThatItIsAbout() {
    let key = Principal(name: "key", namespaces: [Namespace(stored: "a")])
    func isVisible(_ scope: [String]?) -> Bool {
      let request = ReplayRequest(scope: scope?.map(Namespace.init(stored:)))
      return Replay(id: ReplayID(ids.next()), request: request, madeBy: "x", createdAt: now).isVisible(to: key)
    }
    #expect(isVisible(["a"]) && !isVisible(["a", "b"]) && !isVisible(nil))
  }
}
