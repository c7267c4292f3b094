// Lets only so many calls of a kind in at once.

import Synchronization

/// Places for calls that hold much in memory, or take long.
final class CallGate: Sendable {
  private let places: Int
  private let what: String
  private let taken = Mutex(0)

  /// - Parameter what: the calls, for the refusal: `dry runs`.
  init(places: Int, of what: String) {
    self.places = places
    self.what = what
  }

  /// Takes a place; refuses when there is none.
  func enter() throws(APIError) {
    let isIn = taken.withLock { taken in
      guard taken < places else { return false }
      taken += 1
      return true
    }
    if !isIn { throw APIError(.unavailable, "\(places) \(what) are under way, try again") }
  }

  /// Gives the place back.
  func leave() {
    taken.withLock { $0 -= 1 }
  }
}
