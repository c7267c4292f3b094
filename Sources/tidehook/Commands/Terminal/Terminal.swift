// Standard output and standard error: is a person looking, how wide is the window, are colours wanted.

import Glibc

/// One of the process's output streams. Writes go straight to the file descriptor, so that a pipe's reader sees each line at once.
struct Terminal: Sendable {
  /// Standard output: results only.
  static let standardOutput = Terminal(descriptor: STDOUT_FILENO)
  /// Standard error: messages and progress.
  static let standardError = Terminal(descriptor: STDERR_FILENO)

  /// Whether a person looks at it.
  let isInteractive: Bool
  /// Whether colours are welcome: on a terminal, unless `NO_COLOR` is set or the terminal is `dumb`.
  let hasColours: Bool
  private let descriptor: CInt

  private init(descriptor: CInt) {
    self.descriptor = descriptor
    isInteractive = isatty(descriptor) == 1
    hasColours = isInteractive && Environment["NO_COLOR"] == nil && Environment["TERM"] != "dumb"
  }

  /// How many columns it has; `nil` when it is no terminal, and nothing needs to be cut.
  var width: Int? {
    guard isInteractive else { return nil }
    var size = winsize()
    guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
    return Int(size.ws_col)
  }

  /// Writes a text.
  func write(_ text: String) {
    write(Array(text.utf8))
  }

  /// Writes bytes. Ends the process quietly when nobody reads them any more (`tidehook … | head`).
  func write(_ bytes: [UInt8]) {
    var written = 0
    while written < bytes.count {
      let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress?.advanced(by: written), $0.count - written) }
      if count < 0 && (errno == EINTR || errno == EAGAIN) { continue }
      guard count > 0 else { exit(errno == EPIPE ? 0 : 1) }
      written += count
    }
  }

  /// Writes bytes and ends the line.
  func writeLine(_ bytes: [UInt8]) {
    write(bytes.last == UInt8(ascii: "\n") ? bytes : bytes + [UInt8(ascii: "\n")])
  }

  /// A text in a style, where colours are welcome.
  func styled(_ text: String, _ style: Style) -> String {
    hasColours && style != .plain && !text.isEmpty ? "\u{1B}[\(style.rawValue)m\(text)\u{1B}[0m" : text
  }
}

/// How a text looks, by its code in ECMA-48's "select graphic rendition".
enum Style: String, Sendable {
  case plain = "0"
  case bold = "1"
  case dim = "2"
  case good = "32"
  case bad = "31"
  case waiting = "33"
  case accent = "36"
}
