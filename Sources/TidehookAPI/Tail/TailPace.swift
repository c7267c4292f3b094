// How often and how much the live tail reads: a pure value.

import TidehookCore

/// What nobody can follow is shown less of: a tail that costs much is paid by deliveries.
struct TailPace {
  private var isBusy = false

  /// How long to wait before the next reading.
  var pause: Duration { isBusy ? .seconds(1) : .milliseconds(250) }

  /// What the next reading may find.
  var limits: TailLimits { isBusy ? TailLimits(events: 40, bytes: 256 << 10) : TailLimits() }

  /// Notes whether a reading had to leave something out.
  mutating func note(isCut: Bool) { isBusy = isCut }
}
