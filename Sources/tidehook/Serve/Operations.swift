// What watches over a running gateway: how its webhooks fare, and the events that tell of it.

import Logging
import TidehookCore
import TidehookDelivery
import TidehookStorage

/// The watching parts of a gateway, made before all that they watch.
struct Operations: Sendable {
  let feed: OperationalFeed
  let book: HealthBook
  let watch: WebhookWatch
  let space: SpaceWatch

  init(store: SQLStore, directory: WebhookDirectory, settings: ServeSettings, logger: Logger) {
    feed = OperationalFeed(time: SystemTime(), logger: logger) { directory.webhook($0) }
    book = HealthBook(store: store, standard: settings.autoDisable, time: SystemTime(), logger: logger)
    watch = WebhookWatch(directory: directory, book: book, feed: feed)
    space = SpaceWatch(folder: settings.dataFolder, operations: feed, logger: logger)
  }

  /// Reads what an earlier process knew.
  func load() async throws {
    try await book.load()
  }

  /// Starts to publish and to store what is noted.
  func run(publishing publisher: any EventPublisher) -> [Task<Void, Never>] {
    [
      Task { [feed] in await feed.run(publishing: publisher) }, Task { [book] in await book.run() }, Task { [space] in await space.run() },
      Task { [watch] in await watch.run() },
    ]
  }

  /// Ends what ``run(publishing:)`` started, with all that is left; the store must still be open.
  func end(_ tasks: [Task<Void, Never>]) async {
    for task in tasks { task.cancel() }
    for task in tasks { await task.value }
  }
}
