// The floor: the same HTTP server and the same HTTP client as the product's, and nothing between them.

import ArgumentParser
import Hummingbird
import NIOCore
import NIOPosix
import TidehookCore
import TidehookDelivery

/// `tidehook-bench relay`: relays what is published, without store, matching, scripts, signatures or retries.
struct RelayCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "relay", abstract: "Relay published events in memory: the floor that the gateway is compared with.", shouldDisplay: false)

  @Option(help: "Where each event is sent; repeat it for more copies.")
  var target: [String]

  @Option(help: "Requests under way at once, for each target.")
  var inFlight = 64

  func run() async throws {
    let client = try makeClient()
    let queues = try target.map { RelayQueue(client: client, destination: try DestinationURL(parsing: $0), inFlight: inFlight) }
    let router = Router()
    router.post("v1/events") { request, _ in
      let body = try await request.body.collect(upTo: Self.bodyLimit)
      Self.relay(body.readableBytesView[...], to: queues)
      return Self.accepted
    }
    router.post("v1/events/batch") { request, _ in
      let body = try await request.body.collect(upTo: Self.bodyLimit)
      for line in body.readableBytesView.split(separator: 0x0a) { Self.relay(line, to: queues) }
      return Self.accepted
    }
    try await serve(router)
  }

  /// The product's client, on the event loops that the server has too; only loopback is reachable.
  private func makeClient() throws -> HTTPDeliveryClient {
    let loopback = try AddressRange(parsing: "127.0.0.0/8")
    return try HTTPDeliveryClient(
      eventLoopGroup: MultiThreadedEventLoopGroup.singleton, policy: EgressPolicy(allowed: [loopback]),
      limits: HTTPClientLimits(maxConnectionsPerOrigin: inFlight))
  }

  private static let bodyLimit = 1 << 20

  /// An answer as long as the product's.
  private static var accepted: Response {
    let text = #"{"id":"evt_00000000000000000000000000","deliveries":1,"duplicate":false}"#
    return Response(
      status: .accepted, headers: [.contentType: "application/json"], body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
  }

  private static func relay(_ body: ByteBufferView, to queues: [RelayQueue]) {
    for queue in queues { queue.enqueue(Array(body)) }
  }

  private func serve(_ router: Router<BasicRequestContext>) async throws {
    let application = Application(
      router: router, configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: 0)),
      onServerRunning: { channel in
        guard let port = channel.localAddress?.port else { return }
        TextFile.printLine("listening on http://127.0.0.1:\(port)")
      })
    try await application.runService()
  }
}
