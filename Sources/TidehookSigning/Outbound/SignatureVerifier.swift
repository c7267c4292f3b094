// Verifies received requests, for `tidehook listen` and `tidehook verify`.

public import TidehookCore

/// What the signatures of a request say.
public enum SignatureVerdict: Sendable, Hashable, CustomStringConvertible {
  /// All signatures that the request carries are right; the schemes are named.
  case valid([SigningScheme])
  /// The request carries no signature of the schemes asked for.
  case missing
  /// The signature is another one: wrong secret, or a body that was changed.
  case mismatch(SigningScheme)
  /// The signature is right but the timestamp too far off: the request may be a replay. Negative when the timestamp is in the future.
  case staleTimestamp(SigningScheme, ageSeconds: Int64)
  /// A header that the scheme needs is absent or ill-formed.
  case malformed(SigningScheme, header: String)

  /// Whether the request may be trusted.
  public var isValid: Bool {
    if case .valid = self { true } else { false }
  }

  /// The verdict in one line, lower case, without a full stop.
  public var description: String {
    switch self {
    case .valid(let schemes): "valid (\(schemes.map(\.name).joined(separator: ", ")))"
    case .missing: "no signature"
    case .mismatch(let scheme): "\(scheme.name): the signature does not match"
    case .staleTimestamp(let scheme, let age) where age < 0: "\(scheme.name): the timestamp is \(-age) s ahead"
    case .staleTimestamp(let scheme, let age): "\(scheme.name): the timestamp is \(age) s old"
    case .malformed(let scheme, let header): "\(scheme.name): header \(header) is missing or malformed"
    }
  }
}

/// Verifies requests that were signed with one secret. Comparisons take the same time wherever the difference is.
public struct SignatureVerifier: Sendable {
  private let checkers: [any SignatureChecker]
  private let toleranceSeconds: Int64

  /// - Parameters:
  ///   - schemes: the schemes that count; the headers of others are ignored. All that the secret may belong to by default.
  ///   - secret: what both ends share, or the `whpk_` public key of `standard-ed25519`, whose `whsk_` private key will do as well.
  ///   - toleranceSeconds: how far a timestamp may be off in either direction; 300 by default, as in the libraries of Standard Webhooks.
  public init(
    schemes: [SigningScheme]? = nil, secret: SigningSecret, toleranceSeconds: Int64 = 300
  ) throws(SigningError) {
    var checkers: [any SignatureChecker] = []
    for scheme in schemes ?? secret.schemes { checkers.append(try scheme.makeChecker(secret)) }
    self.checkers = checkers
    self.toleranceSeconds = toleranceSeconds
  }

  /// Returns the verdict on a request: valid when it carries a signature of at least one scheme and all that it carries are right.
  /// - Parameters:
  ///   - headers: all headers of the request; names are compared without regard to case.
  ///   - body: the bytes of the body, exactly as received.
  ///   - now: the present time in Unix seconds.
  public func verify(headers: [SignatureHeader], body: [UInt8], now: Int64) throws(SigningError) -> SignatureVerdict {
    let received = ReceivedHeaders(headers)
    let clock = VerificationClock(now: now, toleranceSeconds: toleranceSeconds)
    var valid: [SigningScheme] = []
    for checker in checkers {
      switch try checker.verify(received, body: body, clock: clock) {
      case .valid(let schemes): valid += schemes
      case .missing: continue
      case let failure: return failure
      }
    }
    return valid.isEmpty ? .missing : .valid(valid)
  }
}

/// The headers of a received request by name, without regard to case; of equal names the first counts.
struct ReceivedHeaders {
  private let values: [String: String]

  init(_ headers: [SignatureHeader]) {
    values = Dictionary(headers.map { ($0.name.lowercased(), $0.value) }, uniquingKeysWith: { first, _ in first })
  }

  subscript(name: String) -> String? { values[name.lowercased()] }
}

/// Judges timestamps against the present.
struct VerificationClock {
  /// Digits of a timestamp that no sum here overflows with; enough for 30 million years.
  private static let mostDigits = 15
  let now: Int64
  let toleranceSeconds: Int64

  /// How old a timestamp of whole Unix seconds is, negative for one in the future; `nil` when it is none.
  func age(of timestamp: String) -> Int64? {
    let isPlain = timestamp.utf8.count <= Self.mostDigits && timestamp.utf8.allSatisfy { $0 &- 0x30 < 10 }
    guard isPlain, let seconds = Int64(timestamp) else { return nil }
    return now - seconds
  }

  func allows(age: Int64) -> Bool { age.magnitude <= toleranceSeconds.magnitude }
}
