// Turns any JSON text into its canonical form, in one pass; objects that need it are put in order by JSONObjectOrder.swift.

/// Writes JSON texts in canonical form: the fixed point of JavaScript's `JSON.stringify(JSON.parse(text))` wherever that loses nothing.
///
/// - No whitespace; strings are escaped as `JSON.stringify` does, everything that need not be escaped is literal UTF-8.
/// - Numbers are written as JavaScript does, but digits that a double would lose stay (see `JSONNumberText`).
/// - Of equal keys the last value counts, at the place of the first; keys that are array indices (`"0"` to `"4294967294"`) come first, in
///   ascending order; the others keep their order.
///
/// The form is stable: the canonical form of a canonical text is the same bytes. A value may be used again; its scratch memory is kept, so
/// that a text costs one allocation.
public struct JSONCanonicalizer: Sendable {
  private var output = CanonicalOutput()
  private let maximumDepth: Int

  /// - Parameter maximumDepth: 1 to 192, by default 128; how deep arrays and objects may nest.
  public init(maximumDepth: Int = 128) { self.maximumDepth = maximumDepth }

  /// Returns the canonical form of `text`, or throws where and why it is not JSON.
  public mutating func canonicalize(_ text: UnsafeBufferPointer<UInt8>) throws(JSONError) -> [UInt8] {
    output.start(reserving: text.count)
    try JSONTokenizer.read(text, maximumDepth: maximumDepth, into: &output)
    return output.finish()
  }

  /// Returns the canonical form of `text`, or throws where and why it is not JSON.
  public mutating func canonicalize(_ text: UnsafeRawBufferPointer) throws(JSONError) -> [UInt8] {
    try canonicalize(text.assumingMemoryBound(to: UInt8.self))
  }

  /// Returns the canonical form of `text`, or throws where and why it is not JSON.
  public mutating func canonicalize(_ text: [UInt8]) throws(JSONError) -> [UInt8] {
    output.start(reserving: text.count)
    try text.withUnsafeBufferPointer { (text) throws(JSONError) in
      try JSONTokenizer.read(text, maximumDepth: maximumDepth, into: &output)
    }
    return output.finish()
  }
}

/// The consumer that writes each token as it comes and remembers where the members of the open objects stand in the output.
struct CanonicalOutput: JSONConsumer, Sendable {
  private var writer = JSONWriter()
  private var members: [JSONMemberSpan] = []
  /// For each open object, the index of its first member in `members`.
  private var firstMembers: [Int] = []

  mutating func start(reserving capacity: Int) {
    writer = JSONWriter(reserving: capacity)
    firstMembers.removeAll(keepingCapacity: true)
    members.removeAll(keepingCapacity: true)
  }

  mutating func finish() -> [UInt8] {
    let bytes = writer.bytes
    writer = JSONWriter()
    return bytes
  }

  mutating func beginObject(at offset: Int) {
    writer.beginObject()
    firstMembers.append(members.count)
  }

  mutating func endObject(at offset: Int) {
    let first = firstMembers.removeLast()
    if members.count - first > 1 { JSONObjectOrder.restore(in: &writer.bytes, members: members[first...]) }
    members.removeLast(members.count - first)
    writer.endObject()
  }

  mutating func beginArray(at offset: Int) { writer.beginArray() }

  mutating func endArray(at offset: Int) { writer.endArray() }

  mutating func key(_ token: JSONStringToken) {
    let start = writer.key(token)
    members.append(JSONMemberSpan(start: start, keyEnd: writer.bytes.count - 1))
  }

  mutating func string(_ token: JSONStringToken) { writer.string(token) }

  mutating func number(_ token: JSONNumberToken) { writer.number(token) }

  mutating func literal(_ literal: JSONLiteral, at offset: Int) { writer.literal(literal) }
}
