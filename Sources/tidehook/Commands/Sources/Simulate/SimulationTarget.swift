// Where a simulated request goes, and how it must be signed there.

import TidehookCore
import TidehookSigning

/// A URL and the rule that requests to it are verified by.
struct SimulationTarget {
  /// The URL, before a scheme adds to it.
  let url: String
  private let rule: VerificationRule

  /// Takes the URL and the provider's own scheme, or asks the server for those of a source. Options of verification come on top.
  init(
    to url: String?, source: String?, _ provider: SimulatedProvider, _ verification: VerificationOptions, _ options: ClientOptions
  ) async throws(CommandFailure) {
    var members: [JSONValue.Member] = [.init("scheme", .string(provider.scheme.rawValue))]
    if let source {
      let answer = try await options.client().json("GET", Sources.path(source)).value
      self.url = options.server.address + (answer["url"]?.stringValue ?? "/in/\(source)")
      members = answer["verify"]?.members ?? members
    } else {
      self.url = url ?? ""
    }
    let given = verification.members
    let isAnother = given.contains { $0.key == "scheme" }
    rule = try Self.rule((isAnother ? [] : members.filter { member in !given.contains { $0.key == member.key } }) + given)
  }

  /// The request with what proves it.
  func sign(_ request: SimulatedRequest, secret: String?) throws(CommandFailure) -> SimulatedRequest {
    guard secret != nil || rule.scheme == .none else {
      throw CommandFailure(.usage, "scheme \(rule.scheme.rawValue) needs the source's secret: name it with --secret")
    }
    do throws(SigningError) {
      return try request.signed(by: try SourceSigner(rule, secret: Secret(secret ?? "")))
    } catch {
      throw CommandFailure(.usage, "cannot sign: \(Self.words(of: error))")
    }
  }

  private static func rule(_ members: [JSONValue.Member]) throws(CommandFailure) -> VerificationRule {
    do throws(JSONProblem) {
      return try VerificationRule(json: .object(members.filter { $0.value != .null }))
    } catch {
      throw CommandFailure(.usage, "the request cannot be signed so: verify.\(error)")
    }
  }

  /// What is called `secrets[0]` in the API is an option here.
  private static func words(of error: SigningError) -> String {
    guard case .unusable(let field, let expected, let got) = error, !field.hasPrefix("verify.") else { return "\(error)" }
    return "--secret: expected \(expected), got \(got)"
  }
}
