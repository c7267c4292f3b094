// From a request to an answer: route, count, authorise, check the query, handle; every failure becomes an answer here.

import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import TidehookCore

/// What the server hands over with each request.
struct APIContext: InitializableFromSource {
  /// The connection.
  let channel: any Channel

  init(source: ApplicationRequestContextSource) {
    channel = source.channel
  }
}

/// Answers every request.
struct APIResponder: HTTPResponder {
  let routes: RouteTable
  let callers: Authenticator
  /// `nil` when there is no console.
  let console: ConsoleServices?
  let failures: FailureLog
  let time: any TimeSource

  func respond(to request: Request, context: APIContext) async throws -> Response {
    let path = request.uri.path
    let match = routes.match(request.method, path)
    let connection = APIConnection(channel: context.channel, lastBody: LastBody(of: request))
    let answer =
      if let page = page(request, match, path) {
        page
      } else if Self.isCounted(match, path) {
        await counted(request, match, connection)
      } else {
        await answer(request, match, from: .failure(Self.noKey), on: connection)
      }
    let shown = request.method == .head ? answer.createHeadResponse() : answer
    return connection.lastBody?.read(request.body, after: shown) ?? shown
  }

  /// What the console's site answers: everything at and below `/console` that is no call.
  private func page(_ request: Request, _ match: RouteTable.Match, _ path: String) -> Response? {
    guard case .none = match, let console, path == "/console" || path.hasPrefix("/console/") else { return nil }
    guard request.method == .get || request.method == .head else {
      let message = "expected GET or HEAD, got \(quoted(request.method.rawValue))"
      return APIError(.methodNotAllowed, message, allowedMethods: ["GET", "HEAD"]).answer
    }
    let asked = SiteRequest(
      path: path, knownTag: request.headers[.ifNoneMatch], isFromElsewhere: request.headers[.fetchSite] == "cross-site")
    let answer = console.site.answer(to: asked) {
      (try? callers.finding(of: request).caller.get()).flatMap { console.answer(for: $0)?.bytes }
    }
    return Response(answer)
  }

  /// Whether a request counts against a rate limit: whatever is, or would be, a call for a key.
  private static func isCounted(_ match: RouteTable.Match, _ path: String) -> Bool {
    switch match {
    case .route(let route, _): !route.operation.isOpen
    case .otherMethods, .none: path.hasPrefix("/v1/") || Mem0Routes.isTheirs(path)
    }
  }

  /// Counts a request against its key's limit; those without a good key have one limit together, which also slows down guessing.
  private func counted(_ request: Request, _ match: RouteTable.Match, _ connection: APIConnection) async -> Response {
    let finding = callers.finding(of: request)
    let reading = finding.gauge.take(at: time.now())
    var answer =
      if let refusal = reading.refusal { match.dialect.answer(refusal) } else {
        await answer(request, match, from: finding.caller, on: connection)
      }
    reading.write(to: &answer.headers)
    if case .success(let caller) = finding.caller, caller.session != nil {
      // A browser reads it: it is to keep no copy, and to take it for nothing else.
      answer.headers[.cacheControl] = "no-store"
      answer.headers[.xContentTypeOptions] = "nosniff"
    }
    return answer
  }

  private func answer(
    _ request: Request, _ match: RouteTable.Match, from caller: Result<Caller, APIError>, on connection: APIConnection
  ) async -> Response {
    switch match {
    case .route(let route, let parameters):
      return await answer(request, route, parameters, from: caller, on: connection)
    case .otherMethods(let methods, let dialect):
      let message = "expected \(methods.joined(separator: " or ")), got \(quoted(request.method.rawValue))"
      return dialect.answer(APIError(.methodNotAllowed, message, allowedMethods: methods))
    case .none:
      let path = request.uri.path
      return (Mem0Routes.isTheirs(path) ? Dialect.mem0 : .native).answer(APIError(.notFound, "there is nothing at \(quoted(path))"))
    }
  }

  private func answer(
    _ request: Request, _ route: Route, _ parameters: PathParameters, from caller: Result<Caller, APIError>, on connection: APIConnection
  ) async -> Response {
    let dialect = route.operation.dialect
    do {
      let caller = try Self.admitted(caller, to: route.operation)
      let checked = dialect.ignoresQuery || route.operation.takesAnything ? nil : request.uri.query
      let query = try checked.map { try Query($0, known: route.operation.query) } ?? Query()
      return try await route.handler(
        APIRequest(
          request: request, principal: caller?.holder.principal ?? .nobody, caller: caller, connection: connection, parameters: parameters,
          query: query))
    } catch let refusal as Mem0Refusal {
      return refusal.answer
    } catch let error as APIError {
      if error.code == .internalError { failures.note("internal", error.message, operation: route.operation.id) }
      return dialect.answer(error)
    } catch let failure as StoreError {
      if failure.code != .stale { failures.note("store.\(failure.code.rawValue)", failure.description, operation: route.operation.id) }
      return dialect.answer(dialect.refusal(failure))
    } catch is CancellationError {
      // The client went: nobody reads this.
      return dialect.answer(APIError(.unavailable, "the request was cancelled"))
    } catch {
      failures.note("unexpected", "\(error)", operation: route.operation.id)
      return dialect.answer(.internal)
    }
  }

  /// Who may go on to a call's handler; `nil` for nobody in particular.
  private static func admitted(_ caller: Result<Caller, APIError>, to operation: Operation) throws(APIError) -> Caller? {
    if operation.isOpen { return nil }
    let caller = try caller.get()
    guard operation.isScoped || caller.holder.principal.isAdmin else { throw APIError(.forbidden, "only the admin key may do this") }
    return caller
  }

  /// What a call says that nobody was asked for.
  private static let noKey = APIError(.unauthorized, "expected an API key: Authorization: Bearer KEY, or Token KEY")
}
