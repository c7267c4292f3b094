// W3C Trace Context: the trace that an event belongs to, as its producer says, and how a receiver is told.

/// The trace that an event was published in.
///
/// Source: W3C Trace Context, Recommendation of 2021-11-23, and its Level 2 for the flag `random`.
public struct TraceContext: Sendable, Hashable {
  /// The names of the two headers.
  public static let parentHeader = "traceparent", stateHeader = "tracestate"

  /// 32 lower-case hexadecimal digits, not all of them zeros.
  public let traceID: String
  /// The producer's own span: 16 lower-case hexadecimal digits, not all of them zeros.
  public let parentID: String
  /// `sampled` (1) and `random` (2); bits that no specification defines are not passed on.
  public let flags: UInt8
  /// What vendors keep along the way; `nil` when there is nothing.
  public let state: TraceState?

  /// Reads what a producer sent; `nil` when there is no valid `traceparent`: then the trace begins with the event, and a `tracestate` counts for
  /// nothing. What is wrong with a `tracestate` costs that alone.
  public init?(traceparent: String, tracestate: String? = nil) {
    let text = Array(traceparent.utf8.prefix(Self.longest + 1))
    guard let version = Self.version(of: text), version != 0 || text.count == Self.length else { return nil }
    let (trace, parent) = (text[3..<35], text[36..<52])
    guard Self.isIdentifier(trace), Self.isIdentifier(parent), let flags = Self.byte(text[53..<55]) else { return nil }
    traceID = String(decoding: trace, as: UTF8.self)
    parentID = String(decoding: parent, as: UTF8.self)
    self.flags = flags & 0b11
    state = tracestate.flatMap(TraceState.init)
  }

  /// Reads it from the headers of a request; more than one `traceparent` is none.
  public init?(_ headers: [HeaderField]) {
    let parents = headers.filter { $0.name.lowercased() == Self.parentHeader }
    guard parents.count == 1, let parent = parents.first else { return nil }
    let states = headers.filter { $0.name.lowercased() == Self.stateHeader }.map(\.value)
    self.init(traceparent: parent.value, tracestate: states.isEmpty ? nil : states.joined(separator: ","))
  }

  /// The producer's `traceparent`, in the words of version 00.
  public var traceparent: String { Self.traceparent(traceID, parentID, flags) }

  /// A `traceparent` of version 00.
  static func traceparent(_ trace: String, _ parent: String, _ flags: UInt8) -> String { "00-\(trace)-\(parent)-0\(flags & 0b11)" }

  /// The length of version 00, and the longest text of a later version that is looked at.
  private static let length = 55, longest = 512

  /// The version; `nil` when the text is not of the form that all versions share.
  private static func version(of text: [UInt8]) -> UInt8? {
    let dash = UInt8(ascii: "-")
    guard (length...longest).contains(text.count), text[2] == dash, text[35] == dash, text[52] == dash else { return nil }
    guard text.count == length || text[length] == dash, let version = byte(text[..<2]), version != 0xff else { return nil }
    return version
  }

  private static func isIdentifier(_ digits: ArraySlice<UInt8>) -> Bool {
    digits.allSatisfy { digit(of: $0) != nil } && digits.contains { $0 != UInt8(ascii: "0") }
  }

  private static func byte(_ digits: ArraySlice<UInt8>) -> UInt8? {
    digits.reduce(0) { value, character in value.flatMap { value in digit(of: character).map { value << 4 | $0 } } }
  }

  private static func digit(of character: UInt8) -> UInt8? {
    switch character {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): character - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): character - UInt8(ascii: "a") + 10
    default: nil
    }
  }
}

extension TraceContext {
  /// Reads what ``stored`` wrote.
  public init?(stored text: String) {
    let lines = text.split(separator: "\n", maxSplits: 1).map(String.init)
    self.init(traceparent: lines.first ?? "", tracestate: lines.count > 1 ? lines[1] : nil)
  }

  /// The context as one text: the `traceparent`, and the `tracestate` in a line of its own.
  public var stored: String { state.map { "\(traceparent)\n\($0.text)" } ?? traceparent }
}
