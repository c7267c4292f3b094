// Who makes a request: the one place where keys and sessions are recognised.

import HTTPTypes
import Hummingbird
import TidehookCore

/// Recognises callers.
struct Authenticator: Sendable {
  let keys: KeyRing
  /// `nil` when there is no console.
  let sessions: SessionBook?

  /// What a request was found to be.
  struct Finding {
    /// Who calls, or why that is not known or not enough.
    let caller: Result<Caller, APIError>
    /// What counts the request.
    let gauge: RateGauge
  }

  /// Looks at a request's key; only one without a key may be in a session.
  func finding(of request: Request) -> Finding {
    if let header = request.headers.value(of: .authorization) { return ofKey(header) }
    if let sessions, let token = SessionCookie.token(in: request.headers) { return ofSession(token, sessions, request) }
    return stranger("expected an API key: Authorization: Bearer KEY, or Token KEY")
  }

  /// Takes `Bearer KEY`, as REM's clients send it, and `Token KEY`, as Mem0's do.
  private func ofKey(_ header: String) -> Finding {
    guard let space = header.utf8.firstIndex(of: UInt8(ascii: " ")) else {
      return stranger("expected Authorization: Bearer KEY, or Token KEY, got one word: is the key empty?")
    }
    let scheme = header[..<space].lowercased()
    guard scheme == "bearer" || scheme == "token" else {
      return stranger("expected Authorization: Bearer KEY, or Token KEY, got another scheme")
    }
    guard let holder = keys.holder(of: String(header[header.utf8.index(after: space)...])) else {
      return stranger("the API key is not valid")
    }
    return Finding(caller: .success(Caller(holder: holder)), gauge: holder.gauge)
  }

  private func ofSession(_ token: String, _ sessions: SessionBook, _ request: Request) -> Finding {
    guard let caller = sessions.caller(of: token), let session = caller.session else {
      return stranger("the session has ended, sign in again")
    }
    do throws(APIError) {
      try SameOrigin.check(request, csrf: session.csrf)
      return Finding(caller: .success(caller), gauge: caller.holder.gauge)
    } catch {
      return Finding(caller: .failure(error), gauge: caller.holder.gauge)
    }
  }

  private func stranger(_ message: String) -> Finding {
    Finding(caller: .failure(APIError(.unauthorized, message)), gauge: keys.strangers)
  }
}
