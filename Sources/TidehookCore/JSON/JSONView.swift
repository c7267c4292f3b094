// Finds the members of an object, or the elements of an array, without building a tree.

/// What a JSON value is.
public enum JSONKind: Sendable, Hashable {
  /// A JSON object.
  case object
  /// A JSON array.
  case array
  /// A JSON string.
  case string
  /// A JSON number.
  case number
  /// `true` or `false`.
  case bool
  /// `null`.
  case null
}

/// One value of a text with its direct children, each as a range of bytes; what is inside the children is checked but not kept.
///
/// Made for taking a few fields out of an event on the hot path: it costs one pass and one allocation, and copies nothing.
///
/// ```swift
/// let event = try JSONView(body)
/// let type = event["event"]?.string
/// let namespace = event["namespace"]?.string ?? event["data"]?.view?["namespace"]?.string
/// ```
public struct JSONView: Sendable {
  /// The text that the ranges refer to.
  public let bytes: [UInt8]
  /// What the value is.
  public let kind: JSONKind
  /// The members of an object or the elements of an array, in the order of the text; empty for a scalar.
  public let children: [Child]
  /// Whether there are more children than the caller wanted to see.
  public let hasMoreChildren: Bool

  /// A child of the viewed value.
  public struct Child: Sendable, Hashable {
    /// What the child is.
    public let kind: JSONKind
    /// Where its key stands, quotes included; empty for the element of an array.
    public let key: Range<Int>
    /// Where its value stands.
    public let value: Range<Int>
  }

  /// A child together with the text, ready to be read.
  public struct Value: Sendable {
    /// The text that the range refers to.
    public let bytes: [UInt8]
    /// What the value is.
    public let kind: JSONKind
    /// Where the value stands in the text.
    public let range: Range<Int>

    /// The bytes of the value.
    public var text: ArraySlice<UInt8> { bytes[range] }

    /// The text of a string, unescaped, lone surrogates as U+FFFD; `nil` for any other kind.
    public var string: String? { kind == .string ? JSONEscape.decode(bytes, range) : nil }

    /// The value of a number that is an integer from -2^63 to 2^63 - 1 written in canonical form; else `nil`.
    public var integer: Int64? { kind == .number ? Int64(String(decoding: text, as: UTF8.self)) : nil }

    /// The value of `true` or `false`; `nil` for any other kind.
    public var bool: Bool? { kind == .bool ? bytes[range.lowerBound] == UInt8(ascii: "t") : nil }

    /// A view of the value itself; `nil` unless it is an object or an array.
    public var view: JSONView? { kind == .object || kind == .array ? try? JSONView(bytes, in: range) : nil }
  }

  /// Views the whole of `bytes`, any JSON text, or throws where and why it is not JSON.
  public init(_ bytes: [UInt8]) throws(JSONError) { try self.init(bytes, in: bytes.indices) }

  /// Views a part of `bytes` that is a JSON text; the ranges count from the start of `bytes`, the offset of an error from that of `range`.
  /// - Parameter maximumChildren: how many children are noted, the first ones; the text is checked to its end either way.
  public init(_ bytes: [UInt8], in range: Range<Int>, maximumChildren: Int = .max) throws(JSONError) {
    let finder = try bytes.withUnsafeBufferPointer { (bytes) throws(JSONError) in
      var finder = ChildFinder(origin: range.lowerBound, maximumChildren: maximumChildren)
      try JSONTokenizer.read(UnsafeBufferPointer(rebasing: bytes[range]), maximumDepth: JSONTokenizer.usualDepth, into: &finder)
      return finder
    }
    self.bytes = bytes
    self.kind = finder.kind
    self.children = finder.children
    self.hasMoreChildren = finder.hasMoreChildren
  }

  /// The value of the member `name`, the last of that name; `nil` when there is none or the value is no object.
  public subscript(name: String) -> Value? {
    guard let child = children.last(where: { matches($0.key, name) }) else { return nil }
    return value(of: child)
  }

  /// The value of a child.
  public func value(of child: Child) -> Value { Value(bytes: bytes, kind: child.kind, range: child.value) }

  /// The name of a member, unescaped; empty for the element of an array.
  public func name(of child: Child) -> String { child.key.isEmpty ? "" : JSONEscape.decode(bytes, child.key) }

  private func matches(_ key: Range<Int>, _ name: String) -> Bool {
    guard !key.isEmpty else { return false }
    let content = bytes[(key.lowerBound + 1)..<(key.upperBound - 1)]
    return content.elementsEqual(name.utf8) || (content.contains(.backslash) && JSONEscape.decode(bytes, key).utf8.elementsEqual(name.utf8))
  }
}

/// The consumer that notes the children of the outermost value.
private struct ChildFinder: JSONConsumer {
  /// Where the text starts in the bytes that the ranges refer to.
  let origin: Int
  let maximumChildren: Int
  var hasMoreChildren = false
  var kind = JSONKind.null
  var children: [JSONView.Child] = []
  private var depth = 0
  private var key = 0..<0
  private var start = 0

  init(origin: Int, maximumChildren: Int) {
    self.origin = origin
    self.maximumChildren = maximumChildren
  }

  mutating func beginObject(at offset: Int) { begin(.object, at: offset) }

  mutating func endObject(at offset: Int) { end(.object, at: offset) }

  mutating func beginArray(at offset: Int) { begin(.array, at: offset) }

  mutating func endArray(at offset: Int) { end(.array, at: offset) }

  mutating func key(_ token: JSONStringToken) {
    if depth == 1 { key = span(token.offset, token.quoted.count) }
  }

  mutating func string(_ token: JSONStringToken) { scalar(.string, token.offset, token.quoted.count) }

  mutating func number(_ token: JSONNumberToken) { scalar(.number, token.offset, token.literal.count) }

  mutating func literal(_ literal: JSONLiteral, at offset: Int) {
    scalar(literal == .null ? .null : .bool, offset, literal.text.utf8CodeUnitCount)
  }

  private mutating func begin(_ kind: JSONKind, at offset: Int) {
    if depth == 0 { self.kind = kind }
    if depth == 1 { start = offset }
    depth += 1
  }

  private mutating func end(_ kind: JSONKind, at offset: Int) {
    depth -= 1
    if depth == 1 { add(kind, span(start, offset + 1 - start)) }
  }

  private mutating func scalar(_ kind: JSONKind, _ offset: Int, _ count: Int) {
    if depth == 0 { self.kind = kind }
    if depth == 1 { add(kind, span(offset, count)) }
  }

  private mutating func add(_ kind: JSONKind, _ value: Range<Int>) {
    guard children.count < maximumChildren else { return hasMoreChildren = true }
    children.append(JSONView.Child(kind: kind, key: key, value: value))
  }

  private func span(_ offset: Int, _ count: Int) -> Range<Int> { (origin + offset)..<(origin + offset + count) }
}
