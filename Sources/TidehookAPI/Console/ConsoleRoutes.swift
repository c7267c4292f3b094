// The calls that sign people in and out.

import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import TidehookCore

/// `/console/session` and what belongs to it.
struct ConsoleRoutes: Sendable {
  /// `nil` when there is no console.
  let console: ConsoleServices?
  let keys: KeyRing
  let logins: LoginGuard
  let time: any TimeSource
  let logger: Logger

  /// A key or a token, and the JSON around it.
  private static let maximumBytes = 4096

  var routes: [Route] {
    [
      Route(Self.signIn, signIn), Route(Self.show, show), Route(Self.signOut, signOut), Route(Self.signOutEverywhere, signOutEverywhere),
      Route(Self.makeLink, makeLink), Route(Self.list, list), Route(Self.end, end),
    ]
  }

  private func signIn(_ request: APIRequest) async throws -> Response {
    let console = try services()
    try SameOrigin.checkOrigin(request.request)
    let fields = try Fields(try await request.json(limit: Self.maximumBytes), known: ["key", "link"])
    let credential = try Credential(fields)
    // A link is 256 random bits: however often others failed, it is good.
    if case .key = credential { try logins.check(request.address) }
    guard let caller = try await caller(credential, console.sessions) else {
      try logins.check(request.address)
      logins.noteFailure(request.address)
      logger.info("sign-in refused", metadata: ["with": "\(credential.label)", "client.address": "\(Self.shown(request.address))"])
      throw APIError(.unauthorized, credential.problem)
    }
    guard let answer = console.answer(for: caller), let session = caller.session else { throw APIError.internal }
    logger.info(
      "signed in",
      metadata: [
        "with": "\(credential.label)", "key.name": "\(caller.holder.principal.name)", "client.address": "\(Self.shown(request.address))",
      ])
    return cookie(session.text, .json(answer, status: .created), request, life: console.sessions.rule.life)
  }

  private func caller(_ credential: Credential, _ sessions: SessionBook) async throws -> Caller? {
    switch credential {
    case .key(let text):
      guard let holder = keys.holder(of: text) else { return nil }
      if let refusal = holder.gauge.take(at: time.now()).refusal { throw refusal }
      return Caller(holder: holder, session: try await sessions.signIn(holder))
    case .link(let text):
      return try await sessions.signIn(withLink: text)
    }
  }

  private func show(_ request: APIRequest) throws -> Response {
    let console = try services()
    guard let answer = request.caller.flatMap({ console.answer(for: $0) }) else { throw Self.noSession }
    return .json(answer)
  }

  private func signOut(_ request: APIRequest) async throws -> Response {
    guard let session = request.caller?.session else { throw Self.noSession }
    try await services().sessions.end(session)
    return cookie(nil, Response(status: .noContent), request, life: .zero)
  }

  private func signOutEverywhere(_ request: APIRequest) async throws -> Response {
    guard let caller = request.caller else { throw APIError.internal }
    try await services().sessions.endAll(of: caller.holder)
    return cookie(nil, Response(status: .noContent), request, life: .zero)
  }

  /// How many sessions a list shows.
  private static let maximumListed = 500

  private func list(_ request: APIRequest) throws -> Response {
    guard let caller = request.caller else { throw APIError.internal }
    let sessions = try services().sessions.sessions(seenBy: caller)
    var json = JSONWriter(reserving: 4096)
    json.beginObject()
    json.key("data")
    json.beginArray()
    for session in sessions.prefix(Self.maximumListed) { json.session(session) }
    json.endArray()
    json.key("truncated")
    json.bool(sessions.count > Self.maximumListed)
    json.endObject()
    return .json(json)
  }

  private func end(_ request: APIRequest) async throws -> Response {
    guard let caller = request.caller else { throw APIError.internal }
    let isEnded = try await services().sessions.end(request.id, by: caller)
    guard isEnded else { throw APIError.notFound("session", request.id) }
    return Response(status: .noContent)
  }

  private func makeLink(_ request: APIRequest) async throws -> Response {
    guard let caller = request.caller else { throw APIError.internal }
    let sessions = try services().sessions
    guard caller.session == nil else {
      throw APIError(.forbidden, "expected an API key: a session must not make itself last longer")
    }
    let link = try await sessions.makeLink(for: caller.holder)
    var json = JSONWriter(reserving: 192)
    json.beginObject()
    json.key("url")
    json.string("/console/#/login/\(link.text)")
    json.key("expires_at")
    json.string(link.expiresAt.rfc3339)
    json.endObject()
    return .json(json, status: .created)
  }

  private func services() throws(APIError) -> ConsoleServices {
    guard let console else { throw APIError(.notFound, "this gateway has no console: its setting console is false") }
    return console
  }

  private func cookie(_ token: String?, _ response: Response, _ request: APIRequest, life: Duration) -> Response {
    var response = response
    let isSecure = request.header(.forwardedProto)?.lowercased() == "https"
    response.headers[.setCookie] = SessionCookie.header(token, seconds: life.components.seconds, isSecure: isSecure)
    response.headers[.cacheControl] = "no-store"
    response.headers[.xContentTypeOptions] = "nosniff"
    return response
  }

  private static func shown(_ address: IPAddress?) -> String { address?.description ?? "unknown" }

  private static let noSession = APIError(.forbidden, "expected a session of the console, got an API key")
}

extension ConsoleRoutes {
  static let operations = [signIn, show, signOut, signOutEverywhere, makeLink, list, end]

  private static let signIn = Operation(
    id: "signIn", method: .post, path: "/console/session", isOpen: true,
    summary: "Sign in to the console with a key or a one-time link: a cookie stands for the key from then on.", body: "SignIn",
    success: 201, answer: "Session")

  private static let show = Operation(
    id: "showSession", method: .get, path: "/console/session", isScoped: true, summary: "Show who is signed in.", answer: "Session")

  private static let signOut = Operation(
    id: "signOut", method: .delete, path: "/console/session", isScoped: true, summary: "End this session.", success: 204, answer: "")

  private static let signOutEverywhere = Operation(
    id: "signOutEverywhere", method: .delete, path: "/console/sessions", isScoped: true,
    summary: "End every session and one-time link of the key.", success: 204, answer: "")

  private static let list = Operation(
    id: "listConsoleSessions", method: .get, path: "/v1/console/sessions", isScoped: true,
    summary: "List the sessions of the console, the last used first: those of the key, or of every key for the admin key.",
    answer: "ConsoleSessions")

  private static let end = Operation(
    id: "endConsoleSession", method: .delete, path: "/v1/console/sessions/{id}", isScoped: true, summary: "End one session of the console.",
    success: 204, answer: "")

  private static let makeLink = Operation(
    id: "makeConsoleLink", method: .post, path: "/v1/console/links", isScoped: true,
    summary: "Make a link that signs in to the console once, within five minutes, as the key that makes it.", success: 201,
    answer: "ConsoleLink")
}

extension Response {
  /// What the console's site answers.
  init(_ answer: SiteAnswer) {
    var headers = HTTPFields()
    for header in answer.headers {
      if let name = HTTPField.Name(header.name) { headers.append(HTTPField(name: name, value: header.value)) }
    }
    self.init(status: .init(code: answer.status), headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: answer.body)))
  }
}
