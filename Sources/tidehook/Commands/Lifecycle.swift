// `tidehook lifecycle`: the life of a delivery as the code has it, for docs/delivery.md.

import ArgumentParser
import TidehookCore

struct Lifecycle: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lifecycle", abstract: "Print how a delivery goes from state to state, and what follows from each kind of failure.",
    shouldDisplay: false)

  /// What it prints, as Markdown.
  enum Part: String, ExpressibleByArgument {
    case diagram, failures
  }

  @Argument var part: Part

  func run() {
    let text =
      switch part {
      case .diagram: "```mermaid\n\(DeliveryArrow.diagram)\n```"
      case .failures: Self.failures
      }
    Terminal.standardOutput.writeLine(Array(text.utf8))
  }

  private static var failures: String {
    let rows = FailureKind.allCases.map { "| `\($0.rawValue)` | \($0.rule.meaning) | \($0.rule.retry.meaning) |" }
    return (["| `failure` | what happened | what follows |", "|---|---|---|"] + rows).joined(separator: "\n")
  }
}
