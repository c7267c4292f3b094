// Hides what may be secret in a request that a source received. It is stored all the same: running a request again verifies it again.

import TidehookCore

/// What answers show of requests to a source.
struct RequestMask {
  /// What stands for a secret.
  static let mark = "<secret>"

  /// The headers that hold secrets by the source's own rule, in lower case.
  private let headers: Set<String>
  private let hidesPath: Bool

  /// - Parameters:
  ///   - receipt: names the rule under which the request came.
  ///   - source: has the rule of today.
  init(_ receipt: Receipt, of source: Source) {
    headers = Set((receipt.secretPlaces + source.verify.secretPlaces).map { $0.lowercased() })
    hidesPath = headers.contains(Receipt.secretPath)
  }

  /// The request with a mark in the place of each value that may be secret.
  func shown(_ request: InboundRequest) -> InboundRequest {
    var shown = request
    shown.headers = request.headers.map { isSecret($0.name) ? HeaderField($0.name, Self.mark) : $0 }
    shown.query = query(request.query)
    if hidesPath, !request.path.isEmpty { shown.path = "/\(Self.mark)" }
    let origin = request.url.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false).first ?? ""
    let address = origin.hasSuffix(request.path) ? origin.dropLast(request.path.count) + shown.path : origin
    shown.url = shown.query.isEmpty ? String(address) : "\(address)?\(shown.query)"
    return shown
  }

  private func isSecret(_ name: String) -> Bool {
    let name = name.lowercased()
    return headers.contains(name) || Self.looksSecret(name)
  }

  /// Whether people keep secrets under such a name.
  private static func looksSecret(_ name: String) -> Bool {
    let parts = ["authorization", "cookie", "token", "secret", "password", "passwd", "api-key", "apikey", "api_key", "credential"]
    return name == "key" || parts.contains { name.contains($0) }
  }

  private func query(_ query: String) -> String {
    query.split(separator: "&", omittingEmptySubsequences: false).map { pair in
      let name = pair.prefix { $0 != "=" }
      let isHidden = name.count < pair.count && Self.looksSecret((PercentEncoding.decode(name, plusIsSpace: true) ?? "secret").lowercased())
      return isHidden ? "\(name)=\(Self.mark)" : String(pair)
    }.joined(separator: "&")
  }
}
