// The short way to canonical JSON, for callers that keep no canonicaliser.

/// Canonical JSON in one call; see `JSONCanonicalizer` for the form.
public enum CanonicalJSON {
  /// Returns the canonical form of `text`, or throws where and why it is not JSON.
  /// - Parameter maximumDepth: 1 to 192, by default 128; how deep arrays and objects may nest.
  public static func canonicalize(_ text: [UInt8], maximumDepth: Int = 128) throws(JSONError) -> [UInt8] {
    var canonicalizer = JSONCanonicalizer(maximumDepth: maximumDepth)
    return try canonicalizer.canonicalize(text)
  }

  /// Returns the canonical form of `text`, or throws where and why it is not JSON.
  /// - Parameter maximumDepth: 1 to 192, by default 128; how deep arrays and objects may nest.
  public static func canonicalize(_ text: UnsafeRawBufferPointer, maximumDepth: Int = 128) throws(JSONError) -> [UInt8] {
    var canonicalizer = JSONCanonicalizer(maximumDepth: maximumDepth)
    return try canonicalizer.canonicalize(text)
  }
}
