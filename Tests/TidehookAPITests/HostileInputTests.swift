// Input that is meant to break the process: huge numbers, huge counts, characters that are not what they seem.

import HTTPTypes
import Testing
import TidehookAPI
import TidehookCore

@Suite struct HostileInputTests {
  private static let spans = ["s", "m", "h", "d"].flatMap { unit in
    ["9223372036854775807", "9223372036854775808", "999999999999999999999999"].map { $0 + unit }
  }

  @Test(
    arguments: spans + ["999999999d", "1000000000d", "106751992d", "2562047789h", "153722867281m", "9223372036855s", "-1d", "d", "1.5h"])
  func aTimeSpanThatNoClockHoldsIsRefused(span: String) async throws {
    for (path, name) in [("/v1/events", "since"), ("/v1/events", "until"), ("/v1/deliveries", "since"), ("/v1/deliveries", "until")] {
      let answer = try await TestGateway().send(.get, "\(path)?\(name)=\(span)")
      #expect(answer.status == 400 && answer.field == name, "\(answer.text)")
    }
  }

  @Test(arguments: ["106751991d", "2562047788h", "153722867280m", "9223372036854s", "1000000000s", "0s", "00007d"])
  func aTimeSpanThatAClockHoldsIsTaken(span: String) async throws {
    let answer = try await TestGateway().send(.get, "/v1/events?since=\(span)")
    #expect(answer.status == 200, "\(answer.text)")
  }

  @Test(arguments: ["1e400", "-1e400", "1e-400", "9223372036854775808", "-9223372036854775809", "99999999999999999999999999999"])
  func numbersBeyondEveryTypeAreRefused(number: String) async throws {
    let fields = [
      "timeout_secs", "max_in_flight", "sample", "retry.max_retries", "retry.initial_delay_secs", "retry.multiplier",
      "retry.max_delay_secs",
      "retry.jitter", "retry.give_up_after_secs", "retry.max_retry_after_secs",
    ]
    let withZero: Set = ["retry.jitter", "retry.max_retry_after_secs"]
    for field in fields where !withZero.contains(field) || number != "1e-400" {
      let parts = field.split(separator: ".")
      let member = parts.count == 1 ? #""\#(field)":\#(number)"# : #""retry":{"\#(parts[1])":\#(number)}"#
      let answer = try await TestGateway().send(.post, "/v1/webhooks", #"{"url":"https://example.com","events":["*"],\#(member)}"#)
      #expect(answer.status == 400 && answer.field == field, "\(number): \(answer.text)")
    }
  }

  @Test(arguments: ["9223372036854775808", "-9223372036854775808", "99999999999999999999", "1e2", "0x10"])
  func aLimitThatNoTypeHoldsIsRefused(limit: String) async throws {
    let answer = try await TestGateway().send(.get, "/v1/deliveries?limit=\(limit)")
    #expect(answer.status == 400 && answer.field == "limit")
  }

  @Test func aRefusalIsShortHoweverManyMarksOneCharacterHas() async throws {
    let long = "a" + String(repeating: "\u{301}", count: 100_000)
    let bodies = [
      #"{"event":"\#(long)","data":{}}"#, #"{"event":"a","data":{},"\#(long)":1}"#,
      #"{"event":"a","data":{},"namespace":7,"id":"\#(long)"}"#,
    ]
    for body in bodies {
      let answer = try await TestGateway().send(.post, "/v1/events", body)
      #expect(answer.status == 400 && answer.text.utf8.count < 1500, "\(answer.text.utf8.count) bytes")
    }
    for member in [#""\#(long)":1"#, #""name":"\#(long)""#, #""headers":{"\#(long)":"1"}"#, #""retry":{"\#(long)":1}"#] {
      let answer = try await TestGateway().send(.post, "/v1/webhooks", #"{"url":"https://example.com","events":["*"],\#(member)}"#)
      #expect(answer.status == 400 && answer.text.utf8.count < 1500, "\(answer.text.utf8.count) bytes")
    }
  }

  @Test(arguments: ["\u{85}", "\u{9b}31m", "a\u{202e}b", "\u{2066}", "a\u{200f}", "\u{2028}", "\u{7f}"])
  func aNameShowsWhatItIs(name: String) async throws {
    let answer = try await TestGateway().send(.post, "/v1/webhooks", #"{"url":"https://example.com","events":["*"],"name":"\#(name)"}"#)
    #expect(answer.status == 400 && answer.field == "name", "\(answer.text)")
  }

  @Test(arguments: ["\u{85}", "a\u{202e}b", "\u{2066}", "a\u{200f}", "\u{2029}", "\u{7f}"])
  func aNamespaceShowsWhatItIs(name: String) async throws {
    let gateway = TestGateway()
    let event = try await gateway.send(.post, "/v1/events", #"{"event":"a","data":{},"namespace":"\#(name)"}"#)
    #expect(event.status == 400 && event.field == "namespace", "\(event.text)")
    let webhook = try await gateway.send(.post, "/v1/webhooks", #"{"url":"https://example.com","events":["*"],"namespace":"\#(name)"}"#)
    #expect(webhook.status == 400 && webhook.field == "namespace", "\(webhook.text)")
    let other = try await gateway.send(.post, "/v1/events", #"{"event":"a","data":{},"namespace":"équipe 通知"}"#)
    #expect(other.status == 202, "\(other.text)")
  }

  @Test func namesOfAllLanguagesAreTaken() async throws {
    for name in ["Übersicht", "通知", "إشعار", "👩‍👩‍👧 family"] {
      let answer = try await TestGateway().send(.post, "/v1/webhooks", #"{"url":"https://example.com","events":["*"],"name":"\#(name)"}"#)
      #expect(answer.status == 201, "\(answer.text)")
    }
  }
}
