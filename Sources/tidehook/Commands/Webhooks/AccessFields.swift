// The options that say how a webhook's receiver is reached.

import ArgumentParser
import TidehookCore

/// `auth`, `tls`, `proxy`, and the secret ones of `headers`.
struct AccessFields: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "A header for each delivery whose value is shown to nobody, NAME=VALUE or NAME=@FILE; may be repeated.", valueName: "header"))
  var secretHeader: [String] = []

  @Option(help: ArgumentHelp("Name and password for the receiver; \(SecretText.help).", valueName: "user:password"))
  var basic: String?

  @Option(help: ArgumentHelp("A token for the receiver; \(SecretText.help).", valueName: "token"))
  var bearer: String?

  @Option(
    help: ArgumentHelp(
      "How requests say who they are from, as the API takes it: {\"type\": \"oauth2\", …}, or @FILE, or @-.",
      valueName: "json"))
  var auth: String?

  @Option(help: ArgumentHelp("The certificate that the receiver is shown, in PEM format; none for no more of it.", valueName: "file"))
  var clientCert: String?

  @Option(help: ArgumentHelp("The private key of --client-cert, in PEM format; none for no more of it.", valueName: "file"))
  var clientKey: String?

  @Option(
    help: ArgumentHelp("Authorities that are trusted besides the system's, in PEM format; none for no more of them.", valueName: "file"))
  var ca: String?

  @Option(
    help: ArgumentHelp(
      "The forward proxy on the way, http://HOST:PORT; direct for none, whatever the server says; \(SecretText.help).", valueName: "url"))
  var proxy: String?

  /// The members of the request, but for the headers.
  func members() throws(CommandFailure) -> [(String, JSONValue?)] {
    var way: JSONValue?
    if let proxy { way = .string(try SecretText.value(proxy, option: "--proxy")) }
    return [("auth", try authMember()), ("tls", try tlsMember()), ("proxy", way)]
  }

  /// The request's `headers` with the secret ones among them.
  /// - Parameter others: those that everybody may see; `nil` when none were named.
  func headers(with others: [JSONValue.Member]?) throws(CommandFailure) -> JSONValue? {
    var members = others ?? []
    for text in secretHeader {
      let header = try HeaderText.split(text)
      members.append(JSONValue.Member(header.name, ["secret": .string(try SecretText.value(header.value, option: "--secret-header"))]))
    }
    return others == nil && secretHeader.isEmpty ? nil : .object(members)
  }

  private func authMember() throws(CommandFailure) -> JSONValue? {
    guard [basic, bearer, auth].count(where: { $0 != nil }) < 2 else {
      throw CommandFailure(.usage, "--basic, --bearer and --auth say the same: give one of them")
    }
    if let bearer { return ["type": "bearer", "token": .string(try SecretText.value(bearer, option: "--bearer"))] }
    if let auth { return try PluginOptionsText.value(of: auth, option: "--auth") }
    guard let text = self.basic else { return nil }
    let pair = try SecretText.value(text, option: "--basic")
    guard let colon = pair.firstIndex(of: ":") else { throw CommandFailure(.usage, "--basic: expected USER:PASSWORD") }
    return [
      "type": "basic", "username": .string(String(pair[..<colon])), "password": .string(String(pair[pair.index(after: colon)...])),
    ]
  }

  private func tlsMember() throws(CommandFailure) -> JSONValue? {
    var members: [JSONValue.Member] = []
    for (name, file) in [("client_certificate", clientCert), ("client_key", clientKey), ("ca", ca)] {
      if let file { members.append(JSONValue.Member(name, file == "none" ? .null : .string(try Input.text(file)))) }
    }
    return members.isEmpty ? nil : .object(members)
  }
}
