// Collects each request of a connection and writes its answer.

import NIOCore
import NIOHTTP1
import TidehookCore

/// The last handler of a connection.
final class ReceiverHandler: ChannelInboundHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias OutboundOut = HTTPServerResponsePart

  private let receiver: Receiver
  private var head: HTTPRequestHead?
  private var body: [UInt8] = []

  init(_ receiver: Receiver) {
    self.receiver = receiver
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head(let head):
      self.head = head
      body.removeAll(keepingCapacity: true)
      if head.headers["expect"].contains("100-continue") { allowBody(head, context) }
    case .body(let piece):
      guard head != nil else { return }
      body.append(contentsOf: piece.readableBytesView)
      if body.count > Receiver.maximumBodyBytes { refuseBody(context) }
    case .end:
      guard let head else { return }
      self.head = nil
      end(head, context)
    }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    context.close(promise: nil)
  }

  private func end(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
    let answer = receiver.receive(ReceivedRequest(head, body: body), on: context.eventLoop)
    body = []
    guard !receiver.hangs else { return }
    let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
    answer.whenSuccess { [delay = receiver.delay] answer in
      guard delay > .zero else { return bound.value.0.write(answer, to: head, bound.value.1) }
      bound.eventLoop.scheduleTask(in: delay) { bound.value.0.write(answer, to: head, bound.value.1) }
    }
  }

  private func write(_ answer: ListenAnswer, to request: HTTPRequestHead, _ context: ChannelHandlerContext) {
    let isHead = request.method == .HEAD
    var headers = HTTPHeaders(answer.headers.map { ($0.name, $0.value) })
    if let length = isHead ? answer.lengthOfHead : answer.body.count, answer.hasLength {
      headers.add(name: "content-length", value: String(length))
    }
    // Without a length, NIO would write the end of a chunked body after an answer to HEAD, which has none; not so for HTTP/1.0.
    let isKept = request.isKeepAlive && !(isHead && answer.hasLength && answer.lengthOfHead == nil)
    if !isKept { headers.add(name: "connection", value: "close") }
    let head = HTTPResponseHead(
      version: isKept || !isHead ? .http1_1 : .http1_0, status: .init(statusCode: answer.status), headers: headers)
    write(head, isHead ? [] : answer.body, context).whenComplete { [receiver] _ in
      if answer.isCounted { receiver.finish() }
    }
    if !isKept { context.close(promise: nil) }
  }

  private func refuseBody(_ context: ChannelHandlerContext) {
    head = nil
    body = []
    let refusal = HTTPResponseHead(
      version: .http1_1, status: .payloadTooLarge, headers: ["connection": "close", "content-length": "0"])
    let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
    write(refusal, [], context).whenComplete { _ in bound.value.close(promise: nil) }
  }

  private func allowBody(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
    context.writeAndFlush(wrapOutboundOut(.head(HTTPResponseHead(version: head.version, status: .continue))), promise: nil)
  }

  private func write(_ head: HTTPResponseHead, _ body: [UInt8], _ context: ChannelHandlerContext) -> EventLoopFuture<Void> {
    context.write(wrapOutboundOut(.head(head)), promise: nil)
    if !body.isEmpty { context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: body)))), promise: nil) }
    return context.writeAndFlush(wrapOutboundOut(.end(nil)))
  }
}
