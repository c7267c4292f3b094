import HTTPTypes
import Testing
import TidehookAPI
import TidehookCore

/// Every refusal is a 4xx that names the field; nothing bad is ever a 5xx.
@Suite struct BadInputTests {
  /// A refusal that is expected.
  struct Refusal: Sendable, CustomTestStringConvertible {
    var body: String
    var code: String
    var field: String?
    var says = ""
    var testDescription: String { String(body.prefix(80)) }
  }

  static let events = [
    Refusal(body: "", code: "invalid_json"),
    Refusal(body: "not json", code: "invalid_json", says: "byte"),
    Refusal(body: #"{"event":"a","data":{"#, code: "invalid_json", says: "end of the text"),
    Refusal(body: "{\"event\":\"a\u{0}\",\"data\":{}}", code: "invalid_json"),
    Refusal(body: String(repeating: "[", count: 100_000), code: "invalid_json", says: "too deep"),
    Refusal(body: "[]", code: "invalid_body", says: "an array"),
    Refusal(body: "7", code: "invalid_body", says: "a number"),
    Refusal(body: #"{"data":{}}"#, code: "missing_field", field: "event"),
    Refusal(body: #"{"event":"a"}"#, code: "missing_field", field: "data"),
    Refusal(body: #"{"event":7,"data":{}}"#, code: "invalid_field", field: "event", says: "got 7"),
    Refusal(body: #"{"event":null,"data":{}}"#, code: "invalid_field", field: "event", says: "got null"),
    Refusal(body: #"{"event":"","data":{}}"#, code: "invalid_field", field: "event"),
    Refusal(body: #"{"event":"a b","data":{}}"#, code: "invalid_field", field: "event", says: "\"a b\""),
    Refusal(body: #"{"event":"a","type":"b","data":{}}"#, code: "invalid_field", field: "type"),
    Refusal(body: #"{"event":"a","data":[]}"#, code: "invalid_field", field: "data", says: "got an array"),
    Refusal(body: #"{"event":"a","data":null}"#, code: "invalid_field", field: "data", says: "got null"),
    Refusal(body: #"{"event":"a","data":"x"}"#, code: "invalid_field", field: "data"),
    Refusal(body: #"{"event":"a","data":{},"id":"a.b"}"#, code: "invalid_field", field: "id"),
    Refusal(body: #"{"event":"a","data":{},"timestamp":"yesterday"}"#, code: "invalid_field", field: "timestamp", says: "RFC 3339"),
    Refusal(body: #"{"event":"a","data":{},"timestamp":1}"#, code: "invalid_field", field: "timestamp"),
    Refusal(body: #"{"event":"a","data":{},"namespace":""}"#, code: "invalid_field", field: "namespace"),
    Refusal(body: #"{"event":"a","data":{"namespace":"a\nb"}}"#, code: "invalid_field", field: "data.namespace"),
    Refusal(body: #"{"event":"a","data":{},"payload":{}}"#, code: "unknown_field", field: "payload", says: "payload"),
  ]

  @Test(arguments: events) func aBadEventIsRefused(refusal: Refusal) async throws {
    try await expect(refusal, from: TestGateway().send(.post, "/v1/events", refusal.body))
  }

  static let webhooks = [
    Refusal(body: "{", code: "invalid_json"),
    Refusal(body: "[]", code: "invalid_body"),
    Refusal(body: #"{"events":["*"]}"#, code: "missing_field", field: "url"),
    Refusal(body: #"{"url":"https://example.com"}"#, code: "missing_field", field: "events"),
    Refusal(body: #"{"url":"https://example.com","events":["a","memory:add.*"]}"#, code: "invalid_field", field: "events[1]"),
    Refusal(body: #"{"url":7,"events":["*"]}"#, code: "invalid_field", field: "url", says: "got 7"),
  ]

  @Test(arguments: webhooks) func aBadWebhookIsRefused(refusal: Refusal) async throws {
    try await expect(refusal, from: TestGateway().send(.post, "/v1/webhooks", refusal.body))
  }

  @Test(arguments: [
    "", "example.com", "ftp://example.com", "file:///etc/passwd", "javascript:alert(1)", "https://user:pw@example.com", "https://",
    "http://a b/",
    "http://127.0.0.1", "http://[::ffff:127.0.0.1]", "http://2130706433", "http://0x7f.1", "http://localhost", "http://a.localhost:80/",
    "http://169.254.169.254", "http://10.0.0.1", "http://[::1]/", "http://0.0.0.0", "http://192.168.1.1", "http://example.com:99999",
  ])
  func aBadURLIsRefused(url: String) async throws {
    let answer = try await TestGateway().send(.post, "/v1/webhooks", #"{"url":"\#(url)","events":["*"]}"#)
    try expect(Refusal(body: url, code: "invalid_url", field: "url"), from: answer)
    #expect(!answer.text.contains("pw"))
  }

  @Test func aRefusedAddressSaysHowToAllowIt() async throws {
    let answer = try await TestGateway().send(.post, "/v1/webhooks", #"{"url":"http://127.0.0.1","events":["*"]}"#)
    #expect(answer.message.contains("--allow-destinations 127.0.0.1"))
  }

  static let fields = [
    Refusal(body: #""events":[]"#, code: "invalid_field", field: "events", says: "empty"),
    Refusal(body: #""events":"memory.created""#, code: "invalid_field", field: "events"),
    Refusal(body: #""events":null"#, code: "invalid_field", field: "events"),
    Refusal(body: #""events":["a",7]"#, code: "invalid_field", field: "events[1]", says: "got 7"),
    Refusal(body: #""events":["a b"]"#, code: "invalid_field", field: "events[0]"),
    Refusal(body: #""url":null"#, code: "invalid_field", field: "url"),
    Refusal(body: #""namespace":"""#, code: "invalid_field", field: "namespace"),
    Refusal(body: #""name":"""#, code: "invalid_field", field: "name"),
    Refusal(body: #""active":"yes""#, code: "invalid_field", field: "active", says: "\"yes\""),
    Refusal(body: #""signing":["md5"]"#, code: "invalid_field", field: "signing[0]", says: "rem, standard"),
    Refusal(
      body: #""signing":[{"scheme":"custom","header":"Host"}]"#, code: "invalid_field", field: "signing[0].header", says: "by itself"),
    Refusal(body: #""signing_key":"hunter2""#, code: "invalid_field", field: "signing_key", says: "something else"),
    Refusal(body: #""signing_key":7"#, code: "invalid_field", field: "signing_key"),
    Refusal(body: #""secret":"whsk_AAAA""#, code: "invalid_field", field: "secret", says: "signing_key"),
    Refusal(body: #""public_key":"whpk_AAAA""#, code: "read_only_field", field: "public_key"),
    Refusal(body: #""secret":"""#, code: "invalid_field", field: "secret"),
    Refusal(body: #""secret":"whsec_n*t"#, code: "invalid_json"),
    Refusal(body: #""secret":"whsec_secret""#, code: "invalid_field", field: "secret"),
    Refusal(body: #""headers":[]"#, code: "invalid_field", field: "headers"),
    Refusal(body: #""headers":{"Host":"a"}"#, code: "invalid_field", field: "headers.Host"),
    Refusal(body: #""headers":{"X-REM-Signature":"a"}"#, code: "invalid_field", field: "headers.X-REM-Signature"),
    Refusal(body: #""headers":{"A B":"a"}"#, code: "invalid_field", field: "headers"),
    Refusal(body: #""headers":{"A":"a\r\nB: b"}"#, code: "invalid_field", field: "headers.A"),
    Refusal(body: #""headers":{"A":"1","a":"2"}"#, code: "invalid_field", field: "headers.a"),
    Refusal(body: #""headers":{"A":1}"#, code: "invalid_field", field: "headers.A"),
    Refusal(body: #""retry":{"max_retries":101}"#, code: "invalid_field", field: "retry.max_retries", says: "0...100"),
    Refusal(body: #""retry":{"max_retries":1.5}"#, code: "invalid_field", field: "retry.max_retries"),
    Refusal(body: #""retry":{"initial_delay_secs":0}"#, code: "invalid_field", field: "retry.initial_delay_secs", says: "0.001...86400"),
    Refusal(body: #""retry":{"max":1}"#, code: "unknown_field", field: "retry.max"),
    Refusal(body: #""retry":3"#, code: "invalid_field", field: "retry"),
    Refusal(body: #""retry":{"preset":"daily"}"#, code: "invalid_field", field: "retry.preset", says: "rem, standard-webhooks, svix, none"),
    Refusal(body: #""retry":{"preset":"svix","max_retries":3}"#, code: "invalid_field", field: "retry.max_retries", says: "beside preset"),
    Refusal(body: #""retry":{"preset":"svix","jitter":0}"#, code: "invalid_field", field: "retry.jitter", says: "beside preset"),
    Refusal(body: #""retry":{"preset":"rem","schedule_secs":[]}"#, code: "invalid_field", field: "retry.schedule_secs"),
    Refusal(
      body: #""retry":{"schedule_secs":[5],"multiplier":2}"#, code: "invalid_field", field: "retry.multiplier", says: "schedule_secs"),
    Refusal(body: #""retry":{"schedule_secs":5}"#, code: "invalid_field", field: "retry.schedule_secs", says: "at most 100"),
    Refusal(body: #""retry":{"schedule_secs":[5,0]}"#, code: "invalid_field", field: "retry.schedule_secs[1]", says: "0.001...604800"),
    Refusal(body: #""retry":{"retry_on":"5xx"}"#, code: "invalid_field", field: "retry.retry_on"),
    Refusal(body: #""retry":{"retry_on":["5xx","200"]}"#, code: "invalid_field", field: "retry.retry_on[1]", says: #"like "429""#),
    Refusal(body: #""retry":{"retry_on":["410"]}"#, code: "invalid_field", field: "retry.retry_on[0]", says: "not 410"),
    Refusal(body: #""retry":{"give_up_after_secs":0}"#, code: "invalid_field", field: "retry.give_up_after_secs", says: "0.001...31536000"),
    Refusal(body: #""retry":{"max_retry_after_secs":-1}"#, code: "invalid_field", field: "retry.max_retry_after_secs", says: "0...604800"),
    Refusal(body: #""timeout_secs":61"#, code: "invalid_field", field: "timeout_secs", says: "0.1...60"),
    Refusal(body: #""max_in_flight":0"#, code: "invalid_field", field: "max_in_flight"),
    Refusal(body: #""rate_limit":5"#, code: "invalid_field", field: "rate_limit"),
    Refusal(body: #""rate_limit":{}"#, code: "invalid_field", field: "rate_limit.count"),
    Refusal(body: #""rate_limit":{"count":0}"#, code: "invalid_field", field: "rate_limit.count"),
    Refusal(body: #""rate_limit":{"count":1,"per_secs":0.5}"#, code: "invalid_field", field: "rate_limit.per_secs"),
    Refusal(body: #""rate_limit":{"count":1,"burst":0}"#, code: "invalid_field", field: "rate_limit.burst"),
    Refusal(body: #""rate_limit":{"count":1,"per":1}"#, code: "invalid_field", field: "rate_limit.per"),
    Refusal(body: #""handshake":"options""#, code: "invalid_field", field: "handshake", says: "cloudevents or null"),
    Refusal(body: #""handshake_state":"agreed""#, code: "read_only_field", field: "handshake_state"),
    Refusal(body: #""verified_at":null"#, code: "read_only_field", field: "verified_at"),
    Refusal(body: #""held_count":0"#, code: "read_only_field", field: "held_count"),
    Refusal(body: #""auto_disable":true"#, code: "invalid_field", field: "auto_disable"),
    Refusal(body: #""auto_disable":{"after_days":0}"#, code: "invalid_field", field: "auto_disable.after_days"),
    Refusal(body: #""auto_disable":{"after_days":366}"#, code: "invalid_field", field: "auto_disable.after_days"),
    Refusal(body: #""auto_disable":{"min_failures":0}"#, code: "invalid_field", field: "auto_disable.min_failures"),
    Refusal(body: #""auto_disable":{"days":5}"#, code: "unknown_field", field: "auto_disable.days"),
    Refusal(body: #""held":"skip""#, code: "invalid_field", field: "held"),
    Refusal(body: #""active":true,"held":"drop""#, code: "invalid_field", field: "held"),
    Refusal(body: #""active":false,"held":"skip""#, code: "invalid_field", field: "held"),
    Refusal(body: #""sample":0"#, code: "invalid_field", field: "sample"),
    Refusal(body: #""sample":1.01"#, code: "invalid_field", field: "sample"),
    Refusal(body: #""sample":"all""#, code: "invalid_field", field: "sample"),
    Refusal(body: #""filter":"x""#, code: "unknown_field", field: "filter", says: "\"filter\""),
    Refusal(body: #""revision":2"#, code: "read_only_field", field: "revision"),
    Refusal(body: #""script":"syntax error""#, code: "invalid_script", field: "script", says: "line 3"),
    Refusal(body: #""pipeline":[{"script":"ok"},{"script":"syntax error"}]"#, code: "invalid_script", field: "pipeline[1].script"),
    Refusal(body: #""pipeline":[{"plugin":"slack"}]"#, code: "unknown_plugin", field: "pipeline[0].plugin", says: "\"slack\""),
    Refusal(body: #""pipeline":[{"plugin":7}]"#, code: "invalid_field", field: "pipeline[0].plugin", says: "got 7"),
    Refusal(body: #""pipeline":[{"plugin":"../slack"}]"#, code: "invalid_field", field: "pipeline[0].plugin", says: "like slack"),
    Refusal(body: #""pipeline":[{"plugin":"chat","option":{}}]"#, code: "unknown_field", field: "pipeline[0].option", says: "options"),
    Refusal(body: #""pipeline":[{"plugin":"chat","options":[]}]"#, code: "invalid_field", field: "pipeline[0].options"),
    Refusal(
      body: #""pipeline":[{"script":"a"},{"plugin":"chat","options":{"channel":7}}]"#, code: "invalid_field",
      field: "pipeline[1].options.channel", says: "expected a string, got 7"),
    Refusal(body: #""pipeline":[{"plugin":"chat","options":{"x":1}}]"#, code: "invalid_field", field: "pipeline[0].options.x"),
    Refusal(body: #""pipeline":[{"plugin":"chat","script":"a"}]"#, code: "invalid_field", field: "pipeline[0]", says: "both"),
    Refusal(body: #""pipeline":[{"script":"a","options":{}}]"#, code: "invalid_field", field: "pipeline[0].options"),
    Refusal(body: #""pipeline":[{"script":7}]"#, code: "invalid_field", field: "pipeline[0].script"),
    Refusal(body: #""pipeline":[{"plugin":"chat","cases":[]}]"#, code: "invalid_field", field: "pipeline[0].cases"),
    Refusal(body: #""pipeline":[{"script":"a","cases":{}}]"#, code: "invalid_field", field: "pipeline[0].cases"),
    Refusal(
      body: #""pipeline":[{"script":"a","cases":[{"event":{},"expect":{}}]}]"#, code: "missing_field", field: "pipeline[0].cases[0].name"),
    Refusal(
      body: #""pipeline":[{"script":"a","cases":[{"name":"n","event":[],"expect":{}}]}]"#, code: "invalid_field",
      field: "pipeline[0].cases[0].event"),
    Refusal(
      body: #""pipeline":[{"script":"a","cases":[{"name":"","event":{},"expect":{}}]}]"#, code: "invalid_field",
      field: "pipeline[0].cases[0].name"),
    Refusal(
      body: #""pipeline":[{"script":"a","cases":[{"name":"n","event":{},"expect":{},"options":{}}]}]"#, code: "unknown_field",
      field: "pipeline[0].cases[0].options"),
    Refusal(body: #""pipeline":[{"script":"a","extra":1}]"#, code: "unknown_field", field: "pipeline[0].extra"),
    Refusal(body: #""pipeline":[{}]"#, code: "missing_field", field: "pipeline[0]", says: "plugin"),
    Refusal(
      body: #""pipeline":[{"plugin":"chat","options":{"token":"<secret>"}}]"#, code: "invalid_field",
      field: "pipeline[0].options.token", says: "none is"),
    Refusal(body: #""pipeline":[7]"#, code: "invalid_field", field: "pipeline[0]"),
    Refusal(body: #""pipeline":[],"script":"a""#, code: "invalid_field", field: "script", says: "both"),
  ]

  @Test(arguments: fields) func aBadFieldIsRefusedInChanges(refusal: Refusal) async throws {
    let gateway = TestGateway()
    let id = try await gateway.makeWebhook()
    try await expect(refusal, from: gateway.send(.patch, "/v1/webhooks/\(id)", "{\(refusal.body)}"))
    #expect(gateway.backend.webhooks().first?.revision == 1)
  }

  @Test(arguments: fields) func aBadFieldIsRefusedInNewWebhooks(refusal: Refusal) async throws {
    let rest = #""url":"https://example.com","events":["*"]"#.split(separator: ",").filter { !refusal.body.hasPrefix($0.prefix(6)) }
    try await expect(refusal, from: TestGateway().send(.post, "/v1/webhooks", "{\((rest + [refusal.body[...]]).joined(separator: ","))}"))
  }

  @Test func secretsAreNeverRepeated() async throws {
    let body = #"{"url":"https://example.com","events":["*"],"secret":"whsec_hunter2!","headers":{"A":"hunter2\n"}}"#
    let answer = try await TestGateway().send(.post, "/v1/webhooks", body)
    #expect(answer.status == 400 && !answer.text.contains("hunter2"))
  }

  @Test func invalidUTF8IsRefused() async throws {
    let bytes = Array(#"{"event":"a","data":{"x":""#.utf8) + [0xff] + Array(#""}}"#.utf8)
    for path in ["/v1/events", "/v1/webhooks", "/v1/events/batch"] {
      let answer = try await TestGateway().send(.post, path, bytes: bytes)
      if path.hasSuffix("batch") {
        #expect(answer.json["rejected"]?[0]?["error"]?["code"] == "invalid_json")
      } else {
        try expect(Refusal(body: path, code: "invalid_json", says: "UTF-8"), from: answer)
      }
    }
  }

  @Test(arguments: [
    ("/v1/deliveries?stat=dead", "unknown_parameter", "stat"), ("/v1/deliveries?state=lost", "invalid_parameter", "state"),
    ("/v1/deliveries?webhook=x", "invalid_parameter", "webhook"), ("/v1/deliveries?limit=501", "invalid_parameter", "limit"),
    ("/v1/deliveries?limit=0", "invalid_parameter", "limit"), ("/v1/deliveries?limit=ten", "invalid_parameter", "limit"),
    ("/v1/deliveries?cursor=abc", "invalid_parameter", "cursor"), ("/v1/deliveries?since=1w", "invalid_parameter", "since"),
    ("/v1/deliveries?until=2026-13-01T00:00:00Z", "invalid_parameter", "until"),
    ("/v1/deliveries?event=%C3%A9", "invalid_parameter", "event"),
    ("/v1/deliveries?event=evt_1&event_id=evt_2", "invalid_parameter", "event"),
    ("/v1/deliveries?state=dead,lost", "invalid_parameter", "state"), ("/v1/deliveries?state=dead,", "invalid_parameter", "state"),
    ("/v1/deliveries?failure=x", "invalid_parameter", "failure"), ("/v1/deliveries?order=up", "invalid_parameter", "order"),
    ("/v1/deliveries/groups?state=delivered", "invalid_parameter", "state"),
    ("/v1/deliveries/groups?limit=1", "unknown_parameter", "limit"), ("/v1/deliveries/export?limit=1", "unknown_parameter", "limit"),
    ("/v1/deliveries/export?max=0", "invalid_parameter", "max"), ("/v1/deliveries/export?cursor=x", "invalid_parameter", "cursor"),
    ("/v1/events?event=*x", "invalid_parameter", "event"), ("/v1/events?id=%20", "invalid_parameter", "id"),
    ("/v1/events/paths?last=0", "invalid_parameter", "last"), ("/v1/events/paths?event=a%20b", "invalid_parameter", "event"),
    ("/v1/events?limit=1&limit=2", "invalid_parameter", "limit"),
    ("/v1/events?namespace=%0A", "invalid_parameter", "namespace"), ("/v1/webhooks?state=dead", "unknown_parameter", "state"),
    ("/v1/webhooks?cursor=01h0000000000000000000000a", "invalid_parameter", "cursor"),
    ("/v1/events/x?verbose=1", "unknown_parameter", "verbose"),
  ])
  func aBadQueryIsRefused(path: String, code: String, field: String) async throws {
    try expect(Refusal(body: path, code: code, field: field), from: try await TestGateway().send(.get, path))
  }

  private func expect(_ refusal: Refusal, from answer: Answer) throws {
    #expect(answer.status == 400, "\(answer.text)")
    #expect(answer.code == refusal.code, "\(answer.text)")
    #expect(answer.field == refusal.field, "\(answer.text)")
    #expect(answer.message.contains(refusal.says), "\(answer.text)")
    #expect(answer.json["detail"]?.stringValue == answer.message)
  }
}
