// Checks that what a user gave is JSON before it is sent.

import TidehookCore

/// JSON as users write it.
enum JSONText {
  /// The text itself when it is JSON; otherwise a failure that says where it is not.
  static func checked(_ text: [UInt8], called name: String) throws(CommandFailure) -> [UInt8] {
    do {
      _ = try JSONView(text)
    } catch {
      throw CommandFailure(.usage, "\(name) is not JSON: \(error)")
    }
    return text
  }
}
