// The settings of `serve`: one list from which flags, environment variables, YAML keys and the docs' table come.

/// One setting. Its raw value is its YAML key.
enum Setting: String, CaseIterable {
  case host
  case port
  case data
  case plugins
  case store
  case durability
  case databases
  case allowDestinations = "allow_destinations"
  case proxy
  case apiKey = "api_key"
  case rateLimitPerMinute = "rate_limit_per_minute"
  case drainTimeoutSecs = "drain_timeout_secs"
  case autoDisableAfterDays = "auto_disable_after_days"
  case autoDisableMinFailures = "auto_disable_min_failures"
  case retention
  case maxDatabaseBytes = "max_database_bytes"
  case verifyOwnership = "verify_ownership"
  case origin
  case metricsAccess = "metrics_access"
  case console
  case consoleSessionHours = "console_session_hours"
  case consoleIdleMinutes = "console_idle_minutes"
  case logLevel = "log_level"

  /// The environment variable: `TIDEHOOK_` and the key in upper case.
  var environmentVariable: String { "TIDEHOOK_" + rawValue.uppercased() }

  /// The flag, where there is one: a key on a command line would show in the list of processes.
  var flag: String? {
    self == .apiKey ? nil : "--" + rawValue.replacing("_", with: "-")
  }

  /// Whether it is true or false.
  var isFlag: Bool { self == .verifyOwnership || self == .console }

  /// What holds when nothing is set.
  var defaultValue: String {
    switch self {
    case .host: "127.0.0.1"
    case .port: "8420"
    case .data: "./data"
    case .plugins: "./plugins"
    case .store: "sqlite"
    case .durability: "full"
    case .databases, .allowDestinations, .proxy, .apiKey, .origin: ""
    case .retention: "delivered=30,filtered=30,dead=90,cancelled=90,held=90,events=30,receipts=30"
    case .maxDatabaseBytes: "0"
    case .rateLimitPerMinute: "6000000"
    case .drainTimeoutSecs: "30"
    case .autoDisableAfterDays: "5"
    case .autoDisableMinFailures: "10"
    case .verifyOwnership: "false"
    case .metricsAccess: "key"
    case .console: "true"
    case .consoleSessionHours: "12"
    case .consoleIdleMinutes: "120"
    case .logLevel: "info"
    }
  }

  /// What it does, for help and docs.
  var summary: String {
    switch self {
    case .host: "Address to listen on."
    case .port: "Port to listen on; 0 takes any free one."
    case .data: "Folder of the database and of the admin key; made when it is missing."
    case .plugins: "Folder of the plugins, read again when a file in it changes; it need not exist."
    case .store: "Where events are kept: sqlite, in the data folder."
    case .durability: "full: on disk before the answer (fsync). normal: faster, and a power failure may lose the last moments."
    case .databases: "Folder of the SQLite files that webhooks may write to (sqlite:NAME.db); without it, none."
    case .allowDestinations: "Non-public networks that deliveries may go to, as CIDRs, comma-separated."
    case .proxy: "The forward proxy that deliveries go through unless their webhook says otherwise, as http://HOST:PORT; without it, none."
    case .apiKey: "The admin key, 16 or more visible ASCII characters; made on the first start when it is not set."
    case .rateLimitPerMinute: "How many requests each API key may make in a minute; a batch of events is one."
    case .autoDisableAfterDays:
      "After how many days of nothing but failures a webhook becomes inactive that has no `auto_disable` of its own; 0 for never."
    case .autoDisableMinFailures: "How many attempts must have failed in those days."
    case .retention:
      "How many days events are kept, by what became of their deliveries; 0 for ever. NAMESPACE/KIND=DAYS is for one namespace. In YAML also a mapping."
    case .maxDatabaseBytes: "How many bytes of the database may be in use before the oldest finished events go; 0 for no limit."
    case .verifyOwnership: "Whether receivers must echo a challenge before their webhook becomes active: true or false."
    case .drainTimeoutSecs: "How long SIGTERM waits for deliveries that are under way, in seconds."
    case .origin:
      "The DNS name by which receivers are asked for their consent (`handshake` of webhooks); this machine's name when it is not set."
    case .metricsAccess:
      "Who may read /metrics: key (every API key that is not limited to namespaces) or open (everybody who reaches the port)."
    case .console: "Whether there is a console at /console: true or false."
    case .consoleSessionHours: "After how many hours one has to sign in to the console again."
    case .consoleIdleMinutes: "After how many minutes without a request a session of the console ends."
    case .logLevel: "trace, debug, info, notice, warning, error or critical."
    }
  }
}
