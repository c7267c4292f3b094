// Cuts a file of events into batches, without holding the whole of it when it has one event to a line.

import TidehookCore

/// Events to be published together.
struct EventBatch {
  /// The events as they were written, with their place in the input, from 1: the line, or the element of an array.
  var events: [(place: Int, bytes: [UInt8])] = []
  /// How much of the input was read when the batch was full, in bytes.
  var end = 0

  /// One event to a line.
  var ndjson: [UInt8] { Array(events.map(\.bytes).joined(separator: [UInt8(ascii: "\n")])) }
}

/// Reads whole events: one JSON object, a JSON array, or one object to a line (NDJSON).
struct EventReader: ~Copyable {
  /// Events in a batch: enough that each commit to disk pays, few enough that progress is seen.
  private static let batchCount = 500
  /// Bytes in a batch, well below what the API takes in one request.
  private static let batchBytes = 512 * 1024

  /// The size of the input in bytes, when it is known.
  let size: Int?
  private let input: Input
  private var buffer: [UInt8] = []
  private var start = 0
  private var hasInputEnded = false
  private var consumed = 0
  private var place = 0
  private var array: [[UInt8]]?

  /// Reads enough to know the form of the input.
  init(_ input: consuming Input) throws(CommandFailure) {
    size = input.size
    self.input = input
    try recogniseForm()
  }

  /// Whether every event was handed out.
  var isAtEnd: Bool {
    if let array { return place >= array.count }
    return hasInputEnded && buffer[start...].allSatisfy(Self.isSpace)
  }

  /// The next events; `nil` when there are none left.
  mutating func nextBatch() throws(CommandFailure) -> EventBatch? {
    var batch = EventBatch()
    var bytes = 0
    while batch.events.count < Self.batchCount, bytes < Self.batchBytes, let event = try nextEvent() {
      bytes += event.count
      batch.events.append((place, ShownEvent.published(event)))
    }
    batch.end = consumed
    return batch.events.isEmpty ? nil : batch
  }

  private mutating func nextEvent() throws(CommandFailure) -> [UInt8]? {
    if let array {
      guard place < array.count else { return nil }
      place += 1
      return array[place - 1]
    }
    while let line = try nextLine() {
      place += 1
      if !line.allSatisfy(Self.isSpace) { return line }
    }
    return nil
  }

  /// The next line without its end; `nil` at the end of the input.
  private mutating func nextLine() throws(CommandFailure) -> [UInt8]? {
    var searched = start
    while true {
      if let end = buffer[searched...].firstIndex(of: UInt8(ascii: "\n")) {
        defer { start = end + 1 }
        consumed += end + 1 - start
        return Array(buffer[start..<end])
      }
      searched = buffer.count - start
      guard try fill() else { break }
    }
    defer { start = buffer.count }
    consumed += buffer.count - start
    return start < buffer.count ? Array(buffer[start...]) : nil
  }

  /// Reads on, and forgets what was handed out; false at the end of the input.
  private mutating func fill() throws(CommandFailure) -> Bool {
    let piece = try input.next()
    hasInputEnded = piece.isEmpty
    buffer.removeFirst(start)
    start = 0
    buffer += piece
    return !piece.isEmpty
  }

  /// An array, or an object on several lines, is read whole; anything else is taken as lines.
  private mutating func recogniseForm() throws(CommandFailure) {
    while buffer.allSatisfy(Self.isSpace) {
      guard try fill() else { return }
    }
    let isArray = buffer.first { !Self.isSpace($0) } == UInt8(ascii: "[")
    if !isArray, try firstLineIsWhole() { return }
    while try fill() {}
    let view: JSONView
    do {
      view = try JSONView(buffer)
    } catch {
      throw CommandFailure(.usage, "the input is not JSON: \(error)")
    }
    consumed = buffer.count
    array = isArray ? view.children.map { Array(view.value(of: $0).text) } : [buffer]
  }

  /// Whether the first line that is not empty is a JSON text of its own.
  private mutating func firstLineIsWhole() throws(CommandFailure) -> Bool {
    while true {
      let line = buffer.drop(while: Self.isSpace).prefix { $0 != UInt8(ascii: "\n") }
      if line.endIndex < buffer.count { return (try? JSONView(Array(line))) != nil }
      guard try fill() else { return false }
    }
  }

  private static func isSpace(_ byte: UInt8) -> Bool {
    byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D
  }
}
