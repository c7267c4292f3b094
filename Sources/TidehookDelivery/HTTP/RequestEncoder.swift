// Writes a request as bytes: head and body in one buffer, so that one system call sends them.

package import NIOCore
package import TidehookCore

/// Encodes requests for HTTP/1.1.
package enum RequestEncoder {
  /// Appends the request. `Host` comes first and `Content-Length` last; headers of the caller that would contradict them, or
  /// that belong to a single connection, are left out.
  ///
  /// Fails when a part of the head contains a line break, which would smuggle a header or a second request in.
  /// - Parameter proxy: the proxy that is to pass the request on, for which the whole URL is written; `nil` for the receiver itself.
  package static func encode(
    _ request: SignedRequest, through proxy: ForwardProxy? = nil, into buffer: inout ByteBuffer
  ) throws(AttemptFailure) {
    let start = buffer.writerIndex
    buffer.writeString(request.method)
    buffer.writeStaticString(" ")
    if proxy != nil {
      buffer.writeStaticString("http://")
      buffer.writeString(request.url.hostHeader)
    }
    buffer.writeString(request.url.pathAndQuery)
    buffer.writeStaticString(" HTTP/1.1\r\nHost: ")
    buffer.writeString(request.url.hostHeader)
    var lines = 3
    if let authorization = proxy?.authorization {
      buffer.writeString("\r\n\(authorization.name): \(authorization.value)")
      lines += 1
    }
    for header in request.headers where !isReserved(header.name) {
      buffer.writeStaticString("\r\n")
      buffer.writeString(header.name)
      buffer.writeStaticString(": ")
      buffer.writeString(header.value)
      lines += 1
    }
    if hasLength(request) {
      buffer.writeStaticString("\r\nContent-Length: ")
      buffer.writeString(String(request.body.count))
      lines += 1
    }
    buffer.writeStaticString("\r\n\r\n")
    guard countLineBreaks(buffer.viewBytes(at: start, length: buffer.writerIndex - start)) == 2 * lines else {
      throw AttemptFailure(.malformed, "request has a line break in its method or headers")
    }
    buffer.writeBytes(request.body)
  }

  /// A body is announced even when it is empty, but for methods that have none (RFC 9110, section 8.6).
  private static func hasLength(_ request: SignedRequest) -> Bool {
    if !request.body.isEmpty { return true }
    switch request.method {
    case "GET", "HEAD", "DELETE", "OPTIONS", "TRACE": return false
    default: return true
    }
  }

  private static func isReserved(_ name: String) -> Bool {
    switch name.utf8.count {
    case 4: name.lowercased() == "host"
    case 7: name.lowercased() == "upgrade"
    case 10: ["connection", "keep-alive"].contains(name.lowercased())
    case 14: name.lowercased() == "content-length"
    case 16: name.lowercased() == "proxy-connection"
    case 17: name.lowercased() == "transfer-encoding"
    case 19: name.lowercased() == "proxy-authorization"
    case 2: name.lowercased() == "te"
    case 6: name.lowercased() == "expect"
    default: false
    }
  }

  private static func countLineBreaks(_ bytes: ByteBufferView?) -> Int {
    guard let bytes else { return 0 }
    return bytes.withUnsafeBytes { all in
      var count = 0
      for byte in all where byte == UInt8(ascii: "\r") || byte == UInt8(ascii: "\n") { count += 1 }
      return count
    }
  }
}
