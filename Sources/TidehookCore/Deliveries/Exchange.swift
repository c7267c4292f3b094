// One HTTP exchange with a receiver: what is sent, what comes back, and how long each phase took.

/// One header of a request or an answer, in the order and spelling in which it was sent.
public struct HeaderField: Sendable, Hashable {
  /// The name, compared without regard to case (RFC 9110, section 5.1).
  public let name: String
  /// The value, without leading or trailing white space.
  public let value: String

  /// Makes a header from a name and a value that were already checked.
  public init(_ name: String, _ value: String) {
    self.name = name
    self.value = value
  }
}

/// A request that is complete: nothing is added to it on its way to the socket but `Host` and `Content-Length`.
public struct SignedRequest: Sendable {
  /// An upper-case method, `POST` unless the pipeline chose another.
  public var method: String
  /// Where it goes; vetted again by the egress guard when a connection is made.
  public var url: DestinationURL
  /// Every header but `Host` and `Content-Length`.
  public var headers: [HeaderField]
  /// The exact bytes that were signed.
  public var body: [UInt8]
  /// The longest wait for name resolution, TCP and TLS together.
  public var connectTimeout: Duration
  /// The longest wait for the whole exchange, connecting included.
  public var timeout: Duration
  /// Which event it delivers, for databases, which ignore an older one than a row has seen; `nil` for requests of other kinds.
  public var event: EventPosition?
  /// The certificates and the proxy of its connection; `nil` for those of everybody.
  public var route: ConnectionRoute?

  /// Makes a request.
  public init(
    method: String = "POST", url: DestinationURL, headers: [HeaderField], body: [UInt8],
    connectTimeout: Duration = .seconds(5), timeout: Duration = .seconds(15), event: EventPosition? = nil, route: ConnectionRoute? = nil
  ) {
    self.method = method
    self.url = url
    self.headers = headers
    self.body = body
    self.connectTimeout = connectTimeout
    self.timeout = timeout
    self.event = event
    self.route = route
  }
}

/// What a receiver answered.
public struct ReceivedResponse: Sendable, Equatable {
  /// The status code, 200...599: informational answers are skipped.
  public var status: Int
  /// The headers as they came.
  public var headers: [HeaderField]
  /// The first bytes of the body, at most the client's cap.
  public var body: [UInt8]
  /// Whether the body was longer than what was kept.
  public var isTruncated: Bool

  /// Makes an answer.
  public init(status: Int, headers: [HeaderField] = [], body: [UInt8] = [], isTruncated: Bool = false) {
    self.status = status
    self.headers = headers
    self.body = body
    self.isTruncated = isTruncated
  }

  /// The value of the first header of that name, compared without regard to case.
  public func header(_ name: String) -> String? {
    headers.first { $0.name.count == name.count && $0.name.lowercased() == name.lowercased() }?.value
  }
}

/// How long each phase of an exchange took; a phase that did not happen (a reused connection resolves nothing) is `nil`.
public struct ExchangePhases: Sendable, Equatable {
  /// Name resolution, in microseconds.
  public var resolveMicroseconds: Int64?
  /// TCP and TLS, in microseconds.
  public var connectMicroseconds: Int64?
  /// From the request being written to the first byte of the answer, in microseconds.
  public var firstByteMicroseconds: Int64?
  /// The whole exchange, in microseconds.
  public var totalMicroseconds: Int64

  /// Makes the times of one exchange.
  public init(resolve: Int64? = nil, connect: Int64? = nil, firstByte: Int64? = nil, total: Int64 = 0) {
    self.resolveMicroseconds = resolve
    self.connectMicroseconds = connect
    self.firstByteMicroseconds = firstByte
    self.totalMicroseconds = total
  }
}

