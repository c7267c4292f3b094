// Sends a webhook's requests with what opens its receiver.

import TidehookCore
import TidehookSigning

/// What was sent in the end, what came of it, and what must not be seen of both.
struct GrantedExchange {
  /// The outcome.
  let exchange: Exchange
  /// The request as it may be shown; `nil` when there was nothing to send it with.
  let shown: SignedRequest?
  /// The answer to what was sent, where the outcome is that there was nothing to send it again with.
  var earlierResponse: ReceivedResponse?
  /// What hides the secrets that were used, wherever they turn up.
  var secrets: [SecretMask] = []
}

/// Adds to requests what their webhook's access says; a webhook without one costs nothing.
struct AccessClient: Sendable {
  let client: any DeliveryClient
  let tokens: AccessTokens
  /// What hides the secrets of the gateway itself: its proxy, or a receiver behind it, may repeat what the proxy is given.
  let ownSecrets: SecretMask?

  /// Makes a client.
  /// - Parameter proxy: the gateway's own.
  init(client: any DeliveryClient, tokens: AccessTokens, proxy: ForwardProxy?) {
    self.client = client
    self.tokens = tokens
    ownSecrets = proxy.flatMap { SecretMask(ActiveAccess.secrets(of: .through($0)).flatMap(SecretForms.of)) }
  }

  /// Sends one request of a webhook, and says what must not be seen of it.
  func send(_ request: consuming SignedRequest, for active: ActiveWebhook) async -> GrantedExchange {
    var granted = await sendOpened(request, for: active)
    if let ownSecrets { granted.secrets.append(ownSecrets) }
    return granted
  }

  /// Sends one request of a webhook.
  ///
  /// When the receiver does not take a token (401), a new one is got and the request is sent once more: together that is one attempt. A token
  /// that was got only just now is not replaced.
  private func sendOpened(_ request: consuming SignedRequest, for active: ActiveWebhook) async -> GrantedExchange {
    guard let access = active.access else {
      let exchange = await client.send(request)
      return GrantedExchange(exchange: exchange, shown: request)
    }
    request.route = access.route(to: request.url)
    guard access.isFor(request.url) else {
      // The proxy is the same, and may repeat what it was given.
      return GrantedExchange(exchange: await client.send(request), shown: request, secrets: access.mask(with: nil))
    }
    guard let oauth2 = access.client else { return await send(request, access, token: nil) }
    let answer = await tokens.token(for: active.webhook, oauth2, over: access.foreignRoute)
    guard case .success(let token)? = answer else { return Self.unsent(answer, access) }
    let first = await send(request, access, token: token)
    guard case .success(let response) = first.exchange.result, response.status == 401 else { return first }
    let other = await tokens.token(for: active.webhook, oauth2, over: access.foreignRoute, refused: token)
    guard case .success(let fresh)? = other else { return Self.unsent(other, access, after: first, response) }
    guard fresh != token else { return first }
    return await send(request, access, token: fresh)
  }

  private func send(_ request: SignedRequest, _ access: ActiveAccess, token: AccessToken?) async -> GrantedExchange {
    var sent = request
    sent.headers = access.adding(to: request.headers, token)
    let exchange = await client.send(sent)
    sent.headers = access.hiding(sent.headers)
    return GrantedExchange(exchange: exchange, shown: sent, secrets: access.mask(with: token))
  }

  /// The outcome of a request for which there is no token.
  /// - Parameters:
  ///   - first: the exchange whose token was refused; `nil` when nothing was sent.
  ///   - response: the answer of that exchange.
  private static func unsent(
    _ answer: AccessTokens.Answer, _ access: ActiveAccess, after first: GrantedExchange? = nil, _ response: ReceivedResponse? = nil
  ) -> GrantedExchange {
    var failure = AttemptFailure(.auth, "the request for a token was cancelled")
    if case .failure(let reason)? = answer { failure = reason }
    let exchange = Exchange(.failure(failure), phases: first?.exchange.phases ?? ExchangePhases(), isCancelled: answer == nil)
    return GrantedExchange(
      exchange: exchange, shown: first?.shown, earlierResponse: response, secrets: first?.secrets ?? access.mask(with: nil))
  }
}
