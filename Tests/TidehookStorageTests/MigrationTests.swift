// The schema goes forward one whole step at a time, and never back.

import Testing
import TidehookCore
import TidehookStorage
import TidehookTesting

@Suite struct MigrationTests {
  private let fixture = StoreFixture()

  private let next = (Migration.all.last?.number ?? 0) + 1

  @Test func stepsAreNumberedInOrderWithoutAGap() {
    let numbers = Migration.all.map(\.number)
    #expect(numbers == Array(1...Int64(numbers.count)))
  }

  @Test func aMissingStepIsTakenAndNoneTwice() async throws {
    let more = Migration(next, "one more") { _ in ["CREATE TABLE more (x TEXT)"] }
    try await fixture.open(Faults()).close()
    try await fixture.open(Faults(), migrator: Migrator(Migration.all + [more])).close()
    try await fixture.open(Faults(), migrator: Migrator(Migration.all + [more])).close()
  }

  @Test func aDatabaseOfANewerReleaseIsRefusedInOneSentence() async throws {
    let newer = Migration(next, "newer") { _ in [] }
    try await fixture.open(Faults(), migrator: Migrator(Migration.all + [newer])).close()
    #expect { try fixture.open() } throws: { error in
      (error as? StoreError)?.description
        == "the database has schema version \(newer.number), made by a newer Tidehook; this one knows versions up to \(newer.number - 1)"
    }
  }

  @Test func aStepThatFailsLeavesNothingBehind() async throws {
    let number = next
    let broken = Migration(number, "broken") { _ in ["CREATE TABLE half (x TEXT)", "CREATE TABLE half (x TEXT)"] }
    #expect(throws: StoreError.self) { try fixture.open(Faults(), migrator: Migrator(Migration.all + [broken])) }
    let mended = Migration(number, "mended") { _ in ["CREATE TABLE half (x TEXT)"] }
    try await fixture.open(Faults(), migrator: Migrator(Migration.all + [mended])).close()
  }
}
