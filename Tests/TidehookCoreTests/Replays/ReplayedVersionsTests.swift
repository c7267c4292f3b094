import Testing
import TidehookCore

@Suite struct ReplayedVersionsTests {
  @Test(arguments: [ReplayedVersions.current, .original, .revision(1), .revision(70_000)])
  func eachReadsItsOwnText(versions: ReplayedVersions) {
    #expect(ReplayedVersions(rawValue: versions.rawValue) == versions)
  }

  @Test(arguments: ["", "first", "0", "-1", "1.5", "99999999999", " 1", "+1", "007", "1_000", "１"])
  func noOtherTextIsOne(text: String) {
    #expect(ReplayedVersions(rawValue: text) == nil)
  }
}
