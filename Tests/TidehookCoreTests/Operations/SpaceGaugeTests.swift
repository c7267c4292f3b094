import Testing
import TidehookCore
import TidehookTesting

@Suite struct SpaceGaugeTests {
  private let clock = TestClock()

  @Test func littleSpaceIsToldOnceAndItsEndOnlyWhenThereIsTwiceAsMuch() {
    var gauge = SpaceGauge()
    let told = ([9000, 499, 400, 600, 480, 999, 1000, 600, 499] as [Int64]).map { free -> String? in
      let space = DiskSpace(freeBytes: free, totalBytes: 10_000)
      return gauge.note(space, at: clock.now())?.type.name
    }
    #expect(told == [nil, "store.low_space", nil, nil, nil, nil, "store.recovered", nil, "store.low_space"])
  }

  @Test func onALargeDiskAGibibyteIsEnough() {
    #expect(DiskSpace(freeBytes: 0, totalBytes: 1 << 40).threshold == 1 << 30)
    #expect(DiskSpace(freeBytes: 0, totalBytes: 8 << 20).threshold == (8 << 20) / 20)
  }
}
