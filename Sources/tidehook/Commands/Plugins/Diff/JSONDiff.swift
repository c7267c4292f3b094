// Compares two JSON values by their structure, and tells the difference line by line.

import TidehookCore

/// One line of a difference.
struct DiffLine {
  /// On which side the line stands.
  enum Mark {
    case same
    case removed
    case added
  }

  let mark: Mark
  let text: String
}

/// The lines of two values: those of objects are matched by their keys, those of arrays by the longest common sequence.
struct JSONDiff {
  /// The lines, laid out as ``JSONLayout`` does.
  private(set) var lines: [DiffLine] = []

  /// Compares; where only the order of keys differs, nothing does.
  init(from old: JSONValue, to new: JSONValue) {
    compare(old, new, at: Place())
  }

  /// Whether any line differs.
  var hasChanges: Bool { lines.contains { $0.mark != .same } }

  /// Where a value stands: what is written before it, and after it on either side.
  private struct Place {
    var indent = ""
    var label = ""
    var oldTail = ""
    var newTail = ""
  }

  private mutating func compare(_ old: JSONValue, _ new: JSONValue, at place: Place) {
    guard old != new else { return add(new, .same, place.label, place.newTail, place.indent) }
    switch (old, new) {
    case (.object(let before), .object(let after)) where !before.isEmpty && !after.isEmpty:
      enclose("{", "}", place) { $0.members(before, after, indent: place.indent + "  ") }
    case (.array(let before), .array(let after)) where Self.spansLines(before) || Self.spansLines(after):
      enclose("[", "]", place) { $0.elements(before, after, indent: place.indent + "  ") }
    default:
      add(old, .removed, place.label, place.oldTail, place.indent)
      add(new, .added, place.label, place.newTail, place.indent)
    }
  }

  private mutating func enclose(_ opening: String, _ closing: String, _ place: Place, _ body: (inout JSONDiff) -> Void) {
    lines.append(DiffLine(mark: .same, text: place.indent + place.label + opening))
    body(&self)
    lines.append(DiffLine(mark: .same, text: place.indent + closing + place.newTail))
  }

  /// In the new order; what is gone stands before what is new in its place, and before what followed it.
  private mutating func members(_ old: [JSONValue.Member], _ new: [JSONValue.Member], indent: String) {
    let oldValues = Dictionary(old.map { ($0.key, $0.value) }) { _, last in last }
    let newKeys = Set(new.map(\.key))
    var gone = old.indices.filter { !newKeys.contains(old[$0].key) }[...]
    let places = Dictionary(old.enumerated().map { ($1.key, $0) }) { _, last in last }
    func tail(_ index: Int, of count: Int) -> String { index == count - 1 ? "" : "," }
    func remove(_ index: Int, from diff: inout JSONDiff) {
      diff.add(old[index].value, .removed, Self.label(old[index].key), tail(index, of: old.count), indent)
    }
    for (index, member) in new.enumerated() {
      let nextKept = new[index...].lazy.compactMap { places[$0.key] }.first ?? old.count
      while let first = gone.first, first < nextKept {
        remove(first, from: &self)
        gone.removeFirst()
      }
      let newTail = tail(index, of: new.count)
      guard let place = places[member.key], let before = oldValues[member.key] else {
        add(member.value, .added, Self.label(member.key), newTail, indent)
        continue
      }
      let found = Place(indent: indent, label: Self.label(member.key), oldTail: tail(place, of: old.count), newTail: newTail)
      compare(before, member.value, at: found)
    }
    for index in gone { remove(index, from: &self) }
  }

  private mutating func elements(_ old: [JSONValue], _ new: [JSONValue], indent: String) {
    for step in SequenceDiff.steps(from: old, to: new) {
      switch step {
      case .keep(_, let index): add(new[index], .same, "", index == new.count - 1 ? "" : ",", indent)
      case .replace(let before, let after): replace(old, before, new, after, indent)
      }
    }
  }

  /// Elements that are gone against those that came: containers of one kind are compared in order, the rest is listed.
  private mutating func replace(_ old: [JSONValue], _ before: Range<Int>, _ new: [JSONValue], _ after: Range<Int>, _ indent: String) {
    func oldTail(_ index: Int) -> String { index == old.count - 1 ? "" : "," }
    func newTail(_ index: Int) -> String { index == new.count - 1 ? "" : "," }
    let pairs = zip(before, after).prefix { Self.areAlike(old[$0], new[$1]) }
    var paired = 0
    for (left, right) in pairs {
      paired += 1
      compare(old[left], new[right], at: Place(indent: indent, oldTail: oldTail(left), newTail: newTail(right)))
    }
    for index in before.dropFirst(paired) { add(old[index], .removed, "", oldTail(index), indent) }
    for index in after.dropFirst(paired) { add(new[index], .added, "", newTail(index), indent) }
  }

  private mutating func add(_ value: JSONValue, _ mark: DiffLine.Mark, _ label: String, _ tail: String, _ indent: String) {
    let text = label + JSONLayout.text(value) + tail
    for line in text.split(separator: "\n") { lines.append(DiffLine(mark: mark, text: indent + line)) }
  }

  private static func label(_ key: String) -> String {
    String(decoding: JSONValue.string(key).bytes, as: UTF8.self) + ": "
  }

  /// Whether an array is laid out on more than one line.
  private static func spansLines(_ elements: [JSONValue]) -> Bool {
    elements.contains { $0.members != nil || $0.elements != nil }
  }

  private static func areAlike(_ left: JSONValue, _ right: JSONValue) -> Bool {
    (left.members != nil && right.members != nil) || (left.elements != nil && right.elements != nil)
  }
}
