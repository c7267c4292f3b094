// A session as a request carries it.

import HTTPTypes
import TidehookCore
import TidehookSigning

/// A session whose token is at hand.
struct Session: Sendable {
  /// The token.
  let text: String
  /// The token's digest, by which the session is kept.
  let digest: [UInt8]
  /// When it ends at the latest.
  let end: Timestamp

  /// What unsafe calls must repeat in ``HTTPField/Name/csrf``: it follows from the token, which no page can read.
  var csrf: String { ((try? Digest.sha256(Array("csrf\n\(text)".utf8))).map(Hex.encode)) ?? "" }
}

/// Who makes a call: with a key, or in a session, which stands for one.
struct Caller: Sendable {
  let holder: KeyHolder
  /// `nil` for a key itself.
  var session: Session?
}

/// The cookie of sessions.
enum SessionCookie {
  static let name = "tidehook_session"

  /// The token in a request's cookies.
  static func token(in headers: HTTPFields) -> String? {
    guard let cookies = headers[.cookie] else { return nil }
    for cookie in cookies.split(separator: ";") {
      let parts = cookie.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      if parts.count == 2, parts[0].drop(while: { $0 == " " }) == name, !parts[1].isEmpty { return String(parts[1]) }
    }
    return nil
  }

  /// The header that sets the cookie (RFC 6265, section 4.1). No page can read it, and no other site makes a browser send it.
  /// - Parameters:
  ///   - token: `nil` has the browser forget it.
  ///   - seconds: how long the browser keeps it.
  static func header(_ token: String?, seconds: Int64, isSecure: Bool) -> String {
    let age = token == nil ? 0 : seconds
    return "\(name)=\(token ?? ""); Path=/; Max-Age=\(age); HttpOnly; SameSite=Strict" + (isSecure ? "; Secure" : "")
  }
}

extension HTTPField.Name {
  /// Proves that a call comes from the console's own page.
  static let csrf = known("X-Tidehook-CSRF")
  static let fetchSite = known("Sec-Fetch-Site")
  static let forwardedHost = known("X-Forwarded-Host")
  static let forwardedProto = known("X-Forwarded-Proto")

  private static func known(_ name: String) -> HTTPField.Name {
    guard let field = HTTPField.Name(name) else { preconditionFailure("\(name) is a field name") }
    return field
  }
}
