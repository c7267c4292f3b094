// A webhook's access, ready to be used by each of its requests.

import TidehookCore
import TidehookSigning

/// What a webhook's access adds to its requests, and what of it must not be seen. Made once for each revision.
final class ActiveAccess: Sendable {
  /// The only receiver that is given anything secret: a pipeline may send elsewhere, but not with these.
  private let origin: DestinationOrigin
  /// `Authorization`, unless it takes a token, and the secret headers.
  let headers: [HeaderField]
  /// Where tokens come from; `nil` when none are needed.
  let client: OAuth2Client?
  /// Names of headers whose values are shown to nobody, in lower case.
  private let secretNames: Set<String>
  /// Everything secret that does not change; `nil` when there is nothing.
  let mask: SecretMask?
  /// How connections to the webhook's own origin are made.
  private let route: ConnectionRoute?
  /// How all others are made, to the token endpoint for example: without the certificate.
  let foreignRoute: ConnectionRoute?

  private static let authorization = "Authorization"

  /// Makes an access ready; `nil` when there is nothing in it.
  init?(_ access: EndpointAccess, to url: DestinationURL) {
    guard !access.isEmpty else { return nil }
    origin = url.origin
    headers = Self.authorization(access.auth) + access.headers
    if case .oauth2(let client)? = access.auth { self.client = client } else { client = nil }
    secretNames = Set((headers.map(\.name) + (client == nil ? [] : [Self.authorization])).map { $0.lowercased() })
    mask = SecretMask(Self.secrets(of: access).flatMap(SecretForms.of))
    route = ConnectionRoute(of: access)
    foreignRoute = ConnectionRoute(of: access.withoutCredentials)
  }

  /// Whether a request goes to the receiver that the secrets are for.
  func isFor(_ url: DestinationURL) -> Bool { url.origin == origin }

  /// The route of a request.
  func route(to url: DestinationURL) -> ConnectionRoute? { isFor(url) ? route : foreignRoute }

  /// Headers with those of the access, which beat others of the same name.
  func adding(to others: [HeaderField], _ token: AccessToken?) -> [HeaderField] {
    let kept = others.filter { !secretNames.contains($0.name.lowercased()) }
    guard let token else { return kept + headers }
    return kept + [HeaderField(Self.authorization, "Bearer \(token.secret.revealed)")] + headers
  }

  /// Headers as they may be shown; what is secret is known by its name, however short it is.
  func hiding(_ fields: [HeaderField]) -> [HeaderField] {
    fields.map { secretNames.contains($0.name.lowercased()) ? HeaderField($0.name, SecretMask.replacement) : $0 }
  }

  /// The headers of a request that is not sent, those of the access by their names only.
  func shown(with others: [HeaderField], to url: DestinationURL) -> [HeaderField] {
    guard isFor(url) else { return others }
    let token = client == nil ? nil : AccessToken(Secret(SecretMask.replacement), life: 0)
    return hiding(adding(to: others, token))
  }

  /// What hides the secrets of the access in texts, a token included.
  func mask(with token: AccessToken?) -> [SecretMask] {
    [mask, token.flatMap { SecretMask(SecretForms.of($0.secret.revealed)) }].compactMap(\.self)
  }

  private static func authorization(_ auth: EndpointAuth?) -> [HeaderField] {
    switch auth {
    case nil, .oauth2?: []
    case .basic(let user, let password)?: [.basic("\(user):\(password.revealed)")]
    case .bearer(let token)?: [HeaderField(authorization, "Bearer \(token.revealed)")]
    }
  }

  private static func secrets(of access: EndpointAccess) -> [String] {
    let others = access.headers.map(\.value) + secrets(of: access.proxy)
    switch access.auth {
    case nil: return others
    case .basic(let user, let password)?: return others + [password.revealed, "\(user):\(password.revealed)"]
    case .bearer(let token)?: return others + [token.revealed]
    case .oauth2(let client)?: return others + [client.secret.revealed]
    }
  }

  /// What a proxy is given; whoever answers in its place, or behind it, may repeat it.
  static func secrets(of proxy: ProxyChoice) -> [String] {
    guard case .through(let proxy) = proxy, let user = proxy.user, let password = proxy.password else { return [] }
    return [password.revealed, "\(user):\(password.revealed)"]
  }
}

extension HeaderField {
  /// The `Authorization` of RFC 7617.
  static func basic(_ userAndPassword: String) -> HeaderField {
    HeaderField("Authorization", "Basic " + Base64.encode(Array(userAndPassword.utf8)))
  }
}
