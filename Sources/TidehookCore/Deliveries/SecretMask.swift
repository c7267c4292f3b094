// Keeps what must not be shown out of what is recorded: secret options end up in URLs and bodies that scripts make.

/// Hides texts wherever they stand, also as JSON and as a URL would write them.
public struct SecretMask: Sendable {
  /// Shorter texts are not hidden: they would blot out half of a body, and are no secrets.
  private static let shortest = 4

  /// The longest first, so that no part of one is left when another is within it.
  private let forms: [[UInt8]]

  /// What stands in a secret's place.
  public static let replacement = Secret("").description

  /// Makes a mask; `nil` when there is nothing to hide.
  public init?(_ secrets: [String]) {
    var forms: Set<[UInt8]> = []
    for secret in secrets where secret.utf8.count >= Self.shortest {
      forms.insert(Array(secret.utf8))
      forms.insert(Array(JSONValue.string(secret).bytes.dropFirst().dropLast()))
      forms.insert(Self.percentEncoded(secret))
    }
    guard !forms.isEmpty else { return nil }
    self.forms = forms.sorted { $0.count > $1.count }
  }

  /// The text without secrets.
  public func hiding(_ text: String) -> String {
    String(decoding: hiding(Array(text.utf8)), as: UTF8.self)
  }

  /// The bytes without secrets.
  public func hiding(_ bytes: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count)
    var index = 0
    while index < bytes.count {
      if let form = forms.first(where: { bytes[index...].starts(with: $0) }) {
        result += Self.replacement.utf8
        index += form.count
      } else {
        result.append(bytes[index])
        index += 1
      }
    }
    return result
  }

  /// As RFC 3986 writes what is not unreserved.
  private static func percentEncoded(_ text: String) -> [UInt8] {
    let digits = Array("0123456789ABCDEF".utf8)
    return text.utf8.flatMap { byte -> [UInt8] in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
        UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"):
        [byte]
      default: [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
      }
    }
  }
}

extension Attempt {
  /// Hides secrets in everything that a script or the receiver may have put them into.
  public mutating func hide(_ secrets: SecretMask) {
    log = secrets.hiding(log)
    if let message = failure?.message { failure?.message = secrets.hiding(message) }
    if let sent = request { request = sent.hiding(secrets) }
    guard let received = response else { return }
    response?.headers = received.headers.map { $0.hiding(secrets) }
    response?.body = secrets.hiding(received.body)
  }
}

extension SentRequest {
  /// The request without secrets.
  public func hiding(_ secrets: SecretMask) -> SentRequest {
    SentRequest(
      method: method, url: secrets.hiding(url), headers: headers.map { $0.hiding(secrets) }, body: body.map { secrets.hiding($0) })
  }
}

extension DeliveryInput {
  /// What happened, without secrets in its words.
  public func hiding(_ secrets: SecretMask) -> DeliveryInput {
    switch self {
    case .failed(let failure): .failed(AttemptFailure(failure.kind, secrets.hiding(failure.message)))
    case .dropped(let reason): .dropped(reason: secrets.hiding(reason))
    case .judged(let judgement, let reason, let status, let retryAfter):
      .judged(judgement, reason: reason.map { secrets.hiding($0) }, status: status, retryAfter: retryAfter)
    case .answered, .webhookInactive, .webhookDeleted: self
    }
  }
}

extension StageTrace {
  /// The trace without secrets in what the stage made, printed and said.
  fileprivate func hiding(_ secrets: SecretMask) -> StageTrace {
    var shown = self
    shown.body = body.map { secrets.hiding($0) }
    shown.log = secrets.hiding(log)
    switch decision {
    case .passed: break
    case .dropped(let reason): shown.decision = .dropped(reason: secrets.hiding(reason))
    case .failed(let message, let line, let traceback):
      shown.decision = .failed(message: secrets.hiding(message), line: line, traceback: secrets.hiding(traceback))
    }
    return shown
  }
}

extension DryRun {
  /// The dry run without secrets.
  public func hiding(_ secrets: SecretMask) -> DryRun {
    let shown: Outcome =
      switch outcome {
      case .request(let request): .request(request.hiding(secrets))
      case .filtered(let stage, let reason): .filtered(stage: stage, reason: secrets.hiding(reason))
      case .failed(let failure): .failed(AttemptFailure(failure.kind, secrets.hiding(failure.message)))
      }
    return DryRun(stages: stages.map { $0.hiding(secrets) }, outcome: shown)
  }
}

extension HeaderField {
  fileprivate func hiding(_ secrets: SecretMask) -> HeaderField { HeaderField(name, secrets.hiding(value)) }
}
