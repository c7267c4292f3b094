// Whether a request comes from the console's own page, as far as a browser tells.

import HTTPTypes
import Hummingbird
import TidehookSigning

/// The rules against requests that other sites make browsers send.
enum SameOrigin {
  /// Throws 403 for a call that changes something and may be another site's.
  static func check(_ request: Request, csrf: String) throws(APIError) {
    guard ![.get, .head, .options].contains(request.method) else { return }
    try checkOrigin(request)
    let given = request.headers[.csrf] ?? ""
    guard constantTimeEquals(Array(given.utf8), Array(csrf.utf8)) else {
      let problem =
        given.isEmpty ? "is required in a session for calls that change something" : "expected the session's own token, got another"
      throw APIError(.forbidden, "X-Tidehook-CSRF: \(problem)", field: "X-Tidehook-CSRF")
    }
  }

  /// Throws 403 for a request that a browser says another site made. Programs say nothing.
  static func checkOrigin(_ request: Request) throws(APIError) {
    let site = request.headers[.fetchSite]
    guard site == nil || site == "same-origin" else {
      throw APIError(.forbidden, "expected a request of the console's own page, got one of another site", field: "Sec-Fetch-Site")
    }
    guard let origin = request.headers[.origin] else { return }
    // A proxy may end TLS and name the host that browsers know: only the page's own scripts could add that header, too.
    let hosts = [request.head.authority, request.headers[.forwardedHost]].compactMap { $0?.lowercased() }
    let parts = origin.lowercased().split(separator: "://", maxSplits: 1)
    guard parts.count == 2, hosts.contains(String(parts[1])) else {
      throw APIError(.forbidden, "expected a request of the console's own page, got one of \(quoted(origin))", field: "Origin")
    }
  }
}
