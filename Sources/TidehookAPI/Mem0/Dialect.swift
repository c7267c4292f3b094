// Whose manners a call has: Tidehook's own, which are REM Labs', or Mem0's.

import Hummingbird
import TidehookCore

/// The manners of a call: how it refuses, and what it lets pass.
enum Dialect: Sendable {
  /// Errors are `{"error": {code, message, field?}, "detail"}`; nothing unknown passes.
  case native
  /// Errors are what Mem0's clients read; unknown parameters and fields are ignored.
  case mem0

  /// Whether parameters of the query are let pass: clients before 2.0 add theirs to the ping.
  var ignoresQuery: Bool { self == .mem0 }

  /// The name of the schema of its refusals.
  var errorSchema: String {
    switch self {
    case .native: "Error"
    case .mem0: "Mem0Error"
    }
  }

  /// What a failed store means to a client. Mem0's clients know no conflict, and that 503 may be tried again.
  func refusal(_ failure: StoreError) -> APIError {
    switch (self, failure.code) {
    case (.mem0, .stale), (.mem0, .failed): APIError(StoreError(.busy, failure.description))
    case (.mem0, .full), (.mem0, .closed), (.mem0, .busy), (.native, _): APIError(failure)
    }
  }

  /// A refusal in its own words.
  func answer(_ error: APIError) -> Response {
    switch self {
    case .native: error.answer
    case .mem0: Mem0Refusal.answer(error)
    }
  }
}
