import Testing
import TidehookCore

@Suite struct LogHistogramTests {
  private func histogram(_ durations: [Int64]) -> LogHistogram {
    var histogram = LogHistogram()
    for duration in durations { histogram.add(duration) }
    return histogram
  }

  @Test func anEmptyOneHasNoQuantiles() {
    #expect(LogHistogram().quantile(0.5) == nil)
    #expect(LogHistogram().mean == nil)
    #expect(LogHistogram().count == 0)
  }

  @Test func bucketsGrowByTheRootOfTwoFromAQuarterOfAMillisecondToSixDays() {
    #expect(LogHistogram.ends.count == LogHistogram.size - 1)
    #expect(LogHistogram.ends.first == 250)
    #expect(LogHistogram.ends.last == 250 << 31)
    for (low, high) in zip(LogHistogram.ends, LogHistogram.ends.dropFirst()) { #expect(abs(Double(high) / Double(low) - 1.41421) < 0.01) }
  }

  @Test(arguments: [1, 250, 251, 353, 354, 1_000, 70_000, 3_600_000_000, 250 << 31])
  func aQuantileIsWithinItsBucket(_ duration: Int64) throws {
    let found = try #require(histogram([duration]).quantile(0.5))
    #expect(found >= Double(duration) / 1.42 && found <= max(250, Double(duration) * 1.42))
  }

  @Test func quantilesOfManyAreWithinAFifthOfTheTruth() throws {
    let all = histogram((1...10_000).map { $0 * 1000 })
    for share in [0.5, 0.9, 0.95, 0.99] {
      let found = try #require(all.quantile(share))
      #expect(abs(found / (share * 10_000_000) - 1) < 0.2, "\(share): \(found)")
    }
    #expect(all.mean == 5_000_500)
    let (least, most) = (try #require(all.quantile(0)), try #require(all.quantile(1)))
    #expect(least <= 1000 && most >= 10_000_000)
  }

  @Test func whatIsOutOfAllBoundsIsCountedAllTheSame() {
    let odd = histogram([.min, -1, .max, .max])
    #expect(odd.count == 4)
    #expect(odd.sum == .max)
    #expect(odd.quantile(0.25) ?? 0 <= 250)
    #expect(odd.quantile(1) == Double(250 << 31))
  }

  @Test func sumsAreTheSameAsOneOfAll() {
    var sum = histogram([1, 2, 3_000_000])
    sum.add(histogram([500, 600]))
    #expect(sum == histogram([1, 2, 3_000_000, 500, 600]))
    sum.add(LogHistogram())
    #expect(sum.count == 5)
  }

  @Test func storedCountsOfBucketsThatDoNotExistAreLeftOut() {
    var histogram = LogHistogram()
    for bucket in [-1, 64, .max] { histogram.add(1, at: bucket) }
    histogram.add(-1, at: 0)
    #expect(histogram == LogHistogram())
  }
}
