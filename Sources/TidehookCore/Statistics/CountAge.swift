// How long a count of what waits is good enough, by what it costs: a pure rule.

/// Whether a count that was made a while ago is told of.
public enum CountAge: Sendable, Hashable {
  /// It is told of as it is.
  case good
  /// It is told of, and made again meanwhile: nobody waits for it.
  case bearable
  /// It is made again first.
  case old

  /// So few deliveries are counted every time, in a millisecond or two: what is told of them is never old, however slow the machine just is.
  private static let few = 10_000
  /// Counting more takes one part in so many of the time.
  private static let share = 20
  /// Nobody waits for a count that takes longer, if there is an earlier one.
  private static let long = Duration.milliseconds(50)
  /// Earlier than this is not told of, but for counts that take longer than can be repeated as often.
  private static let limit = Duration.seconds(60)

  /// Judges a count of so many deliveries that took so long, so long ago.
  public init(of counted: Int, took: Duration, age: Duration) {
    if counted <= Self.few {
      self = .old
    } else if age < took * Self.share {
      self = .good
    } else {
      self = took > Self.long && age < max(Self.limit, took * (2 * Self.share)) ? .bearable : .old
    }
  }
}
