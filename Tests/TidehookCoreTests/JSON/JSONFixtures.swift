// What the JSON tests share: text in and out, and numbers that are random but the same in each run.

import TidehookCore

/// The canonical form of `text` as text, or the refusal.
func canonical(_ text: String) throws(JSONError) -> String {
  String(decoding: try CanonicalJSON.canonicalize(Array(text.utf8)), as: UTF8.self)
}

/// The refusal of `bytes`, or `nil` when they are JSON.
func refusal(of bytes: [UInt8]) -> JSONError? {
  do throws(JSONError) {
    _ = try CanonicalJSON.canonicalize(bytes)
    return nil
  } catch {
    return error
  }
}

/// SplitMix64: the same numbers from the same seed, everywhere.
struct SeededRandom: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }
}
