import Testing
import TidehookCore

@Suite struct TokenBucketTests {
  private let start = Timestamp(microseconds: 1_000_000_000)

  @Test func aFullBucketGivesItsBurstAtOnceAndThenSaysHowLongToWait() {
    var bucket = TokenBucket(RateLimit(count: 10, perSeconds: 1, burst: 3), at: start)
    for _ in 0..<3 { #expect(bucket.take(at: start) == nil) }
    #expect(bucket.take(at: start) == .milliseconds(100))
    #expect(bucket.remaining(at: start) == 0)
    #expect(bucket.untilFull(at: start) == .milliseconds(300))
  }

  @Test func tokensComeBackEvenlyAndNeverExceedTheBurst() {
    var bucket = TokenBucket(RateLimit(count: 60, perSeconds: 60), at: start)
    for _ in 0..<60 { #expect(bucket.take(at: start) == nil) }
    #expect(bucket.take(at: start + .milliseconds(999)) == .milliseconds(1))
    #expect(bucket.take(at: start + .seconds(1)) == nil)
    #expect(bucket.remaining(at: start + .seconds(86_400)) == 60)
  }

  @Test func overAnyLongTimeNoMoreThanTheRateAndOneBurstAreTaken() {
    var bucket = TokenBucket(RateLimit(count: 7, perSeconds: 3, burst: 2), at: start)
    let taken = (0..<30_000).count { bucket.take(at: start + .milliseconds($0)) == nil }
    #expect(taken == 71)
  }

  @Test func aClockThatIsSetBackFillsNothing() {
    var bucket = TokenBucket(RateLimit(count: 1, perSeconds: 1), at: start)
    #expect(bucket.take(at: start) == nil)
    #expect(bucket.take(at: start + .seconds(-3600)) == .seconds(1))
    #expect(bucket.take(at: start + .seconds(-3599)) == nil)
  }

  @Test func limitsOutsideTheirRangesAreBroughtInside() {
    let limit = RateLimit(count: 0, perSeconds: -1, burst: .max)
    #expect(limit.count == 1 && limit.perSeconds == 1 && limit.burst == 1_000_000_000)
  }
}
