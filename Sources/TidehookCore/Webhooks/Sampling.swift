// Which share of the events a webhook gets, decided by the event's id alone.

/// Takes a share of all events: the same ones on every node, after every restart, and for every webhook with the same rate.
public enum Sampling {
  /// Whether a webhook with this rate gets the event.
  ///
  /// Each id stands for a fixed point of 0..<1, and the events below the rate are taken: what a lower rate takes a higher one takes, too.
  /// - Parameter rate: the share, above 0 and at most 1; `nil` takes every event.
  public static func takes(_ id: EventID, rate: Double?) -> Bool {
    guard let rate, rate < 1 else { return true }
    return point(of: id) < rate
  }

  /// The point of an id in 0..<1: the upper 53 bits of its 64-bit FNV-1a hash after MurmurHash3's finalizer, which FNV needs for short texts.
  ///
  /// These numbers are promised in docs/delivery.md: never change them.
  public static func point(of id: EventID) -> Double {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in id.rawValue.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    hash = (hash ^ hash >> 33) &* 0xff51_afd7_ed55_8ccd
    hash = (hash ^ hash >> 33) &* 0xc4ce_b9fe_1a85_ec53
    hash ^= hash >> 33
    return Double(hash >> 11) * 0x1p-53
  }
}
