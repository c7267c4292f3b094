// The `tracestate` of W3C Trace Context: a list of vendors' entries that is passed on as it came, within bounds.

/// What vendors keep along a trace.
public struct TraceState: Sendable, Hashable {
  /// The list as it is passed on.
  public let text: String

  /// How many entries the specification allows, how many bytes are passed on, and from which length on an entry goes first when it is too much
  /// (section 3.3.1.5 of the Recommendation).
  private static let maximumEntries = 32, maximumBytes = 512, longEntry = 128

  /// Reads a list; `nil` when it is empty or not as specified.
  public init?(_ text: String) {
    guard text.utf8.count <= 8192 else { return nil }
    let entries = text.utf8.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: true)
      .map { Self.trimmed(Array($0)) }.filter { !$0.isEmpty }
    guard (1...Self.maximumEntries).contains(entries.count), entries.allSatisfy(Self.isEntry),
      Set(entries.map { $0.prefix { $0 != UInt8(ascii: "=") } }).count == entries.count
    else { return nil }
    let kept = Self.bounded(entries)
    guard !kept.isEmpty else { return nil }
    self.text = String(decoding: Array(kept.joined(separator: [UInt8(ascii: ",")])), as: UTF8.self)
  }

  /// The entries that fit: long ones go first, then the last ones, which are the oldest.
  private static func bounded(_ entries: [[UInt8]]) -> [[UInt8]] {
    func isTooMuch(_ entries: [[UInt8]]) -> Bool { entries.reduce(entries.count - 1) { $0 + $1.count } > maximumBytes }
    var kept = entries
    while isTooMuch(kept), let index = kept.lastIndex(where: { $0.count > longEntry }) { kept.remove(at: index) }
    while isTooMuch(kept) { kept.removeLast() }
    return kept
  }

  private static func trimmed(_ entry: [UInt8]) -> [UInt8] {
    func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }
    return Array(entry.drop(while: isSpace).reversed().drop(while: isSpace).reversed())
  }

  private static func isEntry(_ entry: [UInt8]) -> Bool {
    guard let equals = entry.firstIndex(of: UInt8(ascii: "=")) else { return false }
    let value = entry[(equals + 1)...]
    return isKey(entry[..<equals]) && (1...256).contains(value.count) && value.last != 0x20
      && value.allSatisfy { (0x20...0x7e).contains($0) && $0 != UInt8(ascii: "=") }
  }

  /// `vendor`, or `tenant@vendor` with a tenant that may begin with a digit.
  private static func isKey(_ key: ArraySlice<UInt8>) -> Bool {
    let parts = key.split(separator: UInt8(ascii: "@"), omittingEmptySubsequences: false)
    switch parts.count {
    case 1: return isName(parts[0], upTo: 256, mayBeginWithDigit: false)
    case 2: return isName(parts[0], upTo: 241, mayBeginWithDigit: true) && isName(parts[1], upTo: 14, mayBeginWithDigit: false)
    default: return false
    }
  }

  private static func isName(_ name: ArraySlice<UInt8>, upTo limit: Int, mayBeginWithDigit: Bool) -> Bool {
    guard let first = name.first, name.count <= limit else { return false }
    let isLetter = (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(first)
    let isDigit = (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first)
    return (isLetter || (mayBeginWithDigit && isDigit)) && name.allSatisfy(isNameByte)
  }

  private static func isNameByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"),
      UInt8(ascii: "*"), UInt8(ascii: "/"):
      true
    default: false
    }
  }
}
