// What a request says about the way to a webhook's receiver: `auth`, `tls`, `proxy`, and the secret ones of `headers`.

import TidehookCore

/// Checked changes of a webhook's access.
struct AccessChanges {
  var auth = Change<EndpointAuth>.absent
  /// The secret ones alone.
  var headers = Change<[HeaderField]>.absent
  var tls = Change<EndpointTLS>.absent
  var proxy = Change<ProxyChoice>.absent

  /// The fields that are read here.
  static let names = ["auth", "tls", "proxy"]

  /// No changes.
  init() {}

  /// Reads the fields of a request, but for the headers.
  init(_ fields: Fields, egress: EgressPolicy) throws {
    auth = try fields.change("auth") { try $0.endpointAuth(egress: egress) }
    tls = try fields.change("tls") { try $0.read(EndpointTLS.init(json:)) }
    proxy = try fields.change("proxy") { try $0.proxy(egress: egress) }
  }

  /// The access of a webhook after these changes.
  ///
  /// What is secret was given for one receiver: when the webhook goes to another one, it must be given again or taken away.
  /// - Parameters:
  ///   - webhook: the webhook as it is.
  ///   - changed: the same after all other changes.
  func applied(to webhook: Webhook, becoming changed: Webhook) throws(APIError) -> EndpointAccess {
    let current = webhook.access
    var (next, moved) = (current, changed)
    next.proxy = try Self.told("proxy") { () throws(JSONProblem) in try chosenProxy(current.proxy) }
    moved.access.proxy = next.proxy
    moved.access.tls = tls.applied(to: current.tls)
    moved.access.auth = auth.applied(to: current.auth)
    let isSame = webhook.leads(whereDoes: moved)
    let stored = isSame ? current : current.withoutCredentials
    switch auth {
    case .absent: try Self.check(isSame || current.auth == nil, "auth")
    case .reset: next.auth = nil
    case .set(let auth): next.auth = try Self.told("auth") { () throws(JSONProblem) in try auth.keepingSecrets(of: stored.auth) }
    }
    switch tls {
    case .absent: try Self.check(isSame || current.tls?.key == nil, "tls")
    case .reset: next.tls = nil
    case .set(let tls): next.tls = try Self.told("tls") { () throws(JSONProblem) in try tls.keepingSecrets(of: stored.tls) }
    }
    switch headers {
    case .absent: try Self.check(isSame || current.headers.isEmpty, "headers")
    case .reset: next.headers = []
    case .set(let headers): next.headers = try Self.keepingSecrets(headers, of: stored.headers)
    }
    return next
  }

  private func chosenProxy(_ current: ProxyChoice) throws(JSONProblem) -> ProxyChoice {
    switch proxy {
    case .absent: current
    case .reset: .gateway
    case .set(let choice): try choice.keepingPassword(of: current)
    }
  }

  private static func check(_ mayStay: Bool, _ field: String) throws(APIError) {
    if mayStay { return }
    throw APIError(
      .invalidField, "\(field): expected it again, or without secrets: the webhook goes to another receiver than the one that they are for",
      field: field)
  }

  private static func keepingSecrets(_ headers: [HeaderField], of stored: [HeaderField]) throws(APIError) -> [HeaderField] {
    var kept: [HeaderField] = []
    for header in headers {
      guard header.value == EndpointAccess.mark else {
        kept.append(header)
        continue
      }
      guard let known = stored.first(where: { $0.name.lowercased() == header.name.lowercased() }) else {
        let path = "headers.\(header.name)"
        throw APIError(
          .invalidField,
          "\(path): expected the secret itself: \"<secret>\" keeps the one that is stored for the same receiver, and none is",
          field: path)
      }
      kept.append(HeaderField(header.name, known.value))
    }
    return kept
  }

  /// A problem as one of the field.
  private static func told<Value>(_ field: String, _ body: () throws(JSONProblem) -> Value) throws(APIError) -> Value {
    do throws(JSONProblem) {
      return try body()
    } catch {
      throw APIError(.invalidField, error.within(field))
    }
  }
}

extension APIError {
  /// A refusal of what a problem is about.
  init(_ code: ErrorCode, _ problem: JSONProblem) {
    self.init(code, problem.description, field: problem.path)
  }
}

extension Field {
  /// How requests say who they are from; the address of a token endpoint is judged like any destination.
  func endpointAuth(egress: EgressPolicy) throws -> EndpointAuth {
    let auth = try read(EndpointAuth.init(json:))
    if case .oauth2(let client) = auth { try check(client.tokenURL, path: path + ".token_url", egress: egress) }
    return auth
  }

  /// A way for requests; a proxy's own address is judged like any destination.
  func proxy(egress: EgressPolicy) throws -> ProxyChoice {
    let choice = try read(ProxyChoice.init(json:))
    if case .through(let proxy) = choice { try check(proxy.url, path: path, egress: egress) }
    return choice
  }

  private func check(_ url: DestinationURL, path: String, egress: EgressPolicy) throws(APIError) {
    guard case .blocked(let reason) = egress.verdict(forHost: url) else { return }
    let range = url.addressLiteral.map { "\($0)" } ?? "127.0.0.1"
    let advice = "the server would have to allow it with --allow-destinations \(range)"
    throw APIError(.invalidURL, "\(path): requests to \(reason) are refused; \(advice)", field: path)
  }
}
