// Finds out how steady the processors are: while they are slow, no program that runs on them is quick.

import Glibc
import Synchronization
import TidehookCore

/// Times in which a plain loop, without any I/O, takes several times as much processor time as it mostly does. Virtual machines have
/// them when their host has too much to do; they are not in the kernel's figure for stolen time.
struct ProcessorStalls {
  /// The part of the time in which a processor was slow, 0...1.
  let share: Double
  /// The longest such time, in seconds.
  let longest: Double
  /// How long work waits, the 99th percentile in seconds, that comes evenly and is half of what this loop does on average, because the loop does not
  /// always do as much: a server that uses half of processors as uneven as under this loop has no lower p99.
  let halfLoadDelay: Double

  private static let spanNanoseconds: UInt64 = 5_000_000
  /// Slow is what takes so many times as much as the median.
  private static let factor = 3.0

  /// Keeps every processor busy for that long, and looks at each 5 ms.
  static func measured(cores: Int, seconds: Double) -> ProcessorStalls {
    let start = Monotonic.now
    let spans = Int(seconds.nanoseconds / spanNanoseconds)
    let found = Mutex<[[Span]]>([])
    let threads = (0..<cores).compactMap { _ in
      startThread {
        let looks = Self.look(from: start, spans: spans)
        found.withLock { $0.append(looks) }
      }
    }
    for thread in threads { pthread_join(thread, nil) }
    return ProcessorStalls(of: found.withLock { $0 })
  }

  /// What one processor did in a span.
  private struct Span {
    var nanoseconds = 0.0, units = 0.0

    /// The mean processor time of a unit of work; without end where none was done.
    var cost: Double { units > 0 ? nanoseconds / units : .infinity }
  }

  /// Judges what each processor did in each span.
  private init(of processors: [[Span]]) {
    let costs = processors.map { $0.map(\.cost) }
    let known = costs.joined().filter(\.isFinite).sorted()
    let limit = known.isEmpty ? .infinity : known[known.count / 2] * Self.factor
    let spans = costs.map(\.count).min() ?? 0
    var (slow, run, longest) = (0, 0, 0)
    for span in 0..<spans {
      let isSlow = costs.contains { $0[span] > limit }
      run = isSlow ? run + 1 : 0
      slow += isSlow ? 1 : 0
      longest = max(longest, run)
    }
    let speeds = (0..<spans).map { span in processors.reduce(0) { $0 + $1[span].units } }
    halfLoadDelay = Self.delay(at: 0.5, speeds) * Double(Self.spanNanoseconds) / 1e9
    share = Double(slow) / Double(max(1, spans))
    self.longest = Double(longest * Int(Self.spanNanoseconds)) / 1e9
  }

  /// The 99th percentile of the spans that work waits that comes evenly, as much as that part of what is done on average, and is done in order.
  private static func delay(at load: Double, _ speeds: [Double]) -> Double {
    let arriving = load * speeds.reduce(0, +) / Double(max(1, speeds.count))
    var waiting = 0.0
    var delays: [Double] = []
    for span in speeds.indices {
      waiting = max(0, waiting + arriving - speeds[span])
      var (left, delay) = (waiting, 0.0)
      for speed in speeds[(span + 1)...] where left > 0 {
        delay += speed > left ? left / speed : 1
        left -= speed
      }
      delays.append(delay)
    }
    return delays.isEmpty ? 0 : delays.sorted()[delays.count * 99 / 100]
  }

  /// Works until the end of the last span.
  private static func look(from start: UInt64, spans: Int) -> [Span] {
    var sums = Array(repeating: Span(), count: spans)
    var state: UInt64 = 1
    while true {
      let span = Int((Monotonic.now - start) / spanNanoseconds)
      guard span < spans else { break }
      let before = Monotonic.read(CLOCK_THREAD_CPUTIME_ID)
      for _ in 0..<10_000 { state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407 }
      sums[span].nanoseconds += Double(Monotonic.read(CLOCK_THREAD_CPUTIME_ID) - before)
      sums[span].units += 1
    }
    // What is used nowhere is not computed.
    if state == 0 { sums[0].units += 1 }
    return sums
  }
}
