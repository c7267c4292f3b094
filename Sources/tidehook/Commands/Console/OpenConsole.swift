// `tidehook console link`: a link that signs in to the console once.

import ArgumentParser
import Foundation
import TidehookCore

/// The command.
struct OpenConsole: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "link", abstract: "Print a link that signs in to the console once, within five minutes.",
    discussion: "Whoever opens it uses the console with the key that this command was given.")

  @Flag(help: "Open it in a browser, too.")
  var open = false

  @OptionGroup(title: "Server") var options: ClientOptions

  func run() async throws {
    let answer = try await options.client().json("POST", "/v1/console/links")
    guard let path = answer.value["url"]?.stringValue else { throw CommandFailure(.refused, "the server answered without a link") }
    let link = options.server.address + path
    if options.json { Terminal.standardOutput.writeLine(answer.bytes) } else { Terminal.standardOutput.write(link + "\n") }
    if open { try Self.browse(link) }
  }

  /// Leaves the link to the desktop's own choice of a browser, where there is a desktop.
  private static func browse(_ link: String) throws(CommandFailure) {
    let folders = (Environment["PATH"] ?? "").split(separator: ":")
    let tool = folders.map { "\($0)/xdg-open" }.first { FileManager.default.isExecutableFile(atPath: $0) }
    guard let tool, Environment["DISPLAY"] != nil || Environment["WAYLAND_DISPLAY"] != nil else {
      return Terminal.standardError.write("there is no browser to open it with here; open it yourself\n")
    }
    let browser = Process()
    browser.executableURL = URL(fileURLWithPath: tool)
    browser.arguments = [link]
    do {
      try browser.run()
    } catch {
      throw CommandFailure(.refused, "cannot run \(tool): \(error)")
    }
    browser.waitUntilExit()
  }
}
