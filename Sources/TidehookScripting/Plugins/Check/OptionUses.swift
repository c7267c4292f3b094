// Finds which options a plugin's source speaks of.

/// The options that source reads, judged by its words alone.
///
/// Known are `options.NAME` and `options["NAME"]`, also under another name that a local variable of the same file gives to `….options`.
/// What is read in any other way (by a computed name, or from a table that options were copied to) is not seen as a read, so
/// ``mentions`` has every field name and every string: an option that is in neither is used nowhere.
struct OptionUses {
  /// Options that are read, with their lines.
  private(set) var reads: [LuaGlobals.Use] = []
  /// Every name after a full stop and every string.
  private(set) var mentions: Set<String> = []

  init(in tokens: [LuaToken]) {
    let names = Self.aliases(in: tokens).union(["options"])
    for (index, token) in tokens.enumerated() {
      if let text = token.string { mentions.insert(text) }
      guard index > 0, tokens[index - 1].isSymbol("."), let name = token.name else { continue }
      mentions.insert(name)
      if index > 1, Self.isOptions(tokens, index - 2, names) { reads.append(.init(name: name, line: token.line)) }
    }
    for index in tokens.indices.dropFirst(2) where tokens[index - 1].isSymbol("[") && Self.isOptions(tokens, index - 2, names) {
      if let text = tokens[index].string { reads.append(.init(name: text, line: tokens[index].line)) }
    }
  }

  /// `options` wherever it stands; another name only where it is a variable.
  private static func isOptions(_ tokens: [LuaToken], _ index: Int, _ names: Set<String>) -> Bool {
    guard let name = tokens[index].name, names.contains(name) else { return false }
    return name == "options" || index == 0 || !(tokens[index - 1].isSymbol(".") || tokens[index - 1].isSymbol(":"))
  }

  /// The variables of `local o = ctx.options`.
  private static func aliases(in tokens: [LuaToken]) -> Set<String> {
    var names: Set<String> = []
    for index in tokens.indices where tokens[index].kind == .keyword("local") && index + 6 < tokens.count {
      let (equals, point, options, after) = (tokens[index + 2], tokens[index + 4], tokens[index + 5], tokens[index + 6])
      guard equals.isSymbol("="), point.isSymbol("."), options.name == "options" else { continue }
      if [".", "[", ":", "("].contains(where: after.isSymbol) { continue }
      if let name = tokens[index + 1].name { names.insert(name) }
    }
    return names
  }
}
