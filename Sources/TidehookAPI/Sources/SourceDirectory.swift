// Every source in memory, written through to the store: what is stored is in effect, and nothing else.

import Synchronization
public import TidehookCore

/// Knows every source; a change is in effect when its call returns.
public final class SourceDirectory: Sendable {
  /// Makes what verifies a source's requests; throws what is wrong with its rule or its secrets, best as a `JSONProblem` at the field.
  public typealias VerifierFactory = @Sendable (Source) throws -> any InboundVerifier

  private let store: any SourceStore
  private let time: any TimeSource
  private let makeVerifier: VerifierFactory
  private let table = Mutex<[SourceID: ActiveSource]>([:])

  /// Makes an empty directory; call ``load()`` before anything is received.
  public init(store: any SourceStore, time: any TimeSource, makeVerifier: @escaping VerifierFactory) {
    self.store = store
    self.time = time
    self.makeVerifier = makeVerifier
  }

  /// Reads every source from the store. One whose secrets cannot be used any more believes nobody, and says why.
  public func load() async throws(StoreError) {
    for source in try await store.sources() {
      let verifier: any InboundVerifier
      do {
        verifier = try self.verifier(of: source)
      } catch {
        verifier = ClosedVerifier(reason: "expected a source that can verify, but \(error)")
      }
      let active = ActiveSource(source, verifier: verifier, bucket: bucket(of: source, after: nil))
      table.withLock { $0[source.id] = active }
    }
  }

  /// Every source, oldest first.
  public func sources() -> [Source] {
    table.withLock { $0.values.map(\.source) }.sorted { $0.id < $1.id }
  }

  /// One source.
  subscript(id: SourceID) -> ActiveSource? {
    table.withLock { $0[id] }
  }

  /// Stores a new source.
  func add(_ source: Source, by maker: String) async throws {
    let verifier = try checkedVerifier(of: source)
    try await store.insert(source, by: maker)
    let active = ActiveSource(source, verifier: verifier, bucket: bucket(of: source, after: nil))
    table.withLock { $0[source.id] = active }
  }

  /// Stores a changed source; its revision must be one above the current one, else it fails as `stale`.
  func replace(_ source: Source, by maker: String) async throws {
    let verifier = try checkedVerifier(of: source)
    try await store.update(source, by: maker)
    table.withLock { table in
      // Gone means that it was deleted since.
      guard let earlier = table[source.id] else { return }
      table[source.id] = ActiveSource(source, verifier: verifier, bucket: bucket(of: source, after: earlier))
    }
  }

  /// Deletes a source with all that it received.
  func remove(_ id: SourceID) async throws(StoreError) {
    try await store.delete(id)
    table.withLock { $0[id] = nil }
  }

  private func bucket(of source: Source, after earlier: ActiveSource?) -> TokenBucket? {
    earlier?.carriedBucket(for: source.rateLimit) ?? source.rateLimit.map { TokenBucket($0, at: time.now()) }
  }

  private func verifier(of source: Source) throws -> any InboundVerifier {
    guard source.verify.scheme != .none else { return OpenVerifier() }
    guard !source.secrets.isEmpty else {
      return ClosedVerifier(reason: "no secret is set yet: set the source's secret to the one that the sender shows")
    }
    return try makeVerifier(source)
  }

  private func checkedVerifier(of source: Source) throws(APIError) -> any InboundVerifier {
    do {
      return try verifier(of: source)
    } catch let problem as JSONProblem {
      throw APIError(.invalidField, problem.description, field: problem.path)
    } catch {
      throw APIError(.invalidField, "verify: expected a rule and secrets that can verify, but \(error)", field: "verify")
    }
  }
}
