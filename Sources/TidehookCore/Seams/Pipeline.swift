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
  case dropped(reason: String, by: DroppingStage? = nil)
  /// A script failed: message with script name, line and traceback.
  case failed(String)
}

/// A verdict, what the scripts printed, and which plugins ran.
public struct PipelineResult: Sendable {
  /// The decision.
  public var verdict: PipelineVerdict
  /// Lines printed, at most 4 KiB.
  public var log: String
  /// The plugins of the pipeline, each once, in the version that ran.
  public var plugins: [PluginVersion]
  /// Judges the answer in the same versions; `nil` when no stage has a `response` function, and the status alone decides.
  public var judge: (any ResponseJudge)?
  /// Secret options of the stages, which may be in all that they made; `nil` when there are none.
  public var secrets: SecretMask?
  /// Where it failed: the stage's name, with the line when that is known; never what the code said.
  public var place: String?

  /// Makes a result.
  public init(
    _ verdict: PipelineVerdict, log: String = "", plugins: [PluginVersion] = [], judge: (any ResponseJudge)? = nil,
    secrets: SecretMask? = nil, place: String? = nil
  ) {
    self.verdict = verdict
    self.log = log
    self.plugins = plugins
    self.judge = judge
    self.secrets = secrets
    self.place = place
  }
}

/// What a plugin's `response` function makes of an answer.
public enum ResponseJudgement: String, Sendable, CaseIterable {
  /// The receiver took it.
  case delivered
  /// It failed, and is tried again as the retry policy says.
  case retry
  /// It failed for good.
  case dead
  /// It failed for good, and so will everything else: the webhook becomes inactive.
  case disable
}

/// A judgement with its reason.
public struct ResponseRuling: Sendable, Equatable {
  /// The judgement; `nil` leaves it to the status.
  public var judgement: ResponseJudgement?
  /// Why, for people.
  public var reason: String?
  /// Lines printed, and the error of a function that failed.
  public var log: String

  /// Makes a ruling.
  public init(_ judgement: ResponseJudgement?, reason: String? = nil, log: String = "") {
    self.judgement = judgement
    self.reason = reason
    self.log = log
  }
}

/// Judges answers on behalf of a pipeline that ran. Consumer: the delivery engine.
public protocol ResponseJudge: Sendable {
  /// Asks the last stage that has a `response` function; never throws.
  func judge(_ response: ReceivedResponse) async -> ResponseRuling
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
  /// Which member of the stage: `script`, `plugin`, `options`, `options.team`.
  public let member: String
  /// What is wrong, with the line where there is one.
  public let message: String

  /// Makes an error.
  public init(stage: Int, member: String = "script", message: String) {
    self.stage = stage
    self.member = member
    self.message = message
  }
}

/// Checks pipelines before they are saved. Consumer: the API.
public protocol PipelineChecker: Sendable {
  /// Compiles every script and judges every plugin's options; throws for the first stage that cannot be used.
  func check(_ pipeline: [PipelineStage]) async throws(PipelineError)
}

/// Signs what a webhook sends. One is made for each revision of a webhook and used for all its requests.
public protocol MessageSigner: Sendable {
  /// The names of the headers that it adds, in lower case: nobody else may set them.
  var headerNames: Set<String> { get }
  /// The headers that prove a message: its id stays the same over retries, its time is that of the attempt, in seconds since 1970.
  /// - Throws: a failure of kind `signature`; the request must then not be sent.
  func headers(messageID: String, timestamp: Int64, body: [UInt8]) throws(AttemptFailure) -> [HeaderField]
}

extension MessageSigner {
  /// None, for signers that add no headers.
  public var headerNames: Set<String> { [] }
}
