// Tallies as bytes of a row: numbers of as many bytes as they need, in an order that is part of the schema.

import TidehookCore

/// Reads and writes tallies. Kinds of failures are written by name, so that none that comes or goes is taken for another.
enum TallyBytes {
  /// The first byte; another one is of a later release.
  private static let version: UInt8 = 1

  static func write(_ tally: Tally) -> [UInt8] {
    var writer = Writer()
    writer.bytes.append(version)
    for count in [tally.events, tally.deliveries, tally.delivered, tally.filtered, tally.dead, tally.attempts] { writer.number(count) }
    let failures = tally.failures.sorted { $0.key.rawValue < $1.key.rawValue }
    writer.number(Int64(failures.count))
    for (kind, count) in failures {
      writer.text(kind.rawValue)
      writer.number(count)
    }
    writer.histogram(tally.deliveryTimes)
    writer.histogram(tally.attemptTimes)
    return writer.bytes
  }

  /// What was written, as far as it can be read: bytes of a later release count for nothing.
  static func read(_ bytes: [UInt8]) -> Tally {
    var tally = Tally()
    guard bytes.first == version else { return tally }
    var reader = Reader(bytes: bytes[1...])
    tally.events = reader.number()
    tally.deliveries = reader.number()
    tally.delivered = reader.number()
    tally.filtered = reader.number()
    tally.dead = reader.number()
    tally.attempts = reader.number()
    for _ in 0..<min(reader.number(), 255) {
      let (kind, count) = (FailureKind(rawValue: reader.text()), reader.number())
      if let kind { tally.failures[kind] = count }
    }
    tally.deliveryTimes = reader.histogram()
    tally.attemptTimes = reader.histogram()
    return tally
  }

  private struct Writer {
    var bytes: [UInt8] = []

    /// Seven bits a byte, the lowest first; the highest bit says that more follow.
    mutating func number(_ value: Int64) {
      var rest = UInt64(max(0, value))
      while rest >= 0x80 {
        bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
        rest >>= 7
      }
      bytes.append(UInt8(truncatingIfNeeded: rest))
    }

    mutating func text(_ text: String) {
      number(Int64(text.utf8.count))
      bytes += text.utf8
    }

    mutating func histogram(_ histogram: LogHistogram) {
      let counted = histogram.counts.enumerated().filter { $0.element > 0 }
      number(histogram.sum)
      number(Int64(counted.count))
      for (bucket, count) in counted {
        number(Int64(bucket))
        number(count)
      }
    }
  }

  /// Reads zeros and empty texts where there is nothing more.
  private struct Reader {
    var bytes: ArraySlice<UInt8>

    mutating func number() -> Int64 {
      var (value, shift): (UInt64, UInt64) = (0, 0)
      while let byte = bytes.popFirst(), shift < 64 {
        value |= UInt64(byte & 0x7f) << shift
        guard byte & 0x80 != 0 else { break }
        shift += 7
      }
      return Int64(truncatingIfNeeded: value & UInt64(Int64.max))
    }

    mutating func text() -> String {
      let length = Int(min(number(), 255))
      let text = bytes.prefix(length)
      bytes = bytes.dropFirst(text.count)
      return String(decoding: text, as: UTF8.self)
    }

    mutating func histogram() -> LogHistogram {
      var histogram = LogHistogram()
      histogram.addSum(number())
      for _ in 0..<min(number(), 255) {
        let bucket = Int(number())
        histogram.add(number(), at: bucket)
      }
      return histogram
    }
  }
}
