// The rules of a webhook's simple fields.

import TidehookCore

extension Field {
  /// Where a webhook goes: a receiver or a database. Literal addresses, names of this machine and files are judged now, all other names on
  /// each attempt.
  func destination(egress: EgressPolicy) throws -> DestinationURL {
    let text = try string("an http or https URL, or that of a database")
    let url: DestinationURL
    do {
      url = try DestinationURL(parsing: text, allowing: .all)
    } catch {
      throw APIError(.invalidURL, "\(path): \(error)", field: path)
    }
    guard case .blocked(let reason) = egress.verdict(forHost: url) else { return url }
    if case .sqlite = url.database { throw APIError(.invalidURL, "\(path): \(reason)", field: path) }
    let range = url.addressLiteral.map { "\($0)" } ?? "127.0.0.1"
    let advice = "the server would have to allow it with --allow-destinations \(range)"
    throw APIError(.invalidURL, "\(path): deliveries to \(reason) are refused; \(advice)", field: path)
  }

  /// Which types a webhook wants, without repetitions.
  func patterns() throws -> [EventPattern] {
    let expectation = "an array of 1 to 100 event types"
    let elements = try elements(expectation)
    guard (1...100).contains(elements.count) else { throw unexpected(expectation) }
    var patterns: [EventPattern] = []
    for element in elements {
      guard let pattern = element.value.stringValue.flatMap({ EventPattern($0) }), pattern.isPossible else {
        throw element.unexpected(EventPattern.expectation)
      }
      if !patterns.contains(pattern) { patterns.append(pattern) }
    }
    return patterns
  }

  func namespace() throws -> Namespace {
    guard let namespace = value.stringValue.flatMap({ Namespace($0) }) else { throw unexpected(Namespace.expectation) }
    return namespace
  }

  /// What people call a webhook.
  func webhookName() throws -> String {
    let name = try string()
    guard (1...200).contains(name.unicodeScalars.count), name.unicodeScalars.allSatisfy(\.isPrintable) else {
      throw unexpected("1 to 200 characters without control characters")
    }
    return name
  }

  /// A share of something.
  func share() throws -> Double {
    guard let share = value.doubleValue, share > 0, share <= 1 else { throw unexpected("a number above 0 and at most 1") }
    return share
  }

  /// What comes one after another.
  func ordering() throws -> Ordering {
    let ordering = try read(Ordering.init(json:))
    if case .key(let key) = ordering { try check(key) }
    return ordering
  }

  /// What is sent together.
  func batch() throws -> BatchPolicy {
    let batch = try read(BatchPolicy.init(json:))
    if let key = batch.key { try check(key) }
    return batch
  }

  /// Refuses a key that hardly any event has; what is stored may have one.
  private func check(_ key: EventPath) throws {
    guard !key.mayLeadToScalar else { return }
    throw APIError.unexpected(
      "\(path).key",
      "a path to a value by the names of members, without elements of arrays like tags[0], patterns like * and brackets that are left open",
      got: quoted(key.description))
  }

  /// How a receiver is asked whether it agrees.
  func handshake() throws -> HandshakeScheme {
    guard let scheme = value.stringValue.flatMap(HandshakeScheme.init) else {
      throw unexpected(HandshakeScheme.allCases.map(\.rawValue).joined(separator: ", ") + " or null")
    }
    return scheme
  }

  /// A secret: any text of up to 512 bytes, but base 64 after `whsec_`, because verifiers will decode it.
  func secret() throws -> Secret {
    guard let text = value.stringValue, (1...512).contains(text.utf8.count) else { throw unexpectedSecret("a string of 1 to 512 bytes") }
    let prefix = "whsec_"
    guard !text.hasPrefix(prefix) || Base64.isValid(text.utf8.dropFirst(prefix.utf8.count)) else {
      throw unexpectedSecret("base64 with padding after whsec_")
    }
    guard !text.hasPrefix("whsk_"), !text.hasPrefix("whpk_") else {
      throw unexpectedSecret("a secret that both ends share; half of a key pair belongs into signing_key")
    }
    return Secret(text)
  }

  /// A private key, which is judged where it is used.
  func signingKey() throws -> Secret {
    guard let text = value.stringValue, (1...512).contains(text.utf8.count) else {
      throw unexpectedSecret("whsk_ and base64 of an Ed25519 key")
    }
    return Secret(text)
  }
}
