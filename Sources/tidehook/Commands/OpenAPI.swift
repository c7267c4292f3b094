// `tidehook openapi`: the API's description without a server, for tools and for the check of docs/openapi.json.

import ArgumentParser
import TidehookAPI

struct OpenAPI: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "openapi", abstract: "Print the OpenAPI document of the HTTP API.", shouldDisplay: false)

  func run() async {
    Terminal.standardOutput.writeLine(TidehookAPI.openAPI())
  }
}
