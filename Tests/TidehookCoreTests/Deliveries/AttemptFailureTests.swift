import Testing
import TidehookCore

@Suite struct AttemptFailureTests {
  /// Kinds whose messages are what code, a receiver or another server said.
  private let quoting: [FailureKind] = [.script, .response, .handshake, .database, .auth]

  @Test(arguments: FailureKind.allCases)
  func anOutlineQuotesNobody(kind: FailureKind) {
    let failure = AttemptFailure(kind, "jane.doe")
    #expect(failure.message == "jane.doe")
    #expect(failure.outline.contains("jane.doe") == !quoting.contains(kind))
  }

  @Test(arguments: FailureKind.allCases)
  func anOutlineNamesNoHostThatAPipelineChose(kind: FailureKind) {
    // Their messages name no host, or only that of the proxy.
    let placeless: [FailureKind] = [.oversized, .malformed, .status, .signature, .proxy]
    let failure = AttemptFailure(kind, "host name jane-doe.invalid does not resolve").elsewhere
    #expect(failure.kind == kind && failure.message.contains("jane-doe"))
    #expect(failure.outline.contains("jane-doe") == placeless.contains(kind))
  }

  @Test func anOutlineOfItsOwnStaysElsewhereToo() {
    let failure = AttemptFailure(.blocked, "token endpoint: blocked", outline: "the token endpoint is not allowed")
    #expect(failure.elsewhere == failure)
  }

  @Test(arguments: [200, 404])
  func whatAPluginSaysOfAnAnswerIsNotInTheOutline(status: Int) throws {
    let failure = try #require(DeliveryInput.judged(.dead, reason: "jane.doe", status: status, retryAfter: nil).failure)
    #expect(failure.message == "jane.doe" && failure.outline == "a plugin took the receiver's answer \(status) for a failure")
  }
}
