// How often signing in may fail. Pure values: time is passed in.

/// Counts failed sign-ins, of each address and of all together.
public struct LoginLimit: Sendable {
  /// Failures in a minute from one address.
  public static let perAddress = 10
  /// Failures in a minute from everywhere: many addresses do not make many more guesses. It holds for addresses that failed themselves, so that
  /// strangers keep out nobody else.
  public static let overall = 100
  /// How many addresses are told apart; when they are more, those that have no failure to be reminded of are forgotten. When still all of them
  /// have one, no others are told apart, and the limit for all holds for everybody.
  static let maximumAddresses = 4096

  private var all: TokenBucket
  private var addresses: [IPAddress?: TokenBucket] = [:]

  /// Makes a limit without failures.
  public init(at now: Timestamp) {
    all = TokenBucket(RateLimit(count: Self.overall, perSeconds: 60), at: now)
  }

  /// How long an address has to wait for its next try; `nil` when it may try now. All of an IPv6 network of 64 bits count as one address,
  /// since anybody who has one has all of them; whose address is unknown counts as one, too.
  public mutating func wait(_ address: IPAddress?, at now: Timestamp) -> Duration? {
    let group = Self.group(address)
    let hasFailed = (addresses[group]?.untilFull(at: now) ?? .zero) > .zero
    guard hasFailed || addresses.count >= Self.maximumAddresses else { return nil }
    if let wait = all.wait(at: now) { return wait }
    return addresses[group]?.wait(at: now)
  }

  /// Notes a failure.
  public mutating func noteFailure(_ address: IPAddress?, at now: Timestamp) {
    // No debt is run up: who has failed waits for the others a second or so at most.
    _ = all.take(at: now)
    let group = Self.group(address)
    if addresses[group] == nil {
      makeRoom(at: now)
      guard addresses.count < Self.maximumAddresses else { return }
    }
    addresses[group, default: TokenBucket(RateLimit(count: Self.perAddress, perSeconds: 60), at: now)].owe(at: now)
  }

  private mutating func makeRoom(at now: Timestamp) {
    guard addresses.count >= Self.maximumAddresses else { return }
    addresses = addresses.filter { address in
      var bucket = address.value
      return bucket.untilFull(at: now) > .zero
    }
  }

  private static func group(_ address: IPAddress?) -> IPAddress? {
    guard let address, address.version == .v6 else { return address }
    let bits = address.bits
    return bits >> 32 == 0xffff ? address : IPAddress(v6: (bits >> 64) << 64)
  }
}
