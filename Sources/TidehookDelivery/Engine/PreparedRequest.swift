// What the pipeline made of a delivery, and the request that goes out for it.

import TidehookCore

/// A delivery after its pipeline: what is to be sent, but not signed yet.
struct PreparedRequest {
  let method: String
  let url: DestinationURL
  var headers: [HeaderField]
  /// `nil` when it is the event's payload, byte for byte.
  let ownBody: [UInt8]?
}

/// What to do with a delivery after its pipeline ran.
enum Preparation {
  case send(PreparedRequest)
  case dropped(reason: String, by: DroppingStage?)
  case failed(AttemptFailure)

  /// Names that belong to the client, to the connection, or to a signature, or that say that it is no delivery: a script cannot set them.
  private static let reservedNames = HeaderField.framing.union(HeaderField.proving).union(HeaderField.marking)

  /// What stands for the method where a database is written to.
  private static let databaseMethod = "UPSERT"

  /// Decides what follows from a pipeline's verdict.
  init(_ result: PipelineResult, for webhook: ActiveWebhook) {
    switch result.verdict {
    case .dropped(let reason, let stage): self = .dropped(reason: reason, by: stage)
    case .failed(let message): self = .failed(AttemptFailure(.script, message, outline: result.place.map { "the script failed (\($0))" }))
    case .send(let body, let overrides): self = Self.request(body: body, overrides, for: webhook)
    }
  }

  private static func request(body: [UInt8]?, _ overrides: RequestOverrides, for webhook: ActiveWebhook) -> Preparation {
    var url = webhook.webhook.url
    // A script may send elsewhere, but never to a database: those are for whoever may change the webhook to choose.
    if let text = overrides.url {
      do throws(DestinationURLError) {
        url = try DestinationURL(parsing: text)
      } catch {
        return .failed(refused("the script's url override is refused", ": \(error)"))
      }
    }
    if let method = overrides.method, !methods.contains(method) {
      let known = methods.joined(separator: ", ")
      let words = "the script's method override is refused: expected one of \(known)"
      return .failed(refused(words, ", got \"\(method.prefix(32))\""))
    }
    guard url.database == nil else { return .send(PreparedRequest(method: databaseMethod, url: url, headers: [], ownBody: body)) }
    let reserved = overrides.headers.first { field in
      let name = field.name.lowercased()
      return reservedNames.contains(name) || webhook.isReserved(name)
    }
    if let name = reserved?.name {
      return .failed(refused("a script set a header that scripts cannot set", ": \(name)"))
    }
    return .send(
      PreparedRequest(
        method: overrides.method ?? "POST", url: url, headers: headers(of: webhook, with: overrides), ownBody: body))
  }

  /// - Parameter quote: the end of the message, which has what the script said.
  private static func refused(_ outline: String, _ quote: String) -> AttemptFailure {
    AttemptFailure(.script, outline + quote, outline: outline)
  }

  /// What a script may choose: the methods of RFC 9110 and PATCH, but for those that are no request to a resource.
  private static let methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]

  private static func headers(of webhook: ActiveWebhook, with overrides: RequestOverrides) -> [HeaderField] {
    let type = HeaderField("Content-Type", overrides.contentType ?? "application/json")
    if overrides.headers.isEmpty && !webhook.setsContentType { return [type] + webhook.headers }
    var all = RequestOverrides(headers: overrides.contentType == nil ? [type] + webhook.headers : webhook.headers + [type])
    // A name that stands twice keeps its last value: the webhook's own headers beat the defaults, the script's beat both.
    all.headers = all.headers.enumerated().filter { index, field in
      !all.headers[(index + 1)...].contains { $0.name.lowercased() == field.name.lowercased() }
    }.map(\.element)
    all.merge(RequestOverrides(headers: overrides.headers))
    return all.headers
  }
}
