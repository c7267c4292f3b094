import Synchronization
import TidehookCore
import TidehookTesting

/// Random numbers that follow from a seed, so that a run can be repeated.
final class Dice: RandomSource {
  private let random: Mutex<SeededRandom>

  init(seed: UInt64) {
    random = Mutex(SeededRandom(seed: seed))
  }

  func bits() -> UInt64 { random.withLock { $0.next() } }

  func chance(_ share: Double) -> Bool { unit() < share }

  func number(in range: ClosedRange<Int>) -> Int { range.lowerBound + Int(bits() % UInt64(range.count)) }

  func pick<Element>(_ elements: [Element]) -> Element { elements[number(in: 0...elements.count - 1)] }

  /// A time within that many seconds after `start`.
  func time(after start: Timestamp, within seconds: Int) -> Timestamp {
    start + .microseconds(Int64(unit() * Double(seconds) * 1e6))
  }
}
