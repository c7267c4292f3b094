// How much of what comes one listener of the live tail is shown: a pure value.

/// What nobody can follow is shown less of: a tail that costs much is paid by deliveries. Each listener has a pace of its own.
public struct TailPace: Sendable {
  /// What a listener is shown of a reading.
  public struct Share: Sendable, Hashable {
    /// How many events, the newest.
    public var count: Int
    /// Whether to say that something was left out, now or before.
    public var isCut: Bool

    /// Makes a share.
    public init(count: Int, isCut: Bool) {
      self.count = count
      self.isCut = isCut
    }
  }

  /// What one reading finds for each: whoever wants no more gets all of it.
  public static let usual = TailLimits()
  /// What a busy listener is shown, once in ``restingReadings`` readings: 40 events and 256 KiB a second.
  private static let busy = TailLimits(events: 40, bytes: 256 << 10)
  private static let restingReadings = 4

  /// Whether the reading before brought more than the usual share.
  private var isBusy = false
  /// How many readings a busy listener is still shown nothing of.
  private var rest = 0
  /// Whether something was left out that the listener has not been told of.
  private var owesWord = false

  /// Makes the pace of a listener who just began.
  public init() {}

  /// Takes one reading in.
  /// - Parameters:
  ///   - sizes: the payloads found, in bytes, oldest first.
  ///   - isCut: whether older events were left out.
  /// - Returns: what to tell; nothing when it has neither events nor a word.
  public mutating func share(of sizes: [Int], isCut: Bool) -> Share {
    // What was left out because nobody could look at it does not make a listener busy: it wants little of what was seen.
    guard isCut, isFull(sizes) else { return all(sizes, isCut: isCut) }
    guard isBusy else {
      (isBusy, rest) = (true, Self.restingReadings - 1)
      return Share(count: sizes.count, isCut: true)
    }
    guard rest == 0 else {
      (rest, owesWord) = (rest - 1, true)
      return Share(count: 0, isCut: false)
    }
    (rest, owesWord) = (Self.restingReadings - 1, false)
    return Share(count: Self.fitting(sizes), isCut: true)
  }

  private mutating func all(_ sizes: [Int], isCut: Bool) -> Share {
    defer { (isBusy, rest, owesWord) = (false, 0, false) }
    return Share(count: sizes.count, isCut: isCut || owesWord)
  }

  /// Whether events found use up the usual share.
  private func isFull(_ sizes: [Int]) -> Bool {
    sizes.count >= Self.usual.events || sizes.reduce(0, +) >= Self.usual.bytes
  }

  /// How many of the newest fit into a busy share; the event that brings the sum to its bytes is the last.
  private static func fitting(_ sizes: [Int]) -> Int {
    var (count, bytes) = (0, 0)
    for size in sizes.reversed() {
      guard count < busy.events, bytes < busy.bytes else { break }
      (count, bytes) = (count + 1, bytes + size)
    }
    return count
  }
}
