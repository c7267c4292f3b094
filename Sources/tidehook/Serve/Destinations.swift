// Everything that deliveries can go to, with one guard before all of it.

import NIOCore
import TidehookCore
import TidehookDatabases
import TidehookDelivery

/// The clients of a gateway.
struct Destinations: Sendable {
  /// What attempts are made with.
  let client: RoutedDeliveryClient
  private let http: HTTPDeliveryClient
  private let databases: DatabaseClient

  /// Makes the clients on the event loops of a group.
  init(_ settings: ServeSettings, on group: any EventLoopGroup) throws {
    let policy = settings.egressPolicy
    let resolver = SystemResolver()
    // Lanes bound what is under way; webhooks of one origin must not wait for each other's connections.
    http = try HTTPDeliveryClient(
      eventLoopGroup: group, policy: policy, resolver: resolver,
      limits: HTTPClientLimits(maxConnectionsPerOrigin: 4096, maxIdlePerOrigin: 256), proxy: settings.proxy)
    let vetted = VettedAddresses(policy: policy, resolver: resolver)
    databases = DatabaseClient(folder: settings.databasesFolder) { (url) async throws(AttemptFailure) in
      try await vetted.addresses(of: url)
    }
    client = RoutedDeliveryClient(http: http, databases: databases)
  }

  /// Ends every exchange under way; nothing of it is an attempt.
  func cancelAll() {
    http.cancelAll()
    databases.cancelAll()
  }

  /// Ends what the clients hold, once nothing is under way.
  func shutdown() async {
    databases.cancelAll()
    await http.shutdown()
  }
}
