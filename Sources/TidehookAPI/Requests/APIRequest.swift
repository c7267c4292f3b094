// A request as handlers see it: routed, authorised, its query checked, its body not read yet.

import HTTPTypes
import Hummingbird
import NIOCore
import TidehookCore

/// The connection that a request came on.
struct APIConnection: Sendable {
  /// The connection itself.
  let channel: any Channel
  /// The request's body, when the connection ends with the answer.
  let lastBody: LastBody?
}

/// One request.
struct APIRequest: Sendable {
  /// The request as the server gives it.
  var request: Request
  /// Whose key it carries.
  let principal: Principal
  /// Who makes it, when a key or a session was asked for.
  let caller: Caller?
  /// The connection that it came on.
  let connection: APIConnection
  /// The parameters of its path.
  let parameters: PathParameters
  /// Its query.
  let query: Query

  /// The `{id}` of its path; empty when the path has none.
  var id: String { parameters["id"] ?? "" }

  /// A parameter of its path that counts something, from 1; `nil` when it does not.
  func number(_ name: String) -> Int? {
    parameters[name].flatMap { Int($0) }.flatMap { $0 > 0 ? $0 : nil }
  }

  /// The value of a header.
  func header(_ name: HTTPField.Name) -> String? { request.headers.value(of: name) }

  /// Reads the whole body; refuses media types that cannot be JSON, and bodies longer than `limit` bytes, early where it can.
  /// - Parameter isData: whether it may be of any media type.
  func body(limit: Int, isData: Bool = false) async throws -> ByteBuffer {
    if isData { try MediaType.checkEncoding(request.headers) } else { try MediaType.check(request.headers) }
    if let announced = header(.contentLength).flatMap({ Int($0) }), announced > limit { throw Self.tooLarge(limit) }
    connection.lastBody?.begin()
    var body: ByteBuffer?
    var excess = 0
    do {
      for try await var part in request.body {
        guard excess == 0, (body?.readableBytes ?? 0) + part.readableBytes <= limit else {
          excess += part.readableBytes
          body = nil
          guard connection.lastBody != nil, excess < LastBody.discardedBytes else { throw Self.tooLarge(limit) }
          continue
        }
        if body == nil { body = part } else { body?.writeBuffer(&part) }
      }
    } catch let error as APIError {
      throw error
    } catch {
      throw APIError(.invalidBody, "the request ended before its body was complete")
    }
    guard excess == 0 else { throw Self.tooLarge(limit) }
    return body ?? ByteBuffer()
  }

  /// Reads the body as canonical JSON text.
  func canonicalBody(limit: Int) async throws -> [UInt8] {
    let body = try await body(limit: limit)
    do {
      return try body.withUnsafeReadableBytes { try CanonicalJSON.canonicalize($0) }
    } catch {
      throw APIError(.invalidJSON, "the body is not JSON: \(error)")
    }
  }

  /// Reads the body as a JSON tree, for calls that are not on the hot path.
  func json(limit: Int) async throws -> JSONValue {
    try Self.json(try await body(limit: limit))
  }

  private static func json(_ body: ByteBuffer) throws -> JSONValue {
    do {
      return try JSONValue(parsing: Array(body.readableBytesView))
    } catch {
      throw APIError(.invalidJSON, "the body is not JSON: \(error)")
    }
  }

  /// Reads the body as a JSON tree; `nil` when there is none.
  func optionalJSON(limit: Int) async throws -> JSONValue? {
    let body = try await body(limit: limit)
    guard body.readableBytes > 0 else { return nil }
    return try Self.json(body)
  }

  /// The same request with a body that was read, to be handed to what waits for the client to go.
  ///
  /// Of the body that comes with a request that would pass on four parts, and then wait for ever for somebody who reads them.
  func withBodyRead(limit: Int, isData: Bool = false) async throws -> APIRequest {
    var copy = self
    copy.request.body = RequestBody(buffer: try await body(limit: limit, isData: isData))
    return copy
  }

  /// Reads the body, handles the request, and cancels that when the client goes; the connection ends with the answer.
  func whileConnected(
    limit: Int, _ handle: @escaping @Sendable (APIRequest) async throws -> Response
  ) async throws -> Response {
    let read = try await withBodyRead(limit: limit)
    var answer = try await read.request.body.consumeWithCancellationOnInboundClose { body in
      var copy = read
      copy.request.body = body
      do {
        return try await handle(copy)
      } catch let error as APIError where error != .internal {
        return error.answer
      }
    }
    answer.headers[.connection] = "close"
    return answer
  }

  private static func tooLarge(_ limit: Int) -> APIError {
    APIError(.tooLarge, "expected a body of at most \(limit) bytes")
  }
}
