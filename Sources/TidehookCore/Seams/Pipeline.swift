// How the delivery engine and the API use pipelines without knowing what runs them.

/// What a pipeline changes about a request besides its body.
public struct RequestOverrides: Sendable, Equatable {
  /// Another method.
  public var method: String?
  /// Another URL, not vetted yet.
  public var url: String?
  /// Headers to add, replacing those of the same name.
  public var headers: [HeaderField]
  /// Another `Content-Type`.
  public var contentType: String?

  /// Makes overrides; nothing changes that is not set.
  public init(method: String? = nil, url: String? = nil, headers: [HeaderField] = [], contentType: String? = nil) {
    self.method = method
    self.url = url
    self.headers = headers
    self.contentType = contentType
  }

  /// Applies later overrides on top of these: the later one wins.
  public mutating func merge(_ later: RequestOverrides) {
    method = later.method ?? method
    url = later.url ?? url
    contentType = later.contentType ?? contentType
    let names = Set(later.headers.map { $0.name.lowercased() })
    headers = headers.filter { !names.contains($0.name.lowercased()) } + later.headers
  }
}

/// What a pipeline decided about one event.
public enum PipelineVerdict: Sendable {
  /// Deliver; `nil` instead of a body means the event's payload, byte for byte.
  case send(body: [UInt8]?, overrides: RequestOverrides)
  /// Do not deliver.
  case dropped(reason: String)
  /// A script failed: message with script name, line and traceback.
  case failed(String)
}

/// A verdict and what the scripts printed.
public struct PipelineResult: Sendable {
  /// The decision.
  public var verdict: PipelineVerdict
  /// Lines printed, at most 4 KiB.
  public var log: String

  /// Makes a result.
  public init(_ verdict: PipelineVerdict, log: String = "") {
    self.verdict = verdict
    self.log = log
  }
}

/// Runs pipelines. Consumer: the delivery engine.
public protocol PipelineRunner: Sendable {
  /// Runs a webhook's stages over a delivery's event; never throws, never takes longer than the scripts' limits allow.
  func run(_ webhook: Webhook, on delivery: DueDelivery, at now: Timestamp) async -> PipelineResult
}

/// Why a pipeline cannot be saved.
public struct PipelineError: Error, Sendable {
  /// Which stage, from 0.
  public let stage: Int
  /// What is wrong, with the line where there is one.
  public let message: String

  /// Makes an error.
  public init(stage: Int, message: String) {
    self.stage = stage
    self.message = message
  }
}

/// Checks pipelines before they are saved. Consumer: the API.
public protocol PipelineChecker: Sendable {
  /// Compiles every stage; throws for the first that does not.
  func check(_ pipeline: [PipelineStage]) async throws(PipelineError)
}

/// Signs what a webhook sends. One is made for each revision of a webhook and used for all its requests.
public protocol MessageSigner: Sendable {
  /// The headers that prove a message: its id stays the same over retries, its time is that of the attempt, in seconds since 1970.
  /// - Throws: a failure of kind `signature`; the request must then not be sent.
  func headers(messageID: String, timestamp: Int64, body: [UInt8]) throws(AttemptFailure) -> [HeaderField]
}
