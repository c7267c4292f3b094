import Testing
import TidehookCore
import TidehookDelivery

@Suite struct VettedAddressesTests {
  private func addresses(_ host: String, allowing ranges: [String] = []) async throws -> [String] {
    let policy = EgressPolicy(allowed: try ranges.map { try AddressRange(parsing: $0) })
    let resolver = FixedResolver(["good": [["93.184.216.34", "::ffff:8.8.8.8"]], "mixed": [["93.184.216.34", "10.0.0.1"]], "none": [[]]])
    let guarded = VettedAddresses(policy: policy, resolver: resolver)
    return try await guarded.addresses(of: DestinationURL(parsing: "postgres://u@\(host)/d", allowing: .all)).map(\.description)
  }

  @Test func namesAreResolvedAndLiteralsAreNot() async throws {
    #expect(try await addresses("good") == ["93.184.216.34", "8.8.8.8"])
    #expect(try await addresses("93.184.216.34") == ["93.184.216.34"])
  }

  @Test(arguments: ["mixed", "10.0.0.1", "127.1", "localhost", "[::1]", "none"])
  func whatTheGuardRefusesIsNeverAnAddress(_ host: String) async throws {
    let failure = await #expect(throws: AttemptFailure.self) { try await addresses(host) }
    #expect(failure?.kind == .blocked)
  }

  @Test func anOperatorMayAllowThem() async throws {
    #expect(try await addresses("mixed", allowing: ["10.0.0.0/8"]) == ["93.184.216.34", "10.0.0.1"])
    #expect(try await addresses("localhost", allowing: ["127.0.0.0/8"]) == ["127.0.0.1"])
  }

  @Test func aNameWithoutAddressesFailsAsSuch() async throws {
    let failure = await #expect(throws: AttemptFailure.self) { try await addresses("unknown") }
    #expect(failure?.kind == .dns)
  }
}
