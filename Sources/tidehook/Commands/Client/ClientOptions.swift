// The options that every client command has: which server, with which key, and in which form to answer.

import ArgumentParser
import Glibc

/// Where the server is, and how to speak to it and to the user.
struct ServerOptions: ParsableArguments {
  @Option(help: ArgumentHelp("The server's address (environment: TIDEHOOK_SERVER; default: http://127.0.0.1:8420).", valueName: "url"))
  var server: String?

  @Option(
    help: ArgumentHelp(
      "The API key (environment: TIDEHOOK_API_KEY; default: the data folder's admin.key); \(SecretText.help).", valueName: "key"))
  var apiKey: String?

  @Flag(help: "Print the answer's JSON as it came, for machines.")
  var json = false

  /// The server's address, without a slash at its end.
  var address: String {
    let address = server ?? Environment["TIDEHOOK_SERVER"] ?? "http://127.0.0.1:8420"
    return address.hasSuffix("/") ? String(address.dropLast()) : address
  }

  /// A client for the server that these options name.
  /// - Parameter folder: the server's data folder; `nil` for what the environment names, else `./data`.
  func client(dataFolder folder: String? = nil) throws(CommandFailure) -> APIClient {
    try APIClient(server: address, key: try key(folder ?? Environment["TIDEHOOK_DATA"] ?? "./data"))
  }

  private func key(_ folder: String) throws(CommandFailure) -> String {
    if let apiKey { return try SecretText.value(apiKey, option: "--api-key") }
    if let key = Environment["TIDEHOOK_API_KEY"] { return key }
    let path = folder + "/admin.key"
    let text = (try? Input.file(path)).map { String(decoding: $0, as: UTF8.self) }
    guard let key = text?.split(whereSeparator: \.isWhitespace).first else {
      throw CommandFailure(
        .usage,
        "no API key: \(path) cannot be read; give the key with --api-key or TIDEHOOK_API_KEY, or name the server's data folder")
    }
    return String(key)
  }
}

/// The server's options and its data folder; for every command that does not itself have a `--data`.
struct ClientOptions: ParsableArguments {
  @OptionGroup var server: ServerOptions

  @Option(help: ArgumentHelp("The server's data folder (environment: TIDEHOOK_DATA; default: ./data).", valueName: "folder"))
  var data: String?

  /// Whether to print the answer's JSON.
  var json: Bool { server.json }

  /// A client for the server that these options name.
  func client() throws(CommandFailure) -> APIClient {
    if let data, !Self.isFolder(data) {
      throw CommandFailure(.usage, "--data: expected the server's data folder, got \(SafeText.line(data)), and there is no such folder")
    }
    return try server.client(dataFolder: data)
  }

  private static func isFolder(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }
}
