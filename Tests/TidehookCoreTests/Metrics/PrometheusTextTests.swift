import Testing
import TidehookCore

@Suite struct PrometheusTextTests {
  private func text(_ families: MetricFamily...) -> String { String(decoding: PrometheusText.write(families), as: UTF8.self) }

  @Test func aFamilyHasItsHelpItsTypeAndALineForEachSample() {
    let samples = [("a", 1.0), ("b", 2.5)].map { MetricFamily.Sample($0.1, [.init("kind", $0.0), .init("x", "y")]) }
    #expect(
      text(MetricFamily(.counter, "things_total", "Things.", samples), MetricFamily(.gauge, "size_bytes", "Size.", 3)) == """
        # HELP things_total Things.
        # TYPE things_total counter
        things_total{kind="a",x="y"} 1
        things_total{kind="b",x="y"} 2.5
        # HELP size_bytes Size.
        # TYPE size_bytes gauge
        size_bytes 3

        """)
  }

  @Test func whatIsSpecialIsEscapedAndWhatIsEmptyLeftOut() {
    let sample = MetricFamily.Sample(1, [.init("l", "a\"b\\c\nd")])
    #expect(
      text(MetricFamily(.gauge, "g", "a\\b\n\"c\"", [sample]), MetricFamily(.gauge, "none", "None.", []))
        == "# HELP g a\\\\b\\n\"c\"\n# TYPE g gauge\ng{l=\"a\\\"b\\\\c\\nd\"} 1\n")
  }

  @Test(
    arguments: [
      (0, "0"), (-1, "-1"), (1e15, "1000000000000000"), (0.25, "0.25"), (.infinity, "+Inf"), (-.infinity, "-Inf"), (.nan, "NaN"),
      (1e300, "1e+300"),
    ] as [(Double, String)])
  func numbersAreWrittenAsGoReadsThem(_ value: Double, _ expected: String) {
    #expect(PrometheusText.number(value) == expected)
  }

  @Test func durationsAreCumulativeBucketsInSeconds() {
    var times = LogHistogram()
    for duration: Int64 in [100, 900, 1_000, 1_001, 2_000_000, 100_000_000_000] { times.add(duration) }
    let lines = text(.durations("t_seconds", "Times.", times)).split(separator: "\n")
    #expect(lines.contains(#"t_seconds_bucket{le="0.001"} 3"#))
    #expect(lines.contains(#"t_seconds_bucket{le="0.002"} 4"#))
    #expect(lines.contains(#"t_seconds_bucket{le="2.048"} 5"#))
    #expect(lines.contains(#"t_seconds_bucket{le="16777.216"} 5"#))
    #expect(lines.suffix(3) == [#"t_seconds_bucket{le="+Inf"} 6"#, "t_seconds_sum 100002.003001", "t_seconds_count 6"])
    #expect(lines.count == 2 + 25 + 3)
  }
}
