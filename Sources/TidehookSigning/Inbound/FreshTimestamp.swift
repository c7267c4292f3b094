// Refuses requests that were signed too long ago, or in the future: they may be replays.

import TidehookCore

/// How far a signed timestamp may be off.
struct FreshTimestamp: Sendable {
  /// The unit that a provider writes timestamps in.
  enum Unit: Int64, Sendable {
    /// Whole seconds since 1970.
    case seconds = 1
    /// Milliseconds since 1970.
    case milliseconds = 1000
  }

  private let toleranceSeconds: Int64
  private let unit: Unit

  /// - Parameters:
  ///   - rule: its `tolerance_secs` wins.
  ///   - usual: the scheme's own tolerance, in seconds.
  init(_ rule: VerificationRule, usual: Int64 = 300, unit: Unit = .seconds) throws(SigningError) {
    toleranceSeconds = rule.toleranceSeconds ?? usual
    self.unit = unit
    guard toleranceSeconds >= 0 else {
      throw .unusable(field: "verify.tolerance_secs", expected: "0 or more seconds", got: "\(toleranceSeconds)")
    }
  }

  /// The timestamp as a number, before it is known who wrote it.
  func read(_ text: String, in place: String) throws(VerificationFailure) -> Int64 {
    guard let time = Self.number(text) else {
      throw .expected("Unix \(unit) in \(place)", got: text.isEmpty ? "nothing" : "\(text.utf8.count) bytes that are no such number")
    }
    return time
  }

  /// Judges a time that ``read(_:in:)`` returned. Only worth something when the signature covers it.
  func check(_ time: Int64, in place: String, at now: Timestamp) throws(VerificationFailure) {
    let age = now.seconds - time / unit.rawValue
    guard age.magnitude <= UInt64(toleranceSeconds) else {
      let offset = age < 0 ? "\(age.magnitude) s ahead" : "\(age) s old"
      throw .expected("a time within \(toleranceSeconds) s of now in \(place)", got: "one that is \(offset)")
    }
  }

  /// Digits only, and few enough that no sum here overflows; enough for 30 thousand years even in milliseconds.
  private static func number(_ text: String) -> Int64? {
    guard text.utf8.count <= 15, text.utf8.allSatisfy({ $0 &- 0x30 < 10 }) else { return nil }
    return Int64(text)
  }
}
