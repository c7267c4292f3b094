import HTTPTypes
import Testing
import TidehookCore

@Suite struct RetryRoutesTests {
  let gateway = TestGateway()

  /// What a webhook's retry policy is after changes, as JSON.
  func retry(after changes: [String]) async throws -> JSONValue? {
    let id = try await gateway.makeWebhook(#","retry":\#(changes[0])"#)
    for change in changes.dropFirst() {
      let answer = try await gateway.send(.patch, "/v1/webhooks/\(id)", #"{"retry":\#(change)}"#)
      #expect(answer.status == 200, "\(answer.text)")
    }
    return try await gateway.send(.get, "/v1/webhooks/\(id)").json["retry"]
  }

  static let theDefault = #"{"max_retries":3,"initial_delay_secs":5,"multiplier":6,"max_delay_secs":3600,"jitter":0.2}"#

  @Test(arguments: [
    ([#"{"preset":"svix"}"#], #"{"preset":"svix"}"#),
    ([#"{"schedule_secs":[1,2.5]}"#], #"{"schedule_secs":[1,2.5],"jitter":0.2}"#),
    ([#"{"schedule_secs":[],"jitter":0}"#], #"{"schedule_secs":[],"jitter":0}"#),
    // Another shape replaces the shape; the rest stays.
    (
      [#"{"max_retries":9,"retry_on":["5xx","!501","5xx"],"give_up_after_secs":60}"#, #"{"preset":"none"}"#],
      #"{"preset":"none","retry_on":["5xx","!501"],"give_up_after_secs":60}"#
    ),
    ([#"{"preset":"svix"}"#, #"{"schedule_secs":[7]}"#], #"{"schedule_secs":[7],"jitter":0.2}"#),
    (
      [#"{"schedule_secs":[7],"jitter":0}"#, #"{"max_retries":1}"#],
      #"{"max_retries":1,"initial_delay_secs":5,"multiplier":6,"max_delay_secs":3600,"jitter":0}"#
    ),
    // The same shape is changed field by field.
    ([#"{"schedule_secs":[7],"jitter":0.5}"#, #"{"schedule_secs":[8]}"#], #"{"schedule_secs":[8],"jitter":0.5}"#),
    ([#"{"schedule_secs":[7]}"#, #"{"jitter":0}"#], #"{"schedule_secs":[7],"jitter":0}"#),
    ([#"{"preset":"svix","max_retry_after_secs":5}"#, #"{"retry_on":[]}"#], #"{"preset":"svix","retry_on":[],"max_retry_after_secs":5}"#),
    // Null is the default: of a field, of a shape, of the whole.
    (
      [
        #"{"retry_on":[],"give_up_after_secs":1,"max_retry_after_secs":1}"#,
        #"{"retry_on":null,"give_up_after_secs":null,"max_retry_after_secs":null}"#,
      ], theDefault
    ),
    ([#"{"preset":"svix"}"#, #"{"preset":null}"#], theDefault),
    ([#"{"schedule_secs":[7]}"#, #"{"schedule_secs":null}"#], theDefault),
    ([#"{"preset":"svix","retry_on":[]}"#, "null"], theDefault),
    ([#"{"preset":"svix","schedule_secs":null,"max_retries":null}"#], #"{"preset":"svix"}"#),
    ([#"{"preset":"svix"}"#, #"{"max_retries":null}"#], #"{"preset":"svix"}"#),
  ])
  func aChangeIsLaidOverThePolicy(changes: [String], result: String) async throws {
    #expect(try await retry(after: changes) == JSONValue(parsing: Array(result.utf8)))
  }

  @Test func jitterAloneDoesNotFitAPreset() async throws {
    let id = try await gateway.makeWebhook(#","retry":{"preset":"svix"}"#)
    let answer = try await gateway.send(.patch, "/v1/webhooks/\(id)", #"{"retry":{"jitter":0.1}}"#)
    #expect(answer.status == 400 && answer.field == "retry.jitter")
    #expect(answer.message.contains("preset svix"))
  }

  @Test(arguments: [
    (#"{"preset":"standard-webhooks"}"#, "[5,300,1800,7200,18000,36000,50400,72000,86400]"),
    (#"{"preset":"svix"}"#, "[5,300,1800,7200,18000,36000,36000]"), (#"{"preset":"rem"}"#, "[5,30,180]"), (#"{"preset":"none"}"#, "[]"),
    ("{}", "[5,30,180]"), (#"{"schedule_secs":[0.5,60]}"#, "[0.5,60]"),
    (#"{"max_retries":4,"initial_delay_secs":0.25,"multiplier":2,"max_delay_secs":1}"#, "[0.25,0.5,1,1]"),
  ])
  func theAnswerSaysWhenTheTriesCome(retry: String, schedule: String) async throws {
    let id = try await gateway.makeWebhook(#","retry":\#(retry)"#)
    let webhook = try await gateway.send(.get, "/v1/webhooks/\(id)").json
    #expect(webhook["retry_schedule_secs"] == (try JSONValue(parsing: Array(schedule.utf8))))
  }

  @Test func theScheduleItselfCannotBeSet() async throws {
    let answer = try await gateway.send(
      .post, "/v1/webhooks", #"{"url":"https://example.com","events":["*"],"retry_schedule_secs":[1]}"#)
    #expect(answer.status == 400 && answer.field == "retry_schedule_secs")
  }

  @Test func anotherShapeIsARevisionWithItsDifferences() async throws {
    let id = try await gateway.makeWebhook("")
    _ = try await gateway.send(.patch, "/v1/webhooks/\(id)", #"{"retry":{"preset":"svix"}}"#)
    let same = try await gateway.send(.patch, "/v1/webhooks/\(id)", #"{"retry":{"preset":"svix"}}"#)
    #expect(same.json["revision"] == 2)
  }
}
