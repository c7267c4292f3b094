// Reads a secret as people give it on a command line, where everybody on the machine can read it while the command runs.

/// The value of an option that takes a secret: the secret itself, `@` and the file that holds it, or `-` for standard input.
enum SecretText {
  /// What every such option says of itself.
  static let help = "@FILE, or - for standard input, keeps it out of the list of processes"

  /// The secret that a text stands for. One that begins with `@` is written with another `@` before it.
  /// - Parameter option: what the text was given with.
  static func value(_ text: String, option: String) throws(CommandFailure) -> String {
    if text.hasPrefix("@@") { return String(text.dropFirst()) }
    guard text == "-" || text.hasPrefix("@") else { return text }
    let path = text == "-" ? text : String(text.dropFirst())
    guard !path.isEmpty else { throw CommandFailure(.usage, "\(option): expected a file behind the @") }
    var secret = try Input.text(path)
    // Editors end the last line of a file: that is no part of a secret.
    if secret.hasSuffix("\r\n") || secret.hasSuffix("\n") { secret.removeLast() }
    guard !secret.isEmpty else { throw CommandFailure(.usage, "\(option): \(path == "-" ? "standard input" : path) is empty") }
    return secret
  }

  /// Whether a text stands for standard input.
  static func isStandardInput(_ text: String) -> Bool { text == "-" || text == "@-" }
}
