// What a replay runs.

/// Which versions a replay runs, the automatic retries that follow it included.
public enum ReplayedVersions: Sendable, Hashable {
  /// The webhook and the plugins as they are at each attempt.
  case current
  /// The webhook's revision and the plugins' versions that the delivery's first attempt ran (``PinnedVersions``).
  case original
  /// This revision of the webhook, with the plugins as they are at each attempt. Only a replay of one delivery can ask for it.
  case revision(Int)

  /// Those that have a name, which any replay can ask for.
  public static let named: [ReplayedVersions] = [.current, .original]
  /// The numbers that revisions can have.
  public static let revisions: ClosedRange<Int64> = 1...Int64(Int32.max)
}

extension ReplayedVersions: RawRepresentable {
  /// The API's text: a name, or a revision's number.
  public var rawValue: String {
    switch self {
    case .current: "current"
    case .original: "original"
    case .revision(let number): "\(number)"
    }
  }

  /// Reads ``rawValue``.
  public init?(rawValue: String) {
    if let named = Self.named.first(where: { $0.rawValue == rawValue }) {
      self = named
    } else {
      guard let number = Int64(rawValue), Self.revisions.contains(number), "\(number)" == rawValue else { return nil }
      self = .revision(Int(number))
    }
  }
}
