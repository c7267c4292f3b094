import Synchronization
import TidehookCore

/// Random numbers that follow from a seed (SplitMix64), so that a run can be repeated.
final class Dice: RandomSource {
  private let state: Mutex<UInt64>

  init(seed: UInt64) {
    state = Mutex(seed)
  }

  func bits() -> UInt64 {
    state.withLock { state in
      state &+= 0x9e37_79b9_7f4a_7c15
      var bits = state
      bits = (bits ^ bits >> 30) &* 0xbf58_476d_1ce4_e5b9
      bits = (bits ^ bits >> 27) &* 0x94d0_49bb_1331_11eb
      return bits ^ bits >> 31
    }
  }

  func chance(_ share: Double) -> Bool { unit() < share }

  func number(in range: ClosedRange<Int>) -> Int { range.lowerBound + Int(bits() % UInt64(range.count)) }

  func pick<Element>(_ elements: [Element]) -> Element { elements[number(in: 0...elements.count - 1)] }

  /// A time within that many seconds after `start`.
  func time(after start: Timestamp, within seconds: Int) -> Timestamp {
    start + .microseconds(Int64(unit() * Double(seconds) * 1e6))
  }
}
