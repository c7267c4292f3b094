import Testing
import TidehookCore

@Suite struct RateLimitJSONTests {
  private func read(_ text: String) throws -> RateLimit { try RateLimit(json: try JSONValue(parsing: Array(text.utf8))) }

  @Test(arguments: [
    (#"{"count":5}"#, RateLimit(count: 5, perSeconds: 1, burst: 5)),
    (#"{"count":600,"per_secs":90,"burst":10}"#, RateLimit(count: 600, perSeconds: 90, burst: 10)),
    (#"{"per_second":5}"#, RateLimit(count: 5, perSeconds: 1, burst: 5)),
    (#"{"per_minute":100,"burst":7}"#, RateLimit(count: 100, perSeconds: 60, burst: 7)),
    (#"{"per_hour":5000}"#, RateLimit(count: 5000, perSeconds: 3600, burst: 5000)),
  ])
  func eachFormIsRead(text: String, limit: RateLimit) throws {
    #expect(try read(text) == limit)
    #expect(try RateLimit(json: limit.json) == limit)
  }

  @Test(arguments: [
    ("{}", "count: is required, a whole number of 1...1000000000; or one of per_second, per_minute, per_hour"),
    (#"{"per_minute":0}"#, "per_minute: expected a whole number of 1...1000000000, got 0"),
    (#"{"count":1,"per_minute":2}"#, "per_minute: expected either it or count, got both"),
    (#"{"per_hour":1,"per_secs":2}"#, "per_secs: expected either it or per_hour, got both"),
    (#"{"per_day":1}"#, "per_day: is unknown, known are count, per_secs, burst, per_second, per_minute, per_hour"),
  ])
  func aBadOneIsRefusedWithAReason(text: String, problem: String) {
    #expect { try read(text) } throws: { "\($0)" == problem }
  }
}
