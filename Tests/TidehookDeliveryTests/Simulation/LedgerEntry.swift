import TidehookCore

extension Ledger {
  /// What is known of a delivery.
  struct Entry {
    let webhook: WebhookID
    let event: Int64
    let eventID: EventID
    let orderKey: Int64?
    let acceptedAt: Timestamp
    /// With which others it is collected; `nil` when its webhook did not collect when it came.
    let group: BatchGroup?
    var state: DeliveryState
    /// Since when it has been in its state.
    var since: Timestamp
    var attempts = 0
    var roundAttempts = 0
    var roundBegan: Timestamp
    /// No attempt may begin before.
    var notBefore: Timestamp
    /// The step at which it last became open or held.
    var openedAt: Int
    /// The step at which the node took hold of it; `nil` while nobody holds it.
    var claimedAt: Int?
    var isUnderWay = false
    /// The batch that it is in, until it is replayed.
    var batch: BatchID?
    /// Whether its batch need not wait any longer: it was full at some time, or held and resumed.
    var isHastened = false
    /// Whether it was replayed: then it goes alone.
    var isAlone = false
    var isErased = false
    /// Until when its receiver asked for a pause when it was last tried.
    var askedUntil: Timestamp?

    /// Whether those of its order that came later have to wait for it.
    var isInTheWay: Bool { state.isOpen || state == .held }
    /// Whether it waits for a batch.
    var isCollected: Bool { group != nil && batch == nil && !isAlone && claimedAt == nil && state.isOpen }

    /// Whether it is one whose content somebody wants to be erased.
    func fits(_ wish: ErasureWish) -> Bool {
      guard !isErased else { return false }
      return switch wish {
      case .any: true
      case .waiting: isCollected
      case .underWay: isUnderWay
      case .inBatch: isUnderWay && batch != nil
      }
    }
  }
}
