// A receiver on a real socket that answers with exactly the bytes that a test says.

import NIOCore
import NIOPosix
import NIOSSL
import Synchronization

/// A request as the server saw it.
struct SeenRequest: Sendable {
  /// The number of its connection, from 1.
  let connection: Int
  /// Its number on that connection, from 1.
  let number: Int
  /// Request line and headers, without the empty line.
  let head: String
  let body: String
}

/// What the server does when it has read a whole request.
enum Reply: Sendable {
  case bytes(String)
  /// Writes and flushes each piece on its own.
  case pieces([String])
  case bytesThenClose(String)
  case close
  case hang

  static let ok = Reply.bytes("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
}

/// Listens on a free port of the loopback address until it is shut down.
final class ScriptedServer: Sendable {
  let port: Int
  let requests: AsyncStream<SeenRequest>
  let closes: AsyncStream<Int>
  private let state: State
  private let group: MultiThreadedEventLoopGroup

  final class State: Sendable {
    let connections = Atomic(0)
    let open = Atomic(0)
    let requests: AsyncStream<SeenRequest>.Continuation
    let closes: AsyncStream<Int>.Continuation
    let reply: @Sendable (SeenRequest) -> Reply

    init(
      requests: AsyncStream<SeenRequest>.Continuation, closes: AsyncStream<Int>.Continuation,
      reply: @escaping @Sendable (SeenRequest) -> Reply
    ) {
      self.requests = requests
      self.closes = closes
      self.reply = reply
    }
  }

  init(tls: NIOSSLContext? = nil, reply: @escaping @Sendable (SeenRequest) -> Reply) async throws {
    let (requests, requestInput) = AsyncStream.makeStream(of: SeenRequest.self, bufferingPolicy: .bufferingNewest(1000))
    let (closes, closeInput) = AsyncStream.makeStream(of: Int.self)
    let state = State(requests: requestInput, closes: closeInput, reply: reply)
    group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    let listener = try await ServerBootstrap(group: group)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          if let tls { try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: tls)) }
          try channel.pipeline.syncOperations.addHandler(ScriptedHandler(state))
        }
      }
      .bind(host: "127.0.0.1", port: 0).get()
    port = listener.localAddress?.port ?? 0
    self.requests = requests
    self.closes = closes
    self.state = state
  }

  /// How many connections were made to it.
  var connections: Int { state.connections.load(ordering: .relaxed) }

  /// Waits until a connection is closed and returns its number.
  func nextClose() async -> Int? {
    await closes.first { _ in true }
  }

  func nextRequest() async -> SeenRequest? {
    await requests.first { _ in true }
  }

  func shutdown() async throws {
    try await group.shutdownGracefully()
  }
}

private final class ScriptedHandler: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  private let state: ScriptedServer.State
  private let connection: Int
  private var number = 0
  private var received = ByteBuffer()

  init(_ state: ScriptedServer.State) {
    self.state = state
    connection = state.connections.wrappingAdd(1, ordering: .relaxed).newValue
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    var bytes = unwrapInboundIn(data)
    received.writeBuffer(&bytes)
    while let request = nextRequest() { answer(request, context) }
  }

  func channelInactive(context: ChannelHandlerContext) {
    state.closes.yield(connection)
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    context.close(promise: nil)
  }

  private func nextRequest() -> SeenRequest? {
    let view = received.readableBytesView
    guard let end = view.indices.first(where: { view[$0...].starts(with: "\r\n\r\n".utf8) }) else { return nil }
    let head = String(decoding: view[..<end], as: UTF8.self)
    let lengthLine = head.split(separator: "\r\n").first { $0.lowercased().hasPrefix("content-length: ") }
    let length = lengthLine.flatMap { Int($0.dropFirst(16)) } ?? 0
    let headLength = end - view.startIndex + 4
    guard received.readableBytes >= headLength + length else { return nil }
    received.moveReaderIndex(forwardBy: headLength)
    let body = received.readString(length: length) ?? ""
    received.discardReadBytes()
    number += 1
    return SeenRequest(connection: connection, number: number, head: head, body: body)
  }

  private func answer(_ request: SeenRequest, _ context: ChannelHandlerContext) {
    state.requests.yield(request)
    switch state.reply(request) {
    case .bytes(let text): write(text, context)
    case .pieces(let pieces): for piece in pieces { write(piece, context) }
    case .bytesThenClose(let text):
      write(text, context)
      context.close(promise: nil)
    case .close: context.close(promise: nil)
    case .hang: break
    }
  }

  private func write(_ text: String, _ context: ChannelHandlerContext) {
    context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: text)), promise: nil)
  }
}
