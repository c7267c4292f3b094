// From a request to an answer: route, count, authorise, check the query, handle; every failure becomes an answer here.

import Hummingbird
import Logging
import NIOCore
import TidehookCore

/// What the server hands over with each request; the API needs none of it.
struct APIContext: InitializableFromSource {
  init(source: ApplicationRequestContextSource) {}
}

/// Answers every request.
struct APIResponder: HTTPResponder {
  let routes: RouteTable
  let keys: KeyRing
  let failures: FailureLog
  let time: any TimeSource

  func respond(to request: Request, context: APIContext) async throws -> Response {
    let path = request.uri.path
    let match = routes.match(request.method, path)
    let answer = Self.isCounted(match, path) ? await counted(request, match) : await answer(request, match, from: .failure(Self.noKey))
    return request.method == .head ? answer.createHeadResponse() : answer
  }

  /// Whether a request counts against a rate limit: whatever is, or would be, a call for a key.
  private static func isCounted(_ match: RouteTable.Match, _ path: String) -> Bool {
    switch match {
    case .route(let route, _): !route.operation.isOpen
    case .otherMethods, .none: path.hasPrefix("/v1/") || path.hasPrefix("/api/v1/")
    }
  }

  /// Counts a request against its key's limit; those without a good key have one limit together, which also slows down guessing.
  private func counted(_ request: Request, _ match: RouteTable.Match) async -> Response {
    let holder = holder(of: request)
    let gauge = (try? holder.get())?.gauge ?? keys.strangers
    let reading = gauge.take(at: time.now())
    var answer =
      if let refusal = reading.refusal { match.dialect.answer(refusal) } else {
        await answer(request, match, from: holder.map(\.principal))
      }
    reading.write(to: &answer.headers)
    return answer
  }

  private func answer(_ request: Request, _ match: RouteTable.Match, from principal: Result<Principal, APIError>) async -> Response {
    switch match {
    case .route(let route, let parameters):
      return await answer(request, route, parameters, from: principal)
    case .otherMethods(let methods, let dialect):
      let message = "expected \(methods.joined(separator: " or ")), got \(quoted(request.method.rawValue))"
      return dialect.answer(APIError(.methodNotAllowed, message, allowedMethods: methods))
    case .none:
      return APIError(.notFound, "there is nothing at \(quoted(request.uri.path))").answer
    }
  }

  private func answer(
    _ request: Request, _ route: Route, _ parameters: PathParameters, from principal: Result<Principal, APIError>
  ) async -> Response {
    let dialect = route.operation.dialect
    do {
      let principal = try Self.admitted(principal, to: route.operation)
      let checked = dialect.ignoresQuery || route.operation.takesAnything ? nil : request.uri.query
      let query = try checked.map { try Query($0, known: route.operation.query) } ?? Query()
      return try await route.handler(APIRequest(request: request, principal: principal, parameters: parameters, query: query))
    } catch let refusal as Mem0Refusal {
      return refusal.answer
    } catch let error as APIError {
      if error.code == .internalError { failures.note("internal", error.message, operation: route.operation.id) }
      return dialect.answer(error)
    } catch let failure as StoreError {
      let error = APIError(failure)
      if error.code != .conflict { failures.note("store.\(failure.code.rawValue)", failure.description, operation: route.operation.id) }
      return dialect.answer(error)
    } catch is CancellationError {
      // The client went: nobody reads this.
      return dialect.answer(APIError(.unavailable, "the request was cancelled"))
    } catch {
      failures.note("unexpected", "\(error)", operation: route.operation.id)
      return dialect.answer(.internal)
    }
  }

  /// Who may go on to a call's handler.
  private static func admitted(_ principal: Result<Principal, APIError>, to operation: Operation) throws(APIError) -> Principal {
    if operation.isOpen { return .nobody }
    let principal = try principal.get()
    guard operation.isScoped || principal.isAdmin else { throw APIError(.forbidden, "only the admin key may do this") }
    return principal
  }

  /// Takes `Bearer KEY`, as REM's clients send it, and `Token KEY`, as Mem0's do.
  private func holder(of request: Request) -> Result<KeyHolder, APIError> {
    guard let header = request.headers[.authorization] else { return .failure(Self.noKey) }
    guard let space = header.utf8.firstIndex(of: UInt8(ascii: " ")) else {
      return .failure(APIError(.unauthorized, "expected Authorization: Bearer KEY, got one word"))
    }
    let scheme = header[..<space].lowercased()
    guard scheme == "bearer" || scheme == "token" else {
      return .failure(APIError(.unauthorized, "expected Authorization: Bearer KEY, got another scheme"))
    }
    guard let holder = keys.holder(of: String(header[header.utf8.index(after: space)...])) else {
      return .failure(APIError(.unauthorized, "the API key is not valid"))
    }
    return .success(holder)
  }

  private static let noKey = APIError(.unauthorized, "expected an API key: Authorization: Bearer KEY")
}