/// Why an attempt failed, as a closed list: rules, metrics and filters use it, people read ``AttemptFailure/message``.
public enum FailureKind: String, Sendable, CaseIterable {
  /// The host name did not resolve.
  case dns
  /// No TCP connection: refused, unreachable, or too slow to open.
  case connect
  /// The TLS handshake failed or did not end, or one side refused the other's certificate, or that there was none.
  case tls
  /// The exchange took longer than the webhook's timeout.
  case timeout
  /// The egress guard refused the address.
  case blocked
  /// The answer's head was larger than the client takes. A body that is too long is no failure: it is cut.
  case oversized
  /// The peer did not speak HTTP/1.1, or closed before its answer was complete.
  case malformed
  /// The answer's status was not 2xx.
  case status
  /// The pipeline's script failed.
  case script
  /// The receiver did not agree to be sent anything.
  case handshake
  /// The request could not be signed.
  case signature
  /// The answer's status was 2xx, but a `response` function took it for a failure.
  case response
  /// A database refused what was asked of it, or the body was not something to ask of a database.
  case database
  /// No access token was to be had for the request.
  case auth
  /// The forward proxy could not be reached, or did not open the way.
  case proxy
}

/// One attempt's failure.
public struct AttemptFailure: Sendable, Equatable, Error {
  /// What kind it is.
  public var kind: FailureKind
  /// What happened, for people: lower case, no full stop, never a secret or a body.
  public var message: String
  /// The same in words of our own, without what code, a receiver or another server said: for all that an erasure does not look through.
  public var outline: String

  /// Makes a failure.
  /// - Parameter outline: unless given, the message, or for kinds whose messages quote others what the kind means.
  public init(_ kind: FailureKind, _ message: String, outline: String? = nil) {
    self.kind = kind
    self.message = message
    self.outline = outline ?? kind.outline ?? message
  }

  /// The failure of a request that a pipeline sent elsewhere: it may have made the address of the event, so that the outline names none.
  /// One of its own words is about what the operator chose, like a proxy, or about nothing outside.
  public var elsewhere: AttemptFailure {
    guard outline == message else { return self }
    return AttemptFailure(kind, message, outline: kind.outlineElsewhere ?? outline)
  }
}

extension FailureKind {
  /// What stands for messages that quote somebody; `nil` where they are our own words.
  fileprivate var outline: String? {
    switch self {
    case .script: "the script failed"
    case .response: "a response function took the answer for a failure"
    case .handshake: "the receiver did not agree to deliveries"
    case .database: "the database refused it"
    case .auth: "no access token was to be had"
    case .dns, .connect, .tls, .timeout, .blocked, .oversized, .malformed, .status, .signature, .proxy: nil
    }
  }

  /// What stands for messages that name hosts and addresses; `nil` where none do, or only that of the proxy.
  fileprivate var outlineElsewhere: String? {
    switch self {
    case .dns: "the host name that the pipeline chose did not resolve"
    case .connect: "no connection to where the pipeline sends"
    case .tls: "no TLS connection to where the pipeline sends"
    case .timeout: "no answer in time from where the pipeline sends"
    case .blocked: "blocked: where the pipeline sends is not allowed"
    case .script, .response, .handshake, .database, .auth, .oversized, .malformed, .status, .signature, .proxy: nil
    }
  }
}

/// The outcome of one exchange. An HTTP 500 is an expected outcome, not an error.
public struct Exchange: Sendable {
  /// An answer, whatever its status, or the reason why there was none.
  public var result: Result<ReceivedResponse, AttemptFailure>
  /// Where the time went.
  public var phases: ExchangePhases
  /// Whether the sender ended it (a cancelled task, a client that shuts down): `result` is then a failure that says nothing
  /// about the receiver, and is not recorded as an attempt.
  public var isCancelled: Bool

  /// Makes an outcome; one that ran its course unless told otherwise.
  public init(_ result: Result<ReceivedResponse, AttemptFailure>, phases: ExchangePhases, isCancelled: Bool = false) {
    self.result = result
    self.phases = phases
    self.isCancelled = isCancelled
  }
}

/// Sends requests to receivers. Implementations never follow redirects and never use a proxy that was not configured.
public protocol DeliveryClient: Sendable {
  /// Sends one request and waits for its answer, its failure, or the timeout; never longer than that.
  func send(_ request: SignedRequest) async -> Exchange
}
