// The rules that every store keeps, whatever database it stands on: one list, run by the tests of each.

public import TidehookCore

/// What the rest of Tidehook needs of a store.
public typealias FullStore =
  EventStore & DeliveryQueue & WebhookStore & WebhookRevisions & WebhookMakers & PluginStore & History & SourceStore & ReceiptStore
  & ReceiptHistory
  & KeyStore & ConsoleStore & EventTail & BatchStore & HealthStore & HeldCounter & ReplayStore & RollupStore & ContentStore
  & RetentionStore

/// A store over empty storage, and the means to see whether its promises outlive it.
public struct StoreUnderTest: Sendable {
  /// The store.
  public let store: any FullStore
  /// Ends the store as a killed process would, letting go of nothing by itself, and opens its storage again.
  public let restart: @Sendable () async throws -> any FullStore

  /// Makes a store under test of its parts.
  public init(store: any FullStore, restart: @escaping @Sendable () async throws -> any FullStore) {
    self.store = store
    self.restart = restart
  }
}

/// One rule and how to tell whether a store keeps it.
public struct StoreRule: Sendable, CustomStringConvertible {
  /// The rule, in words.
  public let description: String
  /// Throws when the store breaks it.
  public let check: @Sendable (StoreUnderTest) async throws -> Void

  /// Makes a rule.
  init(_ description: String, check: @escaping @Sendable (StoreUnderTest) async throws -> Void) {
    self.description = description
    self.check = check
  }
}

/// A rule that a store broke.
public struct RuleBroken: Error, CustomStringConvertible {
  /// What was expected and what happened.
  public let description: String
}

/// Every rule.
public enum StoreConformance {
  /// The rules, in the order of a delivery's life.
  public static let rules: [StoreRule] =
    events + queue + results + webhooks + access + revisions + plugins + moves + order + health + replays + pins + replayJobs + rounds
    + arrows + lists + sources + receipts + keys + console + tail + batches + rollups + standings + searches
    + erasure + retention
}

/// Throws when the condition does not hold.
func expect(_ condition: Bool, _ expectation: @autoclosure () -> String) throws {
  guard !condition else { return }
  throw RuleBroken(description: "expected " + expectation())
}

/// Throws when the values differ.
func expectEqual<Value: Equatable>(_ found: Value, _ wanted: Value, _ what: String) throws {
  guard found != wanted else { return }
  throw RuleBroken(description: "expected \(what) to be \(wanted), found \(found)")
}

/// Throws when `body` does not fail with `code`.
func expectError(_ code: StoreError.Code, _ what: String, _ body: () async throws(StoreError) -> Void) async throws {
  do throws(StoreError) {
    try await body()
  } catch {
    return try expectEqual(error.code, code, "the failure of \(what)")
  }
  throw RuleBroken(description: "expected \(what) to fail as \(code)")
}
