import Testing
import TidehookCore

@Suite struct StoreSpaceTests {
  @Test func someFreePagesAreKeptForWhatComesNext() {
    #expect(StoreSpace(pageBytes: 4096, pages: 1000, freePages: 256).surplusPages == 0)
    #expect(StoreSpace(pageBytes: 4096, pages: 1000, freePages: 300).surplusPages == 44)
    #expect(StoreSpace(pageBytes: 4096, pages: 100_000, freePages: 5000).surplusPages == 0)
    #expect(StoreSpace(pageBytes: 4096, pages: 100_000, freePages: 90_000).surplusPages == 85_000)
    #expect(StoreSpace(pageBytes: 4096, pages: 100_000, freePages: 90_000).usedBytes == 40_960_000)
  }

  @Test func aDatabaseThatStaysTooLargeIsToldOnce() {
    var gauge = SizeGauge()
    #expect(gauge.note(10, limit: 10) == nil)
    let told = gauge.note(11, limit: 10)
    #expect(told?.type.name == "store.over_limit")
    #expect(told?.data == ["used_bytes": .integer(11), "max_database_bytes": .integer(10)])
    #expect(gauge.note(12, limit: 10) == nil)
    #expect(gauge.note(9, limit: 10) == nil)
    #expect(gauge.note(11, limit: 10) != nil)
  }

  @Test func aDatabaseThatIsTooLargeForTenMinutesIsToldThoughItShrinks() {
    var gauge = SizeGauge()
    let began = Timestamp(microseconds: 0)
    #expect(gauge.watch(11, limit: 10, at: began) == nil)
    #expect(gauge.watch(11, limit: 10, at: began + .seconds(599)) == nil)
    #expect(gauge.watch(11, limit: 10, at: began + .seconds(600)) != nil)
    #expect(gauge.watch(11, limit: 10, at: began + .seconds(601)) == nil)
    #expect(gauge.note(11, limit: 10) == nil)
    #expect(gauge.note(10, limit: 10) == nil)
    #expect(gauge.watch(11, limit: 10, at: began + .seconds(700)) == nil)
  }
}
