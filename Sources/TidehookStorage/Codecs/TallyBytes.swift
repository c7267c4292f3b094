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
    add(bytes, to: &tally)
    return tally
  }

  /// Adds what was written to a tally: a chart is the sum of very many.
  static func add(_ bytes: [UInt8], to tally: inout Tally) {
    guard bytes.first == version else { return }
    var reader = Reader(bytes: bytes, position: 1)
    add(reader.number(), to: &tally.events)
    add(reader.number(), to: &tally.deliveries)
    add(reader.number(), to: &tally.delivered)
    add(reader.number(), to: &tally.filtered)
    add(reader.number(), to: &tally.dead)
    add(reader.number(), to: &tally.attempts)
    for _ in 0..<min(reader.number(), 255) {
      let (kind, count) = (FailureKind(rawValue: reader.text()), reader.number())
      if let kind { add(count, to: &tally.failures[kind, default: 0]) }
    }
    reader.add(to: &tally.deliveryTimes)
    reader.add(to: &tally.attemptTimes)
  }

  private static func add(_ count: Int64, to sum: inout Int64) {
    let (result, isOverflown) = sum.addingReportingOverflow(count)
    sum = isOverflown ? .max : result
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
    let bytes: [UInt8]
    var position: Int

    mutating func number() -> Int64 {
      var (value, shift): (UInt64, UInt64) = (0, 0)
      while position < bytes.count, shift < 64 {
        let byte = bytes[position]
        position += 1
        value |= UInt64(byte & 0x7f) << shift
        guard byte & 0x80 != 0 else { break }
        shift += 7
      }
      return Int64(truncatingIfNeeded: value & UInt64(Int64.max))
    }

    mutating func text() -> String {
      let length = Int(min(number(), 255))
      let end = min(position + length, bytes.count)
      defer { position = end }
      return String(decoding: bytes[position..<end], as: UTF8.self)
    }

    mutating func add(to histogram: inout LogHistogram) {
      histogram.addSum(number())
      for _ in 0..<min(number(), 255) {
        let bucket = Int(number())
        histogram.add(number(), at: bucket)
      }
    }
  }
}
