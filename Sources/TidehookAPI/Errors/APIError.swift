// Every way in which the API refuses a request. Whether a failure is the client's or ours is decided here, by type, and nowhere else.

import Hummingbird
import TidehookCore

/// What went wrong, as the `code` of an error answer: stable, for programs.
enum ErrorCode: String, Sendable, CaseIterable {
  case invalidJSON = "invalid_json"
  case invalidBody = "invalid_body"
  case missingField = "missing_field"
  case unknownField = "unknown_field"
  case readOnlyField = "read_only_field"
  case invalidField = "invalid_field"
  case invalidURL = "invalid_url"
  case ownershipNotProven = "ownership_not_proven"
  case invalidScript = "invalid_script"
  case unknownPlugin = "unknown_plugin"
  case unknownParameter = "unknown_parameter"
  case invalidParameter = "invalid_parameter"
  case invalidHeader = "invalid_header"
  case unauthorized
  case forbidden
  case notFound = "not_found"
  case methodNotAllowed = "method_not_allowed"
  case conflict
  case preconditionFailed = "precondition_failed"
  case tooLarge = "too_large"
  case unsupportedMediaType = "unsupported_media_type"
  case rateLimited = "rate_limited"
  case internalError = "internal_error"
  case unavailable

  /// The HTTP status that goes with it.
  var status: HTTPResponse.Status {
    switch self {
    case .invalidJSON, .invalidBody, .missingField, .unknownField, .readOnlyField, .invalidField, .invalidURL, .ownershipNotProven,
      .invalidScript,
      .unknownPlugin, .unknownParameter, .invalidParameter, .invalidHeader:
      .badRequest
    case .unauthorized: .unauthorized
    case .forbidden: .forbidden
    case .notFound: .notFound
    case .methodNotAllowed: .methodNotAllowed
    case .conflict: .conflict
    case .preconditionFailed: .preconditionFailed
    case .tooLarge: .contentTooLarge
    case .unsupportedMediaType: .unsupportedMediaType
    case .internalError: .internalServerError
    case .rateLimited: .tooManyRequests
    case .unavailable: .serviceUnavailable
    }
  }
}

/// An answer that refuses: 4xx explain themselves, 5xx say nothing.
struct APIError: Error, Sendable, Equatable {
  /// What went wrong, for programs.
  let code: ErrorCode
  /// What was expected and what came, for people; never a secret.
  let message: String
  /// Which field, query parameter or header it is about: `retry.max_retries`, `pipeline[1].script`.
  let field: String?
  /// Which methods the path has; set for ``ErrorCode/methodNotAllowed`` alone.
  var allowedMethods: [String] = []
  /// When to try again, in seconds; for ``ErrorCode/unavailable`` and ``ErrorCode/rateLimited``.
  var retryAfterSeconds: Int64 = 1
  /// The tag of what is there now; for ``ErrorCode/preconditionFailed`` alone.
  var currentTag: String?

  init(_ code: ErrorCode, _ message: String, field: String? = nil, allowedMethods: [String] = [], retryAfterSeconds: Int64 = 1) {
    self.code = code
    self.message = message
    self.field = field
    self.allowedMethods = allowedMethods
    self.retryAfterSeconds = retryAfterSeconds
  }

  /// A value that is not what its field expects: the message names field, expectation and value.
  static func unexpected(_ field: String, _ expectation: String, got: String? = nil, code: ErrorCode = .invalidField) -> APIError {
    APIError(code, "\(field): expected \(expectation)" + (got.map { ", got \($0)" } ?? ""), field: field)
  }

  /// Nothing has that id.
  static func notFound(_ kind: String, _ id: String) -> APIError {
    APIError(.notFound, "there is no \(kind) \(quoted(id))")
  }

  /// What a failed store means to a client.
  init(_ failure: StoreError) {
    switch failure.code {
    case .full, .closed, .busy: self.init(.unavailable, "the service cannot do this now, try again")
    case .stale: self.init(.conflict, "it was changed by somebody else at the same time, read it again and repeat the change")
    case .failed: self = .internal
    }
  }

  /// A failure of ours, of which a client learns nothing.
  static let `internal` = APIError(.internalError, "internal error")
}

/// Text of a client in quotation marks, cut short, for messages.
func quoted(_ text: some StringProtocol) -> String {
  let short = shortened(text, to: 64)
  return short.utf8.count < text.utf8.count ? "\"\(short)…\"" : "\"\(short)\""
}

/// The first `count` Unicode scalars of a client's text. Characters would not do: one may consist of any number of scalars.
func shortened(_ text: some StringProtocol, to count: Int) -> String {
  var short = String.UnicodeScalarView()
  short.append(contentsOf: text.unicodeScalars.prefix(count))
  return String(short)
}
