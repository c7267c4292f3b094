import Glibc
import Testing
import TidehookCore
import TidehookDelivery
import TidehookStorage
import TidehookTesting

/// Weeks of a gateway's life in virtual time. With `SWIFT_DETERMINISTIC_HASHING=1` a seed that fails once fails again in the very same way.
@Suite struct SimulationTests {
  /// Those that always run; another one is named by TIDEHOOK_SIMULATION_SEED.
  static let seeds: [UInt64] =
    if let text = getenv("TIDEHOOK_SIMULATION_SEED"), let seed = UInt64(String(cString: text)) { [seed] } else { [1, 2, 3] }

  @Test(.serialized, arguments: seeds)
  func weeksOfTroubleLoseNothingAndKeepEveryPromise(seed: UInt64) async throws {
    var simulation = try Simulation(seed: seed)
    do {
      for webhook in try SimulationPlan.webhooks(simulation) { try await simulation.add(webhook) }
      for (happening, time) in SimulationPlan(simulation).agenda { simulation.add(happening, at: time) }
      try await simulation.run()
      try await simulation.checkStore()
    } catch {
      Issue.record("seed \(seed), \(simulation.now.rfc3339): \(error)")
      return
    }
    let unseen = Ledger.Sight.allCases.filter { simulation.ledger.sights[$0] == nil }
    #expect(unseen.isEmpty, "seed \(seed): a run that does not meet these says nothing about them")
  }
}
