import Testing
import TidehookCore
import TidehookDelivery

@Suite struct HandshakeVerdictTests {
  static let origin = "tide.example.com"

  private func verdict(status: Int = 200, _ headers: [String: String]) -> HandshakeVerdict {
    HandshakeVerdict(
      ReceivedResponse(status: status, headers: headers.map { HeaderField($0.key, $0.value) }), origin: Self.origin)
  }

  @Test(arguments: [("*", nil as Int?), ("120", 120), ("1", 1)])
  func theRateIsWhatTheReceiverAllows(text: String, rate: Int?) {
    #expect(verdict(["webhook-allowed-origin": Self.origin, "WebHook-Allowed-Rate": text]) == .agreed(ratePerMinute: rate))
  }

  @Test(arguments: ["*", "tide.example.com", "Tide.Example.COM"]) func theNameOrAStarIsConsent(allowed: String) {
    #expect(verdict(status: 204, ["WebHook-Allowed-Origin": allowed]) == .agreed(ratePerMinute: nil))
  }

  @Test(arguments: [
    (200, [:] as [String: String], "without WebHook-Allowed-Origin"), (405, ["Allow": "POST"], "405"),
    (200, ["WebHook-Allowed-Origin": "other.example.com"], "another"),
    (200, ["WebHook-Allowed-Origin": ""], "another"), (403, ["WebHook-Allowed-Origin": "*"], "403"),
    (302, ["WebHook-Allowed-Origin": "*"], "302"),
    (200, ["WebHook-Allowed-Origin": "*", "WebHook-Allowed-Rate": "0"], "Rate"),
    (200, ["WebHook-Allowed-Origin": "*", "WebHook-Allowed-Rate": "-1"], "Rate"),
    (200, ["WebHook-Allowed-Origin": "*", "WebHook-Allowed-Rate": "+5"], "Rate"),
    (200, ["WebHook-Allowed-Origin": "*", "WebHook-Allowed-Rate": "1.5"], "Rate"),
    (200, ["WebHook-Allowed-Origin": "*", "WebHook-Allowed-Rate": "99999999999999999999"], "Rate"),
  ])
  func everythingElseIsNone(status: Int, headers: [String: String], says: String) {
    guard case .refused(let failure) = verdict(status: status, headers) else {
      Issue.record("expected a refusal")
      return
    }
    #expect(failure.kind == .handshake && failure.message.contains(says), "\(failure.message)")
    #expect(!failure.message.contains("other.example.com"))
  }

  @Test func aBlockedAddressStaysOneThatIsNotTriedAgain() {
    #expect(HandshakeVerdict(AttemptFailure(.blocked, "no")) == .refused(AttemptFailure(.blocked, "no")))
    guard case .refused(let failure) = HandshakeVerdict(AttemptFailure(.timeout, "too slow")) else {
      Issue.record("expected a refusal")
      return
    }
    #expect(failure.kind == .handshake && failure.message.contains("too slow"))
  }
}
