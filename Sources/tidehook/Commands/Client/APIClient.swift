// Calls Tidehook's HTTP API, the only way in which the client commands reach a server.

import TidehookCore

/// A server and the key for it.
struct APIClient {
  /// The most that an answer may hold: far more than the largest page of the API.
  private static let maximumAnswerBytes = 64 * 1024 * 1024

  private let server: String
  private let key: String
  private let transport: any DeliveryClient

  /// Makes a client; nothing is connected yet.
  /// - Parameter server: an http or https URL without a slash at its end; a path prefix is kept.
  init(server: String, key: String) throws(CommandFailure) {
    self.server = server
    self.key = key
    self.transport = try OpenTransport.make(keptBodyBytes: Self.maximumAnswerBytes)
    _ = try url("/", [])
  }

  /// Asks for lines, and tells whether they are all that were sent.
  func lines(_ path: String, query: [(String, String?)]) async throws(CommandFailure) -> (bytes: [UInt8], isWhole: Bool) {
    let answer = try await send("GET", path, query: query)
    return (answer.body, !answer.isTruncated)
  }

  /// Sends a request and returns the body of a 2xx answer.
  func call(
    _ method: String, _ path: String, query: [(String, String?)] = [], body: [UInt8] = [], contentType: String = "application/json",
    if tag: String? = nil
  ) async throws(CommandFailure) -> [UInt8] {
    try await send(method, path, query: query, body: body, contentType: contentType, if: tag).body
  }

  private func send(
    _ method: String, _ path: String, query: [(String, String?)] = [], body: [UInt8] = [], contentType: String = "application/json",
    if tag: String? = nil
  ) async throws(CommandFailure) -> ReceivedResponse {
    var headers = [HeaderField("Authorization", "Bearer \(key)"), HeaderField("Accept", "application/json")]
    if !body.isEmpty { headers.append(HeaderField("Content-Type", contentType)) }
    if let tag { headers.append(HeaderField("If-Match", tag)) }
    let request = SignedRequest(method: method, url: try url(path, query), headers: headers, body: body, timeout: .seconds(60))
    switch await transport.send(request).result {
    case .failure(let failure): throw unreachable(failure)
    case .success(let answer) where (200..<300).contains(answer.status): return answer
    case .success(let answer): throw refused(answer)
    }
  }

  /// Sends a request and reads the answer's JSON.
  /// - Parameter tag: what `If-Match` is to say; when that does not hold any more, the failure is outdated.
  func json(
    _ method: String, _ path: String, query: [(String, String?)] = [], body: JSONValue? = nil, if tag: String? = nil
  ) async throws(CommandFailure) -> JSONAnswer {
    let bytes = try await call(method, path, query: query, body: body?.bytes ?? [], if: tag)
    return try JSONAnswer(bytes, from: server)
  }

  private func url(_ path: String, _ query: [(String, String?)]) throws(CommandFailure) -> DestinationURL {
    do {
      return try DestinationURL(parsing: server + path + QueryString.encode(query))
    } catch {
      throw CommandFailure(.usage, "bad server address \(server): \(error)")
    }
  }

  private func unreachable(_ failure: AttemptFailure) -> CommandFailure {
    switch failure.kind {
    case .dns, .connect:
      CommandFailure(
        .unreachable,
        "nothing answers at \(server) (\(failure.message)); start the server with `tidehook serve`, or name another with --server")
    case .tls, .timeout, .blocked, .oversized, .malformed, .status, .script, .handshake, .signature, .response, .database, .auth, .proxy:
      CommandFailure(.unreachable, "no answer from \(server): \(failure.message)")
    }
  }

  private func refused(_ answer: ReceivedResponse) -> CommandFailure {
    let error = (try? JSONValue(parsing: answer.body))?["error"]
    guard let message = error?["message"]?.stringValue else {
      return CommandFailure(.refused, "\(server) answered with status \(answer.status), and not in Tidehook's words; is it Tidehook?")
    }
    let field = error?["field"]?.stringValue.map { " (field: \($0))" } ?? ""
    let hint = answer.status == 401 ? "; give the key with --api-key, TIDEHOOK_API_KEY, or --data" : ""
    var failure = CommandFailure(.refused, SafeText.line(message + field + hint))
    failure.isOutdated = answer.status == 412
    return failure
  }
}

/// An answer, as it came and as what it says.
struct JSONAnswer {
  /// The bytes that the server sent.
  let bytes: [UInt8]
  /// What they say.
  let value: JSONValue

  /// The API takes JSON of 128 levels, and its answers put some more around what it took.
  private static let maximumDepth = 160

  init(_ bytes: [UInt8], from server: String) throws(CommandFailure) {
    self.bytes = bytes
    do {
      value = try JSONValue(parsing: bytes, maximumDepth: Self.maximumDepth)
    } catch {
      throw CommandFailure(.refused, "\(server) answered with something that is not JSON (\(error)); is it Tidehook?")
    }
  }

  /// The rows of a list's page.
  var rows: [JSONValue] { value["data"]?.elements ?? [] }
  /// Where the next page starts; `nil` on the last one.
  var nextCursor: String? { value["next_cursor"]?.stringValue }
}
