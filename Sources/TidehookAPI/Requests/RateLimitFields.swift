// The `rate_limit` object, as requests give it and answers show it.

import TidehookCore

extension Field {
  /// Reads `{"count", "per_secs", "burst"}`; a second, and the whole count, unless given.
  func rateLimit() throws -> RateLimit {
    let fields = try Fields(value, path: path, known: ["count", "per_secs", "burst"])
    func number(_ name: String, in range: ClosedRange<Int64>) throws -> Int? {
      guard let field = fields[name], field.value != .null else { return nil }
      return try field.integer(in: range)
    }
    let count = try fields.required("count").integer(in: 1...1_000_000_000)
    return RateLimit(
      count: count, perSeconds: try number("per_secs", in: 1...86_400) ?? 1, burst: try number("burst", in: 1...1_000_000_000))
  }
}

extension JSONWriter {
  /// Writes a limit, or `null` for none.
  mutating func rateLimit(_ limit: RateLimit?) {
    guard let limit else { return null() }
    beginObject()
    key("count")
    integer(limit.count)
    key("per_secs")
    integer(limit.perSeconds)
    key("burst")
    integer(limit.burst)
    endObject()
  }
}
