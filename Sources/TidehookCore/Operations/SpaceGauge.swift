// When a disk has too little space left, and when enough again. Pure: measurements are passed in.

/// Space on a disk.
public struct DiskSpace: Sendable, Equatable {
  /// What may still be written, in bytes.
  public var freeBytes: Int64
  /// The disk's size, in bytes.
  public var totalBytes: Int64

  /// Makes a measurement.
  public init(freeBytes: Int64, totalBytes: Int64) {
    self.freeBytes = freeBytes
    self.totalBytes = totalBytes
  }

  /// Below this there is too little: 1 GiB, or a twentieth of a small disk.
  public var threshold: Int64 { min(1 << 30, totalBytes / 20) }
}

/// Too little space.
public struct SpaceShortage: Sendable, Equatable {
  /// What was measured last.
  public var space: DiskSpace
  /// Since when there has been too little.
  public var since: Timestamp

  /// Makes a note.
  public init(space: DiskSpace, since: Timestamp) {
    self.space = space
    self.since = since
  }
}

/// Tells whether the disk of the data folder has too little space. Consumer: the API.
public protocol SpaceReading: Sendable {
  /// The shortage there is; `nil` while there is enough space.
  func spaceShortage() -> SpaceShortage?
}

/// Follows the space on a disk. It is low below the threshold, and enough again only at twice as much, so that a disk at its edge tells once.
public struct SpaceGauge: Sendable {
  /// Since when there has been too little; `nil` while there is enough.
  public private(set) var lowSince: Timestamp?

  /// Makes a gauge that has seen nothing yet.
  public init() {}

  /// Takes a measurement.
  /// - Returns: what is to be told.
  public mutating func note(_ space: DiskSpace, at now: Timestamp) -> OperationalEvent? {
    guard let since = lowSince else {
      guard space.freeBytes < space.threshold else { return nil }
      lowSince = now
      return .lowSpace(space)
    }
    guard space.freeBytes >= 2 * space.threshold else { return nil }
    lowSince = nil
    return .storeRecovered(space, since: since)
  }
}
