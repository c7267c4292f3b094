// `tidehook lua-api`: what the functions for scripts say of themselves, for docs/lua-api.md and for editors.

import ArgumentParser
import TidehookScripting

struct LuaAPI: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lua-api", abstract: "Print what the functions for Lua scripts declare of themselves, as JSON.", shouldDisplay: false)

  func run() async throws {
    guard let declarations = HostLibrary.declarations() else { throw ExitCode.failure }
    Terminal.standardOutput.writeLine(declarations)
  }
}
