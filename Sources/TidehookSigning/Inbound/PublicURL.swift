// The URL under which a provider knows a source, as far as it can be told behind proxies.

import TidehookCore

/// An absolute URL in its parts, each exactly as written: signatures cover every byte.
struct PublicURL: Hashable {
  private var scheme: Substring
  /// With its `@`, or empty.
  private var userInfo: Substring
  private var host: Substring
  /// With its colon, or empty.
  private var port: Substring
  /// The path, with its leading slash; may be empty.
  let path: Substring
  /// With its question mark, or empty.
  private var query: Substring

  /// Splits a URL; `nil` unless it is an absolute one of http or https.
  init?(_ text: String) {
    guard let mark = text.firstRange(of: "://") else { return nil }
    scheme = text[..<mark.lowerBound]
    guard ["http", "https"].contains(scheme.lowercased()) else { return nil }
    let rest = text[mark.upperBound...]
    let target = rest.firstIndex { $0 == "/" || $0 == "?" } ?? rest.endIndex
    let authority = rest[..<target]
    let hostStart = authority.lastIndex(of: "@").map(authority.index(after:)) ?? authority.startIndex
    let hostAndPort = authority[hostStart...]
    let portStart = Self.portStart(of: hostAndPort)
    userInfo = authority[..<hostStart]
    host = hostAndPort[..<portStart]
    port = hostAndPort[portStart...]
    let queryStart = rest[target...].firstIndex(of: "?") ?? rest.endIndex
    path = rest[target..<queryStart]
    query = rest[queryStart...]
    guard !host.isEmpty else { return nil }
  }

  /// The URL.
  var text: String { "\(scheme)://\(userInfo)\(host)\(port)\(path)\(query)" }

  /// The URLs that a provider may have signed: that of the rule, and that of the request, which lacks what a proxy hid.
  ///
  /// A proxy that ends TLS leaves `http`, and some providers sign a port that the URL does not show, or leave out one that it does. Query
  /// parameters that the provider added are in the request alone.
  static func candidates(_ request: InboundRequest, publicURL: String?) -> [String] {
    let text = publicURL ?? request.url
    guard let url = PublicURL(text) else { return [text] }
    let texts = [url, url.with(query: request.query)].flatMap { $0.variants.map(\.text) }
    return texts.reduce(into: []) { unique, text in if !unique.contains(text) { unique.append(text) } }
  }

  private func with(query text: String) -> PublicURL {
    var url = self
    url.query = text.isEmpty ? "" : Substring("?" + text)
    return url
  }

  /// As it is, and with the other scheme, without a port, and with the scheme's own port.
  private var variants: [PublicURL] {
    [scheme, "https", "http"].flatMap { scheme in
      [port, "", scheme.lowercased() == "https" ? ":443" : ":80"].map { port in
        var url = self
        url.scheme = scheme
        url.port = port
        return url
      }
    }
  }

  private static func portStart(of text: Substring) -> Substring.Index {
    guard let colon = text.lastIndex(of: ":"), text[colon...].dropFirst().allSatisfy(\.isNumber) else { return text.endIndex }
    return colon
  }
}
