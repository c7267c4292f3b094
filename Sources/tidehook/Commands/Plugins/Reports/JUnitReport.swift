// Writes the results of cases as JUnit's XML, which CI systems read.

/// The XML: a suite for each plugin, a test case for each of its cases.
enum JUnitReport {
  /// The whole document.
  static func text(_ records: [TestRecord]) -> String {
    let tally = TestTally(records)
    var text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
    text += "<testsuites name=\"tidehook plugins\" \(counts(tally)) time=\"\(seconds(records))\">\n"
    for suite in suites(records) { text += self.suite(suite) }
    return text + "</testsuites>\n"
  }

  /// The cases by plugin, in the order in which they ran.
  private static func suites(_ records: [TestRecord]) -> [[TestRecord]] {
    var suites: [[TestRecord]] = []
    for record in records {
      if suites.last?.last?.plugin == record.plugin { suites[suites.count - 1].append(record) } else { suites.append([record]) }
    }
    return suites
  }

  private static func suite(_ records: [TestRecord]) -> String {
    let name = records.first?.plugin ?? ""
    let head = "<testsuite name=\"\(escaped(name))\" \(counts(TestTally(records))) time=\"\(seconds(records))\">\n"
    return "  " + head + records.map(testCase).joined() + "  </testsuite>\n"
  }

  private static func testCase(_ record: TestRecord) -> String {
    let names = "classname=\"\(escaped(record.plugin))\" name=\"\(escaped(record.name))\" file=\"\(escaped(record.file))\""
    let head = "    <testcase \(names) time=\"\(seconds([record]))\""
    let result: String
    switch record.outcome {
    case .passed: return head + "/>\n"
    case .skipped(let reason): result = "<skipped message=\"\(escaped(reason))\"/>"
    case .failed(let problems, let details):
      let message = problems.joined(separator: "; ")
      result = "<failure message=\"\(escaped(message))\">\(escaped(details, keepingLines: true))</failure>"
    }
    return "\(head)>\n      \(result)\n    </testcase>\n"
  }

  private static func counts(_ tally: TestTally) -> String {
    "tests=\"\(tally.cases + tally.skipped)\" failures=\"\(tally.failed)\" errors=\"0\" skipped=\"\(tally.skipped)\""
  }

  private static func seconds(_ records: [TestRecord]) -> String {
    Decimals.text(records.reduce(0) { $0 + $1.seconds }, places: 6)
  }

  /// Text for an attribute, or for an element, which keeps its lines; a character that XML 1.0 cannot hold becomes U+FFFD.
  private static func escaped(_ text: String, keepingLines: Bool = false) -> String {
    var escaped = ""
    for scalar in text.unicodeScalars {
      switch scalar.value {
      case 0x26: escaped += "&amp;"
      case 0x3C: escaped += "&lt;"
      case 0x3E: escaped += "&gt;"
      case 0x22: escaped += "&quot;"
      case 0x0A where keepingLines: escaped += "\n"
      case 0x09, 0x0A, 0x0D: escaped += "&#\(scalar.value);"
      case 0..<0x20, 0xFFFE, 0xFFFF: escaped += "\u{FFFD}"
      default: escaped.unicodeScalars.append(scalar)
      }
    }
    return escaped
  }
}
