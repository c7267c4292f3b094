// One client and one scripted server per test.

import NIOCore
import NIOPosix
import NIOSSL
import TidehookCore
import TidehookDelivery

/// A client that may connect to loopback addresses, and the server it talks to.
struct HTTPFixture: Sendable {
  let client: HTTPDeliveryClient
  let server: ScriptedServer

  static let loopback: [AddressRange] = [.loopbackV4, .loopbackV6]

  /// The usual limits, but idle connections stay: a test may have to wait for its turn longer than they would be kept.
  static let patient = HTTPClientLimits(idleTimeout: .seconds(3600))

  /// Runs a test body, then shuts everything down.
  static func run(
    limits: HTTPClientLimits = patient, policy: EgressPolicy = EgressPolicy(allowed: loopback),
    resolver: any AddressResolver = FixedResolver([:]), trust: TLSTrust = TLSTrust(), serverTLS: NIOSSLContext? = nil, loops: Int = 1,
    reply: @escaping @Sendable (SeenRequest) -> Reply = { _ in .ok }, _ body: (HTTPFixture) async throws -> Void
  ) async throws {
    let group = MultiThreadedEventLoopGroup(numberOfThreads: loops)
    let server = try await ScriptedServer(tls: serverTLS, reply: reply)
    let client = try HTTPDeliveryClient(eventLoopGroup: group, policy: policy, resolver: resolver, limits: limits, trust: trust)
    let result: Result<Void, any Error>
    do { result = .success(try await body(HTTPFixture(client: client, server: server))) } catch { result = .failure(error) }
    await client.shutdown()
    try await server.shutdown()
    try await group.shutdownGracefully()
    try result.get()
  }

  /// A request to the server; `host` replaces `127.0.0.1`, and `port` that of the server.
  func request(
    _ path: String = "/hook", method: String = "POST", scheme: String = "http", host: String = "127.0.0.1", port: Int? = nil,
    headers: [HeaderField] = [], body: String = "{}", connectTimeout: Duration = .seconds(30), timeout: Duration = .seconds(60)
  ) -> SignedRequest {
    SignedRequest(
      method: method, url: Self.url("\(scheme)://\(host):\(port ?? server.port)\(path)"), headers: headers,
      body: Array(body.utf8),
      connectTimeout: connectTimeout, timeout: timeout)
  }

  private static func url(_ text: String) -> DestinationURL {
    do { return try DestinationURL(parsing: text) } catch { preconditionFailure(error.description) }
  }

  /// Sends a plain request.
  func send() async -> Exchange {
    await client.send(request())
  }
}

extension Exchange {
  /// The answer, `nil` for a failure.
  var response: ReceivedResponse? { try? result.get() }
  /// The failure, `nil` for an answer.
  var failure: AttemptFailure? { if case .failure(let failure) = result { failure } else { nil } }
  /// The answer's body as text.
  var text: String? { response.map { String(decoding: $0.body, as: UTF8.self) } }
}

extension AddressRange {
  fileprivate static var loopbackV4: AddressRange { range("127.0.0.0/8") }
  fileprivate static var loopbackV6: AddressRange { range("::1/128") }

  private static func range(_ text: String) -> AddressRange {
    do { return try AddressRange(parsing: text) } catch { preconditionFailure(error.description) }
  }
}

/// Answers from a table, each time with the next list of addresses for the name; the last list stays.
actor FixedResolver: AddressResolver {
  private var answers: [String: [[String]]]
  private(set) var calls = 0

  init(_ answers: [String: [[String]]]) {
    self.answers = answers
  }

  func addresses(of host: String) async throws(AttemptFailure) -> [IPAddress] {
    calls += 1
    guard var lists = answers[host], let first = lists.first else { throw AttemptFailure(.dns, "host name \(host) does not resolve") }
    if lists.count > 1 { lists.removeFirst() }
    answers[host] = lists
    return first.compactMap { IPAddress(parsing: $0) }
  }
}

/// Never answers until it is shut down.
actor HangingResolver: AddressResolver {
  private var waiters: [CheckedContinuation<Void, Never>] = []
  private var observers: [CheckedContinuation<Void, Never>] = []

  /// Waits until it was asked for a name.
  func isAsked() async {
    if waiters.isEmpty { await withCheckedContinuation { observers.append($0) } }
  }

  func addresses(of host: String) async throws(AttemptFailure) -> [IPAddress] {
    for observer in observers { observer.resume() }
    observers = []
    await withCheckedContinuation { waiters.append($0) }
    throw AttemptFailure(.dns, "too late")
  }

  func shutdown() async {
    for waiter in waiters { waiter.resume() }
    waiters = []
  }
}
