// What is said to a forward proxy before it is forgotten: the request for a tunnel, and its answer.

package import NIOCore
package import TidehookCore
import TidehookSigning

/// Reads a proxy's answer to `CONNECT` (RFC 9110, section 9.3.6).
package struct ProxyTunnel: Sendable {
  /// What the connection's owner has to do.
  package enum Action: Sendable, Equatable {
    /// Nothing yet.
    case wait
    /// What is sent from now on reaches the destination.
    case open
    /// Give up, for this reason.
    case fail(String)
  }

  /// An answer without a body is short; a longer one is none.
  private static let maximumHeadBytes = 16 * 1024

  private var head: [UInt8] = []
  /// How much of it was looked through for its end.
  private var searched = 0

  /// Makes a reader of one answer.
  package init() {}

  /// The request that asks for a tunnel.
  package static func request(to url: DestinationURL, through proxy: ForwardProxy) -> String {
    let target = (url.host.contains(":") ? "[\(url.host)]" : url.host) + ":\(url.port)"
    let authorization = proxy.authorization.map { "\($0.name): \($0.value)\r\n" } ?? ""
    return "CONNECT \(target) HTTP/1.1\r\nHost: \(target)\r\n\(authorization)\r\n"
  }

  /// Bytes arrived. What comes behind the answer, before anything was sent through the tunnel, can only be a lie.
  package mutating func received(_ bytes: inout ByteBuffer) -> Action {
    head += bytes.readBytes(length: bytes.readableBytes) ?? []
    while let end = end() {
      guard let status = Self.status(of: head) else { return .fail("it does not speak HTTP/1.1") }
      head.removeFirst(end)
      searched = 0
      switch status {
      case 100...199: continue
      case 200...299: return head.isEmpty ? .open : .fail("it sent something before the tunnel was used")
      case 407: return .fail("it asks for a user name and a password, or for others (407)")
      default: return .fail("it answered \(status)")
      }
    }
    return head.count > Self.maximumHeadBytes ? .fail("its answer is longer than \(Self.maximumHeadBytes) bytes") : .wait
  }

  /// Where the empty line ends, as long as it comes early enough.
  private mutating func end() -> Int? {
    let limit = min(head.count, Self.maximumHeadBytes) - 3
    guard limit > searched else { return nil }
    defer { searched = limit }
    return (searched..<limit).first { head[$0...].starts(with: "\r\n\r\n".utf8) }.map { $0 + 4 }
  }

  private static func status(of head: [UInt8]) -> Int? {
    let line = head.prefix { $0 != UInt8(ascii: "\r") }
    guard line.count >= 12, line.starts(with: "HTTP/1.".utf8), line[8] == UInt8(ascii: " ") else { return nil }
    guard line.count == 12 || line[12] == UInt8(ascii: " ") else { return nil }
    let digits = line[9..<12]
    guard digits.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
    return Int(String(decoding: digits, as: UTF8.self)).flatMap { (100...599).contains($0) ? $0 : nil }
  }
}

extension ForwardProxy {
  /// The header that says who asks; `nil` where nobody wants to know.
  package var authorization: HeaderField? {
    guard let user, let password else { return nil }
    return HeaderField("Proxy-Authorization", "Basic " + Base64.encode(Array("\(user):\(password.revealed)".utf8)))
  }
}

/// Asks a proxy for a tunnel; once it is open, it lets everything pass. Confined to its event loop.
final class ProxyTunnelHandler: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  private let request: String
  private var attempt: ConnectAttempt?
  private var tunnel = ProxyTunnel()

  init(_ attempt: ConnectAttempt, request: String) {
    self.attempt = attempt
    self.request = request
  }

  func channelActive(context: ChannelHandlerContext) {
    context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: request)), promise: nil)
    context.fireChannelActive()
  }

  func channelInactive(context: ChannelHandlerContext) {
    attempt = nil
    context.fireChannelInactive()
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guard let attempt else { return context.fireChannelRead(data) }
    var bytes = unwrapInboundIn(data)
    switch tunnel.received(&bytes) {
    case .wait: break
    case .open:
      self.attempt = nil
      attempt.tunnelOpened(behind: self, context)
    case .fail(let reason):
      self.attempt = nil
      attempt.tunnelRefused(reason)
      context.close(promise: nil)
    }
  }
}
