// A request as handlers see it: routed, authorised, its query checked, its body not read yet.

import HTTPTypes
import Hummingbird
import NIOCore
import TidehookCore

/// One request.
struct APIRequest: Sendable {
  /// The request as the server gives it.
  let request: Request
  /// The `{id}` of its path; empty when the path has none.
  let id: String
  /// Its query.
  let query: Query

  /// The value of a header.
  func header(_ name: HTTPField.Name) -> String? { request.headers[name] }

  /// Reads the whole body; refuses media types that cannot be JSON, and bodies longer than `limit` bytes, early where it can.
  func body(limit: Int) async throws -> ByteBuffer {
    try MediaType.check(request.headers)
    if let announced = header(.contentLength).flatMap({ Int($0) }), announced > limit { throw Self.tooLarge(limit) }
    var body: ByteBuffer?
    do {
      for try await var part in request.body {
        guard (body?.readableBytes ?? 0) + part.readableBytes <= limit else { throw Self.tooLarge(limit) }
        if body == nil { body = part } else { body?.writeBuffer(&part) }
      }
    } catch let error as APIError {
      throw error
    } catch {
      throw APIError(.invalidBody, "the request ended before its body was complete")
    }
    return body ?? ByteBuffer()
  }

  /// Reads the body as a JSON tree, for calls that are not on the hot path.
  func json(limit: Int) async throws -> JSONValue {
    let body = try await body(limit: limit)
    do {
      return try JSONValue(parsing: Array(body.readableBytesView))
    } catch {
      throw APIError(.invalidJSON, "the body is not JSON: \(error)")
    }
  }

  private static func tooLarge(_ limit: Int) -> APIError {
    APIError(.tooLarge, "expected a body of at most \(limit) bytes")
  }
}
