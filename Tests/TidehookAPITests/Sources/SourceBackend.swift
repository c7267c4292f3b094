// Doubles of everything behind sources: a store in memory, code that is a closure, and a verifier that compares a header.

import Synchronization
import TidehookAPI
import TidehookCore

/// What the doubles keep.
final class SourceBackend: SourceStore, ReceiptHistory, ReceiptPublisher, RequestReceiver {
  struct State {
    var sources: [Source] = []
    var receipts: [Receipt] = []
    var rejections: [SourceID: Rejections] = [:]
    var earlier: [String: EarlierReceipt] = [:]
    var published: [PublishRequest] = []
    /// What was asked of the code, in order.
    var received: [(request: InboundRequest, isVerified: Bool, at: Timestamp)] = []
    var code: @Sendable (InboundRequest) -> Reception = { _ in .events(Array("[]".utf8), answer: nil) }
    var presets: [String: SourcePreset] = [:]
    var problem: PipelineError?
    /// How many changes of a source are beaten by another one.
    var staleUpdates = 0
    var failure: StoreError?
  }

  let state = Mutex(State())

  func with<Value: Sendable>(_ read: (inout sending State) -> sending Value) -> Value { state.withLock(read) }

  private func check() throws(StoreError) {
    if let failure = state.withLock({ $0.failure }) { throw failure }
  }

  func insert(_ source: Source, by maker: String) async throws(StoreError) {
    try check()
    state.withLock { $0.sources.append(source) }
  }

  func update(_ source: Source, by maker: String) async throws(StoreError) {
    try check()
    let isStale = state.withLock { state in
      guard state.staleUpdates == 0, let index = state.sources.firstIndex(where: { $0.id == source.id }),
        state.sources[index].revision + 1 == source.revision
      else {
        state.staleUpdates -= 1
        return true
      }
      state.sources[index] = source
      return false
    }
    if isStale { throw StoreError(.stale, "another change came first") }
  }

  func delete(_ id: SourceID) async throws(StoreError) {
    state.withLock { state in state.sources.removeAll { $0.id == id } }
  }

  func sources() async throws(StoreError) -> [Source] { state.withLock { $0.sources } }

  func rejections(of sources: [SourceID], since: Timestamp, upTo limit: Int) async throws(StoreError) -> [SourceID: Rejections] {
    state.withLock { state in state.rejections.filter { sources.contains($0.key) } }
  }

  func earlier(_ id: String, at source: SourceID, now: Timestamp) async throws(StoreError) -> EarlierReceipt? {
    state.withLock { $0.earlier[id] }
  }

  func receipts(_ filter: ReceiptFilter, before cursor: Int64?, limit: Int) async throws(StoreError) -> [Receipt] {
    let all = state.withLock { $0.receipts }
    let found = all.filter { $0.source == filter.source && (filter.state ?? $0.state) == $0.state && $0.id.key < cursor ?? .max }
    return Array(found.sorted { $0.id > $1.id }.prefix(limit))
  }

  func receipt(_ id: InboundRequestID, of source: SourceID) async throws(StoreError) -> Receipt? {
    state.withLock { $0.receipts.first { $0.id == id && $0.source == source } }
  }

  func publish(_ new: NewReceipt, events: [PublishRequest]) async throws(StoreError) -> Receipt {
    try check()
    return state.withLock { state in
      var receipt = new.receipt
      receipt.events = events.map { $0.id ?? EventID(stored: "evt_made") }
      receipt.eventCount = events.count
      state.published += events
      if let id = new.dedupe?.id { state.earlier[id] = EarlierReceipt(id: receipt.id, answer: receipt.answer) }
      state.receipts.removeAll { $0.id == receipt.id }
      state.receipts.append(receipt)
      return receipt
    }
  }

  func receive(_ request: InboundRequest, for source: Source, isVerified: Bool, at now: Timestamp) async -> ReceptionResult {
    let code = state.withLock { state in
      state.received.append((request, isVerified, now))
      return state.code
    }
    return ReceptionResult(code(request), log: "ran")
  }

  func check(_ code: SourceCode) async throws(PipelineError) {
    if let problem = state.withLock({ $0.problem }) { throw problem }
  }

  func preset(of plugin: String) -> SourcePreset? { state.withLock { $0.presets[plugin] } }
}

/// Believes requests whose `X-Secret` is one of the source's secrets, and that came before the end of time.
struct HeaderVerifier: InboundVerifier {
  let secrets: [String]

  init(_ source: Source) throws {
    secrets = source.secrets.map(\.revealed)
    if secrets.contains("useless") { throw JSONProblem("secrets[0]", "expected one of use, got a useless one") }
  }

  func verify(_ request: InboundRequest, at now: Timestamp) throws(VerificationFailure) {
    guard request.header("X-Broken") == nil else { throw VerificationFailure("the library ran out of memory", isOurs: true) }
    guard let secret = request.header("X-Secret") else { throw VerificationFailure("expected a header X-Secret, got none") }
    guard secrets.contains(secret) else { throw VerificationFailure("expected X-Secret to match, it does not") }
  }
}
