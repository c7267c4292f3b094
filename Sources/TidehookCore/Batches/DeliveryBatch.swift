// Deliveries that are made together.

/// The id of a batch: `bat_…`. It is the message id of its request, on every try.
///
/// Its row key is that of the batch's first delivery, to which its attempts belong.
public struct BatchID: PrefixedID {
  /// `bat_`.
  public static let prefix = "bat_"
  /// The value behind the prefix.
  public let value: TimeOrderedID
  /// Wraps a value.
  public init(_ value: TimeOrderedID) { self.value = value }

  /// The id of a new batch.
  /// - Parameters:
  ///   - first: its first delivery.
  ///   - entropy: random bits, so that no other batch that a delivery leads has the same id.
  public init(ledBy first: DeliveryID, entropy: UInt64) {
    value = TimeOrderedID(key: first.key, entropy: entropy)
  }

  /// The id of a delivery that goes alone though its webhook collects: the same on each try and each replay.
  public init(alone delivery: DeliveryID) { value = delivery.value }
}

/// A batch on its way: its deliveries succeed or fail together.
public struct DeliveryBatch: Sendable {
  /// Its id.
  public var id: BatchID
  /// Its deliveries with their events, in the order in which they were made; at least one.
  public var members: [Member]

  /// A delivery of a batch.
  public struct Member: Sendable {
    /// Its id.
    public var id: DeliveryID
    /// What it delivers.
    public var event: Event

    /// Makes a member.
    public init(id: DeliveryID, event: Event) {
      self.id = id
      self.event = event
    }
  }

  /// Makes a batch.
  public init(id: BatchID, members: [Member]) {
    self.id = id
    self.members = members
  }

  /// What a member takes up in memory besides its payload, in bytes, roughly.
  private static let memberBytes = 512

  /// How much memory it takes, in bytes, roughly.
  public var heldBytes: Int { members.reduce(0) { $0 + $1.event.payload.count + Self.memberBytes } }
}

extension DueDelivery {
  /// How much memory its events take, in bytes.
  public var heldBytes: Int { batch?.heldBytes ?? event.payload.count }

  /// Its own id, or those of its whole batch.
  public var memberIDs: [DeliveryID] { batch?.members.map(\.id) ?? [id] }

  /// What a webhook that collects is given of it: its batch, or a batch of it alone.
  public var batchOrAlone: DeliveryBatch {
    batch ?? DeliveryBatch(id: BatchID(alone: id), members: [DeliveryBatch.Member(id: id, event: event)])
  }
}

/// What became of a batch's deliveries, besides the transition that they share.
public struct CompletedBatch: Sendable {
  /// The batch.
  public var id: BatchID
  /// Deliveries that share the transition.
  public var members: [DeliveryID]
  /// Deliveries that the pipeline dropped, and why.
  public var dropped: [Drop]

  /// A delivery that the pipeline dropped.
  public struct Drop: Sendable, Equatable {
    /// The delivery.
    public var id: DeliveryID
    /// Why, and by which stage.
    public var drop: PipelineDrop

    /// Makes a record of a drop.
    public init(id: DeliveryID, _ drop: PipelineDrop) {
      self.id = id
      self.drop = drop
    }
  }

  /// Makes a record.
  public init(id: BatchID, members: [DeliveryID], dropped: [Drop] = []) {
    self.id = id
    self.members = members
    self.dropped = dropped
  }
}
