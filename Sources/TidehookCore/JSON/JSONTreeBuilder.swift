// Builds the tree of a text that is canonical already, so that duplicates and order need no thought here.

/// The consumer that makes a `JSONValue`, in time linear in the text.
struct JSONTreeBuilder: JSONConsumer {
  /// Finished values that wait for their container to close; the root in the end.
  private var values: [JSONValue] = []
  /// Names of the members whose object is still open.
  private var keys: [String] = []
  private var containers: [OpenContainer] = []

  /// Where the values and keys of an open container start.
  private struct OpenContainer {
    let firstValue: Int
    let firstKey: Int
  }

  /// The tree, once the tokenizer has returned.
  var root: JSONValue { values.first ?? .null }

  mutating func beginObject(at offset: Int) { open() }

  mutating func beginArray(at offset: Int) { open() }

  mutating func endObject(at offset: Int) {
    let container = containers.removeLast()
    let members = zip(keys[container.firstKey...], values[container.firstValue...]).map { JSONValue.Member($0, $1) }
    close(container, as: .object(members))
  }

  mutating func endArray(at offset: Int) {
    let container = containers.removeLast()
    close(container, as: .array(Array(values[container.firstValue...])))
  }

  mutating func key(_ token: JSONStringToken) { keys.append(JSONEscape.decode(token.content)) }

  mutating func string(_ token: JSONStringToken) { values.append(.string(JSONEscape.decode(token.content))) }

  mutating func number(_ token: JSONNumberToken) {
    values.append(.number(canonical: String(decoding: token.literal, as: UTF8.self)))
  }

  mutating func literal(_ literal: JSONLiteral, at offset: Int) {
    switch literal {
    case .null: values.append(.null)
    case .true: values.append(.bool(true))
    case .false: values.append(.bool(false))
    }
  }

  private mutating func open() { containers.append(OpenContainer(firstValue: values.count, firstKey: keys.count)) }

  private mutating func close(_ container: OpenContainer, as value: JSONValue) {
    values.removeSubrange(container.firstValue...)
    keys.removeSubrange(container.firstKey...)
    values.append(value)
  }
}
