// `/in/{id}`: what others send. No key is asked for; the source's rule decides who is believed.

import HTTPTypes
import Hummingbird
import NIOCore
import TidehookCore

/// The door of sources.
struct InboundRoutes: Sendable {
  let directory: SourceDirectory
  let inbox: Inbox
  let time: any TimeSource
  private let budget = BodyBudget()

  init(directory: SourceDirectory, inbox: Inbox, time: any TimeSource) {
    self.directory = directory
    self.inbox = inbox
    self.time = time
  }

  /// More query parameters than this come from nobody who means well.
  private static let maximumParameters = 1000

  var routes: [Route] { [Route(Self.receive, receive)] }

  private func receive(_ request: APIRequest) async throws -> Response {
    guard let active = SourceID(request.id).flatMap({ directory[$0] }), active.source.isActive else {
      throw APIError.notFound("source", request.id)
    }
    let source = active.source
    let method = request.request.method.rawValue
    // Who only looks at the address, as monitors do, is not taken for a sender.
    if !Inbox.hasBody(method), let refusal = inbox.refusal(of: method, source) { throw refusal }
    try Self.checkQuery(request.request.uri.query)
    let now = time.now()
    if let wait = active.admit(at: now) { return Self.tooMany(source, wait) }
    let answer = try await budget.with(Self.announcedBytes(request, limit: source.maxBodyBytes)) {
      try await take(request, for: active, at: now)
    }
    guard let answer else { throw APIError(.unavailable, "too many large requests at once, try again later") }
    return answer
  }

  private func take(_ request: APIRequest, for active: ActiveSource, at now: Timestamp) async throws -> Response {
    let body = try await request.body(limit: active.source.maxBodyBytes, isData: true)
    let inbound = InboundRequest(request.request, body: Array(body.readableBytesView))
    do throws(StoreError) {
      return Response(try await inbox.take(inbound, for: active, at: now).answer)
    } catch {
      guard error.code == .stale else { throw error }
      // It was deleted at this moment.
      throw APIError.notFound("source", request.id)
    }
  }

  /// How long a body may become: what its length says, or the limit when it comes in chunks.
  private static func announcedBytes(_ request: APIRequest, limit: Int) -> Int {
    guard let length = request.header(.contentLength) else { return request.header(.transferEncoding) == nil ? 0 : limit }
    return min(Int(length) ?? limit, limit)
  }

  private static func checkQuery(_ query: String?) throws(APIError) {
    guard let query else { return }
    let count = query.utf8.split(separator: UInt8(ascii: "&")).count
    guard count > maximumParameters else { return }
    throw APIError(.invalidParameter, "expected at most \(maximumParameters) query parameters, got \(count)")
  }

  private static func tooMany(_ source: Source, _ wait: Duration) -> Response {
    let limit = source.rateLimit.map { "\($0.count) requests in \($0.perSeconds) s" } ?? "fewer requests"
    var response = APIError(.rateLimited, "expected at most \(limit), try again later").answer
    response.headers[.retryAfter] = "\(max(1, (wait.microseconds + 999_999) / 1_000_000))"
    return response
  }
}

extension InboundRoutes {
  static let operations = [receive]

  private static let receive = Operation(
    id: "receive", method: .post, path: "/in/{id}", isOpen: true, takesAnything: true,
    summary: "Receive what others send to a source, in each method that it takes, also at paths below.", answer: "Received")
}

extension InboundRequest {
  /// A request as it came, without what a browser adds that is signed in to the console of the same host: neither code nor receipts may see
  /// a session. The scheme is the one that a proxy names, if there is one: it only goes into what a sender has signed.
  init(_ request: Request, body: [UInt8]) {
    let path = request.head.path ?? "/"
    let uri = path.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    let forwarded = HTTPField.Name("X-Forwarded-Proto").flatMap { request.headers[$0] }
    let authority = request.head.authority ?? ""
    let host = authority.isEmpty ? [] : [HeaderField("Host", authority)]
    self.init(
      method: request.method.rawValue, url: "\(forwarded == "https" ? "https" : "http")://\(authority)\(path)",
      path: Self.rest(of: uri[0]), query: uri.count > 1 ? String(uri[1]) : "",
      headers: host + request.headers.compactMap { Self.belongsToSession($0.name) ? nil : HeaderField($0.name.rawName, $0.value) },
      body: body)
  }

  private static func belongsToSession(_ name: HTTPField.Name) -> Bool { name == .cookie || name == .csrf }

  /// What follows `/in/{id}`.
  private static func rest(of path: Substring) -> String {
    let segments = path.split(separator: "/", maxSplits: 3, omittingEmptySubsequences: false)
    return segments.count > 3 ? "/\(segments[3])" : ""
  }
}

extension Response {
  /// Fields by which an answer would tell browsers, or a proxy, something of the whole host, which is the console's; in lower case.
  private static let fieldsOfTheHost: Set<String> = [
    "accept-ch", "activate-storage-access", "alt-svc", "clear-site-data", "critical-ch", "expect-ct", "nel", "origin-agent-cluster",
    "public-key-pins", "public-key-pins-report-only", "refresh", "report-to", "reporting-endpoints", "service-worker-allowed",
    "set-cookie", "set-cookie2", "set-login", "speculation-rules", "strict-transport-security", "use-as-dictionary", "x-sendfile",
  ]

  /// Whether a source's code may answer with a field; nginx acts on all that begin with `X-Accel-`.
  private static func isForSources(_ name: HTTPField.Name) -> Bool {
    !fieldsOfTheHost.contains(name.canonicalName) && !name.canonicalName.hasPrefix("x-accel-")
  }

  /// What a sender is told.
  init(_ answer: InboundAnswer) {
    var headers = HTTPFields()
    for header in answer.headers {
      guard let name = HTTPField.Name(header.name), Self.isForSources(name) else { continue }
      headers.append(HTTPField(name: name, value: header.value))
    }
    if let type = answer.contentType { headers[.contentType] = type }
    // A source's code answers from the console's own origin: whatever it says, no browser may run it there.
    headers[.contentSecurityPolicy] = "default-src 'none'; sandbox"
    headers[.xContentTypeOptions] = "nosniff"
    self.init(status: .init(code: answer.status), headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: answer.body)))
  }
}
