// Finds the names in Lua source that are no local variables.

/// The global names that a chunk reads and writes.
struct LuaGlobals {
  /// Where a name stands.
  struct Use: Hashable {
    let name: String
    let line: Int
  }

  private(set) var reads: [Use] = []
  private(set) var writes: [Use] = []
  /// Names that are assigned something that is not a function as it stands there.
  private(set) var variables: [Use] = []
  /// Members of globals, as `text.trim`.
  private(set) var members: [Use] = []

  private let tokens: [LuaToken]
  private var index = 0
  /// The local variables of each open block.
  private var scopes: [Set<String>] = [[]]

  private static let unary: Set<String> = ["-", "~", "#"]
  private static let binary: Set<String> = [
    "+", "-", "*", "/", "//", "%", "^", "..", "<", ">", "<=", ">=", "==", "~=", "&", "|", "~", "<<", ">>",
  ]

  /// Reads a chunk that Lua has compiled.
  init(of tokens: [LuaToken]) {
    self.tokens = tokens
    block()
  }

  // MARK: Tokens

  private var token: LuaToken { tokens[index] }

  private mutating func advance() { index = min(index + 1, tokens.count - 1) }

  private func isKeyword(_ text: String) -> Bool { token.kind == .keyword(text) }

  private mutating func take(_ symbol: String) -> Bool {
    guard token.isSymbol(symbol) else { return false }
    advance()
    return true
  }

  private mutating func takeKeyword(_ text: String) -> Bool {
    guard isKeyword(text) else { return false }
    advance()
    return true
  }

  private mutating func takeName() -> LuaToken? {
    guard token.name != nil else { return nil }
    defer { advance() }
    return token
  }

  // MARK: Names

  private mutating func declare(_ name: LuaToken?) {
    if let name = name?.name { scopes[scopes.count - 1].insert(name) }
  }

  private func isLocal(_ name: String) -> Bool { scopes.contains { $0.contains(name) } }

  private mutating func read(_ token: LuaToken?) {
    if let token, let name = token.name, !isLocal(name) { reads.append(Use(name: name, line: token.line)) }
  }

  private mutating func write(_ token: LuaToken?) {
    if let token, let name = token.name, !isLocal(name) { writes.append(Use(name: name, line: token.line)) }
  }

  // MARK: Statements

  private mutating func scoped(_ names: [LuaToken?] = [], _ body: (inout LuaGlobals) -> Void) {
    scopes.append([])
    for name in names { declare(name) }
    body(&self)
    scopes.removeLast()
  }

  private mutating func block() {
    while token.kind != .end, !["end", "else", "elseif", "until"].contains(where: isKeyword) {
      let before = index
      statement()
      if index == before { advance() }
    }
  }

  private mutating func blockToEnd(declaring names: [LuaToken?] = []) {
    scoped(names) { $0.block() }
    _ = takeKeyword("end")
  }

  private mutating func statement() {
    guard case .keyword(let word) = token.kind else {
      if token.isSymbol("::") || token.isSymbol(";") { return label() }
      return expressionStatement()
    }
    switch word {
    case "local": localStatement()
    case "function": functionStatement()
    case "if": ifStatement()
    case "for": forStatement()
    case "while": whileStatement()
    case "repeat": repeatStatement()
    case "do":
      advance()
      blockToEnd()
    case "return":
      advance()
      expressions()
    case "goto":
      advance()
      advance()
    case "break": advance()
    default: expressionStatement()
    }
  }

  private mutating func label() {
    guard take("::") else { return advance() }
    advance()
    _ = take("::")
  }

  private mutating func localStatement() {
    advance()
    if takeKeyword("function") {
      declare(takeName())
      return functionBody()
    }
    var names: [LuaToken?] = []
    repeat {
      names.append(takeName())
      if take("<") {
        advance()
        _ = take(">")
      }
    } while take(",")
    // The values do not see the new names.
    if take("=") { expressions() }
    for name in names { declare(name) }
  }

  private mutating func functionStatement() {
    advance()
    let name = takeName()
    var isMethod = false
    if token.isSymbol(".") || token.isSymbol(":") { read(name) } else { write(name) }
    while token.isSymbol(".") || token.isSymbol(":") {
      isMethod = token.isSymbol(":")
      advance()
      advance()
    }
    functionBody(isMethod: isMethod)
  }

