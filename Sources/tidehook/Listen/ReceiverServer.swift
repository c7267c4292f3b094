// Serves HTTP/1.1 to the receiver.

import NIOCore
import NIOHTTP1
import NIOPosix

/// A server whose every request goes to one ``Receiver``.
struct ReceiverServer {
  /// Connections that may wait to be accepted.
  private static let backlog: CInt = 1024

  private let receiver: Receiver

  init(_ receiver: Receiver) {
    self.receiver = receiver
  }

  /// Listens, says so on standard output, and serves until the process ends.
  func serve(host: String, port: Int) async throws(CommandFailure) {
    let channel: any Channel
    do {
      channel = try await bootstrap().bind(host: host, port: port).get()
    } catch {
      throw CommandFailure(.refused, "cannot listen on \(host):\(port): \(Self.reason(error)); choose another with --port")
    }
    let shown = host.contains(":") ? "[\(host)]" : host
    Terminal.standardOutput.write("listening on http://\(shown):\(channel.localAddress?.port ?? port)\n")
    try? await channel.closeFuture.get()
  }

  private func bootstrap() -> ServerBootstrap {
    ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .serverChannelOption(.backlog, value: Self.backlog)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
      .childChannelInitializer { [receiver] channel in
        channel.eventLoop.makeCompletedFuture {
          let pipeline = channel.pipeline.syncOperations
          try pipeline.configureHTTPServerPipeline(withPipeliningAssistance: true, withErrorHandling: true)
          try pipeline.addHandler(ReceiverHandler(receiver))
        }
      }
  }

  private static func reason(_ error: any Error) -> String {
    guard let error = error as? IOError else { return "\(error)" }
    return error.errnoCode == EADDRINUSE ? "the port is in use" : error.description
  }
}
