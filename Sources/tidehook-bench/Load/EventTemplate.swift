// The bytes of a publish request, made once; only the sequence numbers are written anew for each request.

/// How events are published.
enum RequestShape: String, CaseIterable {
  /// One event per request.
  case single
  /// Many events per request, as lines of JSON.
  case batch
}

/// A mark of fixed width that carries an event's sequence number from the publisher to the receiver.
enum SequenceMark {
  /// `#`, which occurs nowhere else in a delivered body.
  static let sign: UInt8 = 0x23
  /// Decimal digits after the sign.
  static let digits = 10

  /// Writes a sequence number at a place.
  static func write(_ sequence: Int, at place: UnsafeMutablePointer<UInt8>) {
    var rest = sequence
    for index in stride(from: digits - 1, through: 0, by: -1) {
      place[index] = 0x30 &+ UInt8(truncatingIfNeeded: rest % 10)
      rest /= 10
    }
  }

  /// Reads the digits at a place.
  static func read(_ place: UnsafePointer<UInt8>) -> Int {
    var value = 0
    for index in 0..<digits { value = value &* 10 &+ Int(place[index] &- 0x30) }
    return value
  }
}

/// A complete publish request with places for sequence numbers.
struct EventTemplate {
  /// The whole request.
  let bytes: [UInt8]
  /// Where each event's digits begin.
  let places: [Int]
  /// Events in one request.
  var eventCount: Int { places.count }

  /// The event: the Slack example's, about 200 bytes, with the mark in its content.
  static let event =
    #"{"event":"memory.created","namespace":"bench","data":{"memory_id":"mem_xyz789","#
    + #""content":"We decided to use Redis for caching #0000000000","tags":["architecture","caching"],"#
    + #""created_at":"2026-04-13T10:30:00Z"}}"#

  /// Makes a request for a gateway on a port.
  init(shape: RequestShape, batchSize: Int, port: UInt16, key: String) {
    let count = shape == .single ? 1 : batchSize
    let body = Array(Array(repeating: Self.event, count: count).joined(separator: "\n").utf8)
    let head =
      "POST \(shape == .single ? "/v1/events" : "/v1/events/batch") HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\n"
      + "Authorization: Bearer \(key)\r\nContent-Type: \(shape == .single ? "application/json" : "application/x-ndjson")\r\n"
      + "Content-Length: \(body.count)\r\n\r\n"
    let request = Array(head.utf8) + body
    bytes = request
    places = request.indices.filter { request[$0] == SequenceMark.sign }.map { $0 + 1 }
  }
}
