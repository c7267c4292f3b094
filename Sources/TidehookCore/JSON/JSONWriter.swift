// Writes JSON text; every other part of the module that writes JSON does it through this.

/// Writes compact JSON straight into bytes, without a tree in between.
///
/// It puts the commas and colons; that calls are balanced (`beginObject` with `endObject`, a value after each key) is for the caller to see to.
/// Keys are written as given: neither duplicates nor the order of integer-like keys are looked at (`JSONCanonicalizer` does that).
///
/// ```swift
/// var json = JSONWriter()
/// json.beginObject()
/// json.key("id")
/// json.string("evt_1")
/// json.endObject()
/// ```
public struct JSONWriter: Sendable {
  /// What was written so far.
  public internal(set) var bytes: [UInt8] = []
  private var needsComma = false

  /// Makes an empty writer with room for `capacity` bytes.
  public init(reserving capacity: Int = 0) { bytes.reserveCapacity(capacity) }

  /// Opens an object.
  public mutating func beginObject() { open(.openBrace) }

  /// Closes the object opened last.
  public mutating func endObject() { close(.closeBrace) }

  /// Opens an array.
  public mutating func beginArray() { open(.openBracket) }

  /// Closes the array opened last.
  public mutating func endArray() { close(.closeBracket) }

  /// Writes the key of the next value.
  public mutating func key(_ name: String) {
    separate()
    appendQuoted(name)
    bytes.append(.colon)
    needsComma = false
  }

  /// Writes a string.
  public mutating func string(_ text: String) {
    separate()
    appendQuoted(text)
  }

  /// Writes UTF-8 text as a string; ill-formed sequences become U+FFFD.
  public mutating func string(utf8 text: some Sequence<UInt8>) { string(String(decoding: Array(text), as: UTF8.self)) }

  /// Writes an integer digit for digit, also beyond 2^53.
  public mutating func integer(_ value: some BinaryInteger) {
    separate()
    appendASCII(String(value))
  }

  /// Writes a number as ECMA-262 Number::toString does; `null` for an infinity or NaN, as `JSON.stringify` does.
  public mutating func number(_ value: Double) {
    guard value.isFinite else { return null() }
    separate()
    bytes.appendCanonical(value)
  }

  /// Writes `true` or `false`.
  public mutating func bool(_ value: Bool) { literal(value ? .true : .false) }

  /// Writes `null`.
  public mutating func null() { literal(.null) }

  /// Writes bytes that are a whole JSON value already, unchecked.
  public mutating func raw(_ json: some Collection<UInt8>) {
    separate()
    bytes.append(contentsOf: json)
  }

  /// Writes a key and returns where its opening quote stands.
  mutating func key(_ token: JSONStringToken) -> Int {
    separate()
    let start = bytes.count
    bytes.appendCanonical(token)
    bytes.append(.colon)
    needsComma = false
    return start
  }

  mutating func string(_ token: JSONStringToken) {
    separate()
    bytes.appendCanonical(token)
  }

  mutating func number(_ token: JSONNumberToken) {
    separate()
    if token.isPlain { return bytes.append(contentsOf: token.literal) }
    bytes.appendCanonical(numberLiteral: token.literal)
  }

  mutating func literal(_ literal: JSONLiteral) {
    separate()
    bytes.append(contentsOf: UnsafeBufferPointer(start: literal.text.utf8Start, count: literal.text.utf8CodeUnitCount))
  }

  @inline(__always)
  private mutating func separate() {
    if needsComma { bytes.append(.comma) }
    needsComma = true
  }

  private mutating func open(_ bracket: UInt8) {
    separate()
    bytes.append(bracket)
    needsComma = false
  }

  private mutating func close(_ bracket: UInt8) {
    bytes.append(bracket)
    needsComma = true
  }

  private mutating func appendQuoted(_ text: String) {
    var text = text
    text.withUTF8 { bytes.appendQuoted($0) }
  }

  private mutating func appendASCII(_ text: String) { bytes.append(contentsOf: text.utf8) }
}