  private mutating func functionBody(isMethod: Bool = false) {
    _ = take("(")
    var parameters: [LuaToken?] = isMethod ? [LuaToken(kind: .name("self"), line: token.line)] : []
    while token.kind != .end, !take(")") {
      parameters.append(takeName())
      if parameters.last == .some(nil) { advance() }
    }
    blockToEnd(declaring: parameters)
  }

  private mutating func ifStatement() {
    repeat {
      advance()
      expression()
      _ = takeKeyword("then")
      scoped { $0.block() }
    } while isKeyword("elseif")
    if takeKeyword("else") { scoped { $0.block() } }
    _ = takeKeyword("end")
  }

  private mutating func forStatement() {
    advance()
    var names: [LuaToken?] = []
    repeat { names.append(takeName()) } while take(",")
    if !take("=") { _ = takeKeyword("in") }
    expressions()
    _ = takeKeyword("do")
    blockToEnd(declaring: names)
  }

  private mutating func whileStatement() {
    advance()
    expression()
    _ = takeKeyword("do")
    blockToEnd()
  }

  private mutating func repeatStatement() {
    advance()
    // The condition sees the block's names.
    scoped {
      $0.block()
      _ = $0.takeKeyword("until")
      $0.expression()
    }
  }

  private mutating func expressionStatement() {
    var targets = [suffixed()]
    while take(",") { targets.append(suffixed()) }
    guard take("=") else {
      for target in targets { read(target) }
      return
    }
    let isFunction = isKeyword("function")
    expressions()
    let known = writes.count
    for target in targets { write(target) }
    if !isFunction { variables += writes[known...] }
  }

  // MARK: Expressions

  private mutating func expressions() {
    guard token.kind != .end, !token.isSymbol(";"), !["end", "else", "elseif", "until"].contains(where: isKeyword) else { return }
    repeat { expression() } while take(",")
  }

  private mutating func expression() {
    repeat {
      while isUnary { advance() }
      operand()
    } while takeBinary()
  }

  private var isUnary: Bool {
    if case .symbol(let text) = token.kind { return Self.unary.contains(text) }
    return isKeyword("not")
  }

  private mutating func takeBinary() -> Bool {
    if case .symbol(let text) = token.kind, Self.binary.contains(text) {
      advance()
      return true
    }
    return takeKeyword("and") || takeKeyword("or")
  }

  private mutating func operand() {
    switch token.kind {
    case .number, .string: advance()
    case .keyword("function"):
      advance()
      functionBody()
    case .keyword("nil"), .keyword("true"), .keyword("false"): advance()
    case .symbol("..."): advance()
    case .symbol("{"): table()
    case .name, .symbol, .keyword, .end: read(suffixed())
    }
    // Methods of literals: ("x"):rep(3) is a suffixed expression already; "x" {…} is none.
  }

  private mutating func table() {
    advance()
    while token.kind != .end, !take("}") {
      let before = index
      if take("[") {
        expression()
        _ = take("]")
        _ = take("=")
        expression()
      } else if token.name != nil, tokens[min(index + 1, tokens.count - 1)].isSymbol("=") {
        index += 2
        expression()
      } else {
        expression()
      }
      _ = take(",") || take(";")
      if index == before { advance() }
    }
  }

  /// A name or a bracketed expression with fields, indices and calls after it. Returns the name when it stands alone: whether it is
  /// read or written is for the caller to say.
  private mutating func suffixed() -> LuaToken? {
    var alone: LuaToken?
    if take("(") {
      expression()
      _ = take(")")
    } else {
      alone = takeName()
    }
    while suffix(of: alone) { alone = nil }
    return alone
  }

  private mutating func suffix(of name: LuaToken?) -> Bool {
    switch token.kind {
    case .symbol("."), .symbol(":"):
      read(name)
      advance()
      if let base = name?.name, !isLocal(base), let member = token.name { members.append(Use(name: "\(base).\(member)", line: token.line)) }
      advance()
    case .symbol("["):
      read(name)
      advance()
      expression()
      _ = take("]")
    case .symbol("("):
      read(name)
      advance()
      if !token.isSymbol(")") { repeat { expression() } while take(",") }
      _ = take(")")
    case .string:
      read(name)
      advance()
    case .symbol("{"):
      read(name)
      table()
    case .name, .keyword, .number, .symbol, .end: return false
    }
    return true
  }
}
