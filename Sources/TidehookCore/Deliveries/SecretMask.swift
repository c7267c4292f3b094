// Keeps what must not be shown out of what is recorded: secret options end up in URLs, headers and bodies that scripts make.

/// Hides texts wherever they stand, in time that grows with the text alone.
public struct SecretMask: Sendable {
  /// The longest first, so that no part of one is left when another is within it.
  private let forms: [Form]

  /// What stands in a secret's place.
  public static let replacement = Secret("").description
  /// From how many bytes on the beginning of a secret is hidden where a text was cut in the middle of it.
  private static let shownBeginning = 3

  /// Makes a mask; `nil` when there is nothing to hide.
  /// - Parameter forms: the secrets, in every way in which they may be written; empty ones do not count.
  public init?(_ forms: some Sequence<[UInt8]>) {
    self.forms = Set(forms).filter { !$0.isEmpty }.sorted { $0.count > $1.count }.map(Form.init)
    guard !self.forms.isEmpty else { return nil }
  }

  /// The text without secrets.
  public func hiding(_ text: String) -> String {
    String(decoding: hiding(Array(text.utf8)), as: UTF8.self)
  }

  /// The bytes without secrets, and without the beginning of one at their end, where they may have been cut.
  public func hiding(_ bytes: [UInt8]) -> [UInt8] {
    var shown = bytes
    for form in forms {
      let places = form.search(shown[...]).places
      if !places.isEmpty { shown = Self.replace(places, form.bytes.count, in: shown) }
    }
    let beginning = forms.reduce(0) { max($0, $1.search(shown.suffix($1.bytes.count)).rest) }
    guard beginning > Self.shownBeginning else { return shown }
    return shown.dropLast(beginning) + Self.replacement.utf8
  }

  private static func replace(_ places: [Int], _ length: Int, in bytes: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count)
    var index = 0
    for place in places {
      result += bytes[index..<place]
      result += replacement.utf8
      index = place + length
    }
    return result + bytes[index...]
  }

  /// One form, made ready for the search of Knuth, Morris and Pratt, which looks at each byte of a text about once.
  private struct Form {
    let bytes: [UInt8]
    /// For each beginning of the form: how long a shorter beginning it ends with.
    private let borders: [Int]

    init(_ bytes: [UInt8]) {
      self.bytes = bytes
      var borders = [0]
      for index in 1..<max(1, bytes.count) { borders.append(Self.next(borders[index - 1], bytes[index], bytes, borders)) }
      self.borders = borders
    }

    /// Where the form stands, without overlaps, and how many of the last bytes are the beginning of another one.
    func search(_ text: ArraySlice<UInt8>) -> (places: [Int], rest: Int) {
      var places: [Int] = []
      var length = 0
      for index in text.indices {
        length = Self.next(length, text[index], bytes, borders)
        guard length == bytes.count else { continue }
        places.append(index + 1 - length)
        length = 0
      }
      return (places, length)
    }

    private static func next(_ length: Int, _ byte: UInt8, _ bytes: [UInt8], _ borders: [Int]) -> Int {
      var length = length
      while length > 0, bytes[length] != byte { length = borders[length - 1] }
      return bytes[length] == byte ? length + 1 : length
    }
  }
}

extension Attempt {
  /// Hides secrets in everything that a script or the receiver may have put them into.
  public mutating func hide(_ secrets: SecretMask) {
    log = secrets.hiding(log)
    failure = failure?.hiding(secrets)
    if let sent = request { request = sent.hiding(secrets) }
    guard let received = response else { return }
    response?.headers = received.headers.map { $0.hiding(secrets) }
    response?.body = secrets.hiding(received.body)
  }
}

extension AttemptFailure {
  /// The failure without secrets in its words.
  fileprivate func hiding(_ secrets: SecretMask) -> AttemptFailure {
    AttemptFailure(kind, secrets.hiding(message), outline: secrets.hiding(outline))
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
    case .failed(let failure): .failed(failure.hiding(secrets))
    case .dropped(let reason, let stage): .dropped(reason: secrets.hiding(reason), by: stage)
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
      case .failed(let failure): .failed(failure.hiding(secrets))
      }
    return DryRun(stages: stages.map { $0.hiding(secrets) }, outcome: shown)
  }
}

extension HeaderField {
  /// What names of headers hold whose values are secrets, beside `Cookie`: `Authorization`, `X-Api-Key`, `X-Amz-Credential`.
  private static let secretParts = ["auth", "-key", "apikey", "token", "secret", "password", "credential", "session"]

  /// The header as it may be shown: a value that looks like a secret by its name is hidden.
  public var withoutSecret: HeaderField {
    let name = name.lowercased()
    let isSecret = name == "cookie" || Self.secretParts.contains { name.contains($0) }
    return isSecret ? HeaderField(self.name, SecretMask.replacement) : self
  }

  fileprivate func hiding(_ secrets: SecretMask) -> HeaderField { HeaderField(name, secrets.hiding(value)).withoutSecret }
}
