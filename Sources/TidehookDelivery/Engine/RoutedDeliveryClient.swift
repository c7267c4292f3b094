// Chooses the client that speaks a destination's language.

public import TidehookCore

/// Sends requests to HTTP receivers with one client, and to databases with another.
public struct RoutedDeliveryClient: DeliveryClient {
  private let http: any DeliveryClient
  private let databases: any DeliveryClient

  /// Makes a client of two others, which the caller shuts down.
  public init(http: any DeliveryClient, databases: any DeliveryClient) {
    self.http = http
    self.databases = databases
  }

  /// Hands the request over to the client for its destination.
  public func send(_ request: SignedRequest) async -> Exchange {
    await (request.url.database == nil ? http : databases).send(request)
  }
}
