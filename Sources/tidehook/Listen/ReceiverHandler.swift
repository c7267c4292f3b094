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
    let status = receiver.receive(ReceivedRequest(head, body: body))
    guard !receiver.hangs else { return }
    guard receiver.delay > .zero else { return answer(status, head, context) }
    let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
    context.eventLoop.scheduleTask(in: receiver.delay) { bound.value.0.answer(status, head, bound.value.1) }
  }

  private func answer(_ status: Int, _ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
    let text = status == 204 || status == 304 ? "" : "{\"received\":true}"
    var headers: HTTPHeaders = ["content-type": "application/json", "content-length": String(text.utf8.count)]
    if !head.isKeepAlive { headers.add(name: "connection", value: "close") }
    write(HTTPResponseHead(version: .http1_1, status: .init(statusCode: status), headers: headers), text, context)
      .whenComplete { [receiver] _ in receiver.finish() }
    if !head.isKeepAlive { context.close(promise: nil) }
  }

  private func refuseBody(_ context: ChannelHandlerContext) {
    head = nil
    body = []
    let refusal = HTTPResponseHead(
      version: .http1_1, status: .payloadTooLarge, headers: ["connection": "close", "content-length": "0"])
    let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
    write(refusal, "", context).whenComplete { _ in bound.value.close(promise: nil) }
  }

  private func allowBody(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
    context.writeAndFlush(wrapOutboundOut(.head(HTTPResponseHead(version: head.version, status: .continue))), promise: nil)
  }

  private func write(_ head: HTTPResponseHead, _ body: String, _ context: ChannelHandlerContext) -> EventLoopFuture<Void> {
    context.write(wrapOutboundOut(.head(head)), promise: nil)
    if !body.isEmpty { context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: body)))), promise: nil) }
    return context.writeAndFlush(wrapOutboundOut(.end(nil)))
  }
}
