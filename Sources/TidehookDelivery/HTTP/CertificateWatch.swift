// Notices that a receiver asks for a client certificate: what it says of that may come only when the handshake is over.

import NIOCore
import NIOPosix
import NIOSSL
import Synchronization

/// What a receiver wanted to see in a TLS handshake, and what it saw.
enum CertificateAsk {
  /// It asked for no client certificate, or that is not known.
  case none
  /// It asked for one, and there was none to show.
  case unanswered
  /// It asked for one, and was shown the webhook's.
  case answered

  /// The end of a message about a connection that the receiver ended.
  var words: String {
    switch self {
    case .none: ""
    case .unanswered: "; it asked for a client certificate, and the webhook has none"
    case .answered: "; it asked for a client certificate, and was shown the webhook's"
    }
  }
}

/// Stands before TLS in a connection's pipeline until the handshake is over.
final class CertificateWatch: ChannelInboundHandler, RemovableChannelHandler {
  typealias InboundIn = ByteBuffer

  private final class Note: Sendable {
    let isAsked = Atomic(false)
  }

  /// The connection whose bytes this thread hands to TLS right now: the library does not tell its callback for which one it asks.
  private static let reading = ThreadSpecificVariable<Note>()

  private let note = Note()

  /// Called by the library when a receiver has asked for a certificate (RFC 8446, section 4.3.2). Nothing is changed by it.
  static let callback: NIOSSLContextCallback = { _, promise in
    reading.currentValue?.isAsked.store(true, ordering: .relaxed)
    promise.succeed(.noChanges)
  }

  /// Whether the receiver has asked.
  var isAsked: Bool { note.isAsked.load(ordering: .relaxed) }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    Self.reading.currentValue = note
    context.fireChannelRead(data)
    Self.reading.currentValue = nil
  }
}
