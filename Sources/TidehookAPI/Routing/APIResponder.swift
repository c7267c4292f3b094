// From a request to an answer: route, authorise, check the query, handle; every failure becomes an answer here.

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
  let isAuthorized: @Sendable (String) -> Bool
  let failures: FailureLog

  func respond(to request: Request, context: APIContext) async throws -> Response {
    let answer = await answer(request)
    return request.method == .head ? answer.createHeadResponse() : answer
  }

  private func answer(_ request: Request) async -> Response {
    switch routes.match(request.method, request.uri.path) {
    case .route(let route, let parameters):
      return await answer(request, route, parameters)
    case .otherMethods(let methods, let dialect):
      let message = "expected \(methods.joined(separator: " or ")), got \(quoted(request.method.rawValue))"
      return dialect.answer(APIError(.methodNotAllowed, message, allowedMethods: methods))
    case .none:
      return APIError(.notFound, "there is nothing at \(quoted(request.uri.path))").answer
    }
  }

  private func answer(_ request: Request, _ route: Route, _ parameters: PathParameters) async -> Response {
    let dialect = route.operation.dialect
    do {
      let principal = route.operation.isOpen ? .nobody : try authorize(request)
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

  /// Takes `Bearer KEY`, as REM's clients send it, and `Token KEY`, as Mem0's do.
  private func authorize(_ request: Request) throws -> Principal {
    guard let header = request.headers[.authorization] else {
      throw APIError(.unauthorized, "expected an API key: Authorization: Bearer KEY")
    }
    guard let space = header.utf8.firstIndex(of: UInt8(ascii: " ")) else {
      throw APIError(.unauthorized, "expected Authorization: Bearer KEY, got one word")
    }
    let scheme = header[..<space].lowercased()
    guard scheme == "bearer" || scheme == "token" else {
      throw APIError(.unauthorized, "expected Authorization: Bearer KEY, got another scheme")
    }
    guard isAuthorized(String(header[header.utf8.index(after: space)...])) else {
      throw APIError(.unauthorized, "the API key is not valid")
    }
    return .admin
  }
}
