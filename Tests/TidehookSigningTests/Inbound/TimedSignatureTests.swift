import Testing
import TidehookCore
import TidehookSigning

/// Schemes whose signature covers a time and the body.
@Suite struct TimedSignatureTests {
  private static let stripe = Vector(.stripe, "whsec_test_secret")
  private static let stripeBody = #"{"id":"evt_test_webhook","object":"event"}"#
  private static let stripeHex = "3c5817089d739023dd6190f70a3757e04f7a2fd8b5dab12c2e000f51970dccff"
  private static let linear = Vector(.linear, "secret")
  private static let linearBody = #"{"webhookTimestamp":1614265330000}"#
  private static let linearHex = "38117b5390ef08e93dbcc9900cf24a9f79b8ed189cc023c904e6bd2d874b0845"

  @Test func stripeDerived() throws {
    try Self.stripe.verify(Self.stripeBody, [("Stripe-Signature", "t=1614265330,v1=\(Self.stripeHex)")])
  }

  @Test(arguments: [
    "t=1614265330,v1=00,v1=\(stripeHex)", "t=1614265330, v1=\(stripeHex), v0=abc", "v1=\(stripeHex),t=1614265330,scheme,=",
  ])
  func stripeTakesAnyOfSeveralSignatures(value: String) throws {
    try Self.stripe.verify(Self.stripeBody, [("Stripe-Signature", value)])
  }

  @Test(arguments: [
    "t=1614265331,v1=\(stripeHex)", "t=1614265330,v0=\(stripeHex)", "v1=\(stripeHex)", "t=1614265330",
    "t=1614265330,t=1614265330,v1=\(stripeHex)",
    "t=01614265330,v1=\(stripeHex)", "t= 1614265330,v1=\(stripeHex)", "t=1614265330,v1=\(stripeHex)00", "t=1614265330,V1=\(stripeHex)",
    "t=1614265330" + String(repeating: ",v1=00", count: 17) + ",v1=\(stripeHex)",
  ])
  func stripeRefuses(value: String) {
    #expect(Self.stripe.failure(Self.stripeBody, [("Stripe-Signature", value)]) != nil)
  }

  @Test func slackDocumentation() throws {
    let body =
      "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar"
      + "&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands"
      + "%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
    let signature = ("X-Slack-Signature", "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503")
    let vector = Vector(.slack, "8f742231b10e8888abcd99yyyzzz85a5", at: 1_531_420_618)
    try vector.verify(body, [signature, ("X-Slack-Request-Timestamp", "1531420618")])
    #expect(vector.failure(body, [signature, ("X-Slack-Request-Timestamp", "1531420619")]) != nil)
    #expect(vector.failure(body, [signature])?.contains("X-Slack-Request-Timestamp, got none") == true)
  }

  @Test func linearDerived() throws {
    try Self.linear.verify(Self.linearBody, [("Linear-Signature", Self.linearHex)])
  }

  @Test func linearsSignedTimeOutweighsTheHeader() {
    var late = Self.linear
    late.time += 61
    let fresh = ("Linear-Timestamp", "\(late.time * 1000)")
    #expect(late.failure(Self.linearBody, [("Linear-Signature", Self.linearHex), fresh])?.contains("61 s old") == true)
  }

  @Test func linearsHeaderCountsWhenTheBodyHasNoTime() throws {
    let request = try SourceSigner(VerificationRule(.linear), secret: "secret")
      .sign(InboundRequest(body: Array("{}".utf8)), messageID: "", at: Timestamp(microseconds: 1_614_265_330_000_000))
    try Self.linear.verify(request)
    var late = Self.linear
    late.time += 61
    #expect(throws: VerificationFailure.self) { try late.verify(request) }
  }

  @Test(arguments: ["null", #""1614265330000""#, "-1", "1e12", "{}"])
  func linearRefusesTimesThatAreNoWholeNumber(time: String) throws {
    let body = #"{"webhookTimestamp":\#(time)}"#
    let request = try SourceSigner(VerificationRule(.linear), secret: "secret")
      .sign(InboundRequest(body: Array(body.utf8)), messageID: "", at: Timestamp(microseconds: 1_614_265_330_000_000))
    let failure = #expect(throws: VerificationFailure.self) { try Self.linear.verify(request) }
    #expect(failure?.description.contains("Unix milliseconds in the body's webhookTimestamp") == true)
  }
}
