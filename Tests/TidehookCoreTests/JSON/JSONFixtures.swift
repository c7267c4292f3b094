// What the JSON tests share: text in and out, and numbers that are random but the same in each run.

import TidehookCore

/// The canonical form of `text` as text, or the refusal.
func canonical(_ text: String) throws(JSONError) -> String {
  String(decoding: try CanonicalJSON.canonicalize(Array(text.utf8)), as: UTF8.self)
}

/// The refusal of `bytes`, or `nil` when they are JSON.
func refusal(of bytes: [UInt8]) -> JSONError? {
  do throws(JSONError) {
    _ = try CanonicalJSON.canonicalize(bytes)
    return nil
  } catch {
    return error
  }
}
