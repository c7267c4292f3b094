// swift-tools-version: 6.2
import PackageDescription

/// Every Swift target is held to the same rules: no warnings, each name comes from a module that the file imports, and an async function that belongs
/// to no actor runs where its caller does (SE-0461): that is what keeps a delivery on its event loop.
let strict: [SwiftSetting] = [
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]

/// Tests are built as strictly, but not optimised: it would take longer than they run.
let tests: [SwiftSetting] = strict + [.unsafeFlags(["-Onone"])]

/// The binaries carry the Swift runtime, while their objects stay those that the tests link dynamically: one build serves both.
let staticRuntime: [LinkerSetting] = [
  .unsafeFlags([
    "-static-stdlib", "-lFoundation", "-lFoundationInternationalization", "-lFoundationEssentials", "-lCoreFoundation", "-l_FoundationICU",
    "-l_FoundationCollections", "-l_FoundationCShims",
  ])
]

/// What one thread allocates another one frees here, all the time, and the allocator of glibc is slow at that: with this one a gateway
/// delivers a fifth more in the same time (docs/performance.md). The floor of the benchmark has it too.
let allocator: [LinkerSetting] = [.linkedLibrary("jemalloc")]

let nio: [Target.Dependency] = [
  .product(name: "NIOCore", package: "swift-nio"),
  .product(name: "NIOPosix", package: "swift-nio"),
  .product(name: "NIOHTTP1", package: "swift-nio"),
  .product(name: "NIOTLS", package: "swift-nio"),
]

let package = Package(
  name: "tidehook",
  products: [.executable(name: "tidehook", targets: ["tidehook"])],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
    .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
    .package(url: "https://github.com/apple/swift-configuration", from: "1.4.0", traits: ["YAML"]),
    .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
    .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.0"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.0"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.0"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
  ],
  targets: [
    .executableTarget(
      name: "tidehook",
      dependencies: [
        "TidehookAPI", "TidehookConsole", "TidehookCore", "TidehookDatabases", "TidehookDelivery", "TidehookScripting", "TidehookSigning",
        "TidehookStorage",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Configuration", package: "swift-configuration"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
        .product(name: "UnixSignals", package: "swift-service-lifecycle"),
        .product(name: "Yams", package: "Yams"),
      ] + nio,
      swiftSettings: strict,
      linkerSettings: staticRuntime + allocator),
    .target(
      name: "TidehookAPI",
      dependencies: [
        "TidehookCore", "TidehookSigning",
        .product(name: "HTTPTypes", package: "swift-http-types"),
        .product(name: "Hummingbird", package: "hummingbird"),
        .product(name: "HummingbirdCore", package: "hummingbird"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "NIOCore", package: "swift-nio"),
      ],
      swiftSettings: strict),
    .target(
      name: "TidehookConsole", dependencies: ["ShippedConsole", "TidehookCore", "TidehookSigning"], exclude: ["Assets"],
      swiftSettings: strict),
    .target(name: "ShippedConsole", cSettings: [.unsafeFlags(["-Wall", "-Wextra", "-Werror", "-Wno-c23-extensions"])]),  // #embed
    .target(
      name: "TidehookDelivery",
      dependencies: [
        "TidehookCore", "TidehookSigning",
        .product(name: "DequeModule", package: "swift-collections"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "NIOSSL", package: "swift-nio-ssl"),
      ] + nio,
      swiftSettings: strict),
    .target(
      name: "TidehookStorage",
      dependencies: [
        "CPostgreSQL", "CSQLite", "TidehookCore",
        .product(name: "GRDB", package: "GRDB.swift"),
        .product(name: "Logging", package: "swift-log"),
      ],
      swiftSettings: strict),
    .target(name: "TidehookDatabases", dependencies: ["TidehookCore", "TidehookStorage"], swiftSettings: strict),
    .target(
      name: "TidehookScripting",
      dependencies: [
        "CLuaSandbox", "ShippedPlugins", "TidehookCore", "TidehookSigning", .product(name: "DequeModule", package: "swift-collections"),
        .product(name: "HeapModule", package: "swift-collections"),
      ],
      swiftSettings: strict),
    .target(
      name: "CLuaSandbox", dependencies: ["CLua", "COpenSSL"], exclude: ["library"],
      cSettings: [.unsafeFlags(["-Wall", "-Wextra", "-Werror", "-Wno-c23-extensions"])]),  // #embed
    .target(name: "ShippedPlugins", cSettings: [.unsafeFlags(["-Wall", "-Wextra", "-Werror", "-Wno-c23-extensions"])]),  // #embed
    .target(name: "TidehookSigning", dependencies: ["COpenSSL", "TidehookCore"], swiftSettings: strict),
    .target(name: "TidehookCore", swiftSettings: strict),
    .executableTarget(
      name: "tidehook-bench",
      dependencies: [
        "CEpoll", "TidehookCore", "TidehookDelivery", "TidehookScripting",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Hummingbird", package: "hummingbird"),
      ] + nio,
      swiftSettings: strict,
      linkerSettings: staticRuntime + allocator),
    .target(
      name: "TidehookTesting",
      dependencies: [
        "TidehookCore", .product(name: "Logging", package: "swift-log"), .product(name: "InMemoryLogging", package: "swift-log"),
      ] + nio,
      path: "Sources/TidehookTesting", swiftSettings: tests),
    .testTarget(name: "TidehookConsoleTests", dependencies: ["TidehookConsole", "TidehookCore"], swiftSettings: tests),
    .testTarget(name: "TidehookCoreTests", dependencies: ["TidehookCore", "TidehookTesting"], swiftSettings: tests),
    .testTarget(
      name: "TidehookDeliveryTests",
      dependencies: [
        "TidehookCore", "TidehookDelivery", "TidehookStorage", "TidehookTesting", .product(name: "Logging", package: "swift-log"),
        .product(name: "NIOSSL", package: "swift-nio-ssl"),
      ] + nio, swiftSettings: tests),
    .testTarget(
      name: "TidehookAPITests",
      dependencies: [
        "TidehookAPI", "TidehookCore", "TidehookTesting", .product(name: "Hummingbird", package: "hummingbird"),
        .product(name: "HummingbirdTesting", package: "hummingbird"), .product(name: "HTTPTypes", package: "swift-http-types"),
        .product(name: "Logging", package: "swift-log"), .product(name: "NIOCore", package: "swift-nio"),
      ], swiftSettings: tests),
    .testTarget(
      name: "TidehookStorageTests",
      dependencies: [
        "TidehookCore", "TidehookStorage", "TidehookTesting", .product(name: "GRDB", package: "GRDB.swift"),
        .product(name: "Logging", package: "swift-log"),
      ], swiftSettings: tests),
    .testTarget(
      name: "TidehookDatabasesTests", dependencies: ["TidehookCore", "TidehookDatabases", "TidehookStorage"], swiftSettings: tests),
    .testTarget(
      name: "TidehookScriptingTests", dependencies: ["TidehookCore", "TidehookScripting", "TidehookTesting"], swiftSettings: tests),
    .testTarget(
      name: "TidehookSigningTests", dependencies: ["TidehookCore", "TidehookSigning"], swiftSettings: tests),
    .systemLibrary(name: "CEpoll", path: "Sources/System/CEpoll"),
    .systemLibrary(name: "CLua", path: "Sources/System/CLua", pkgConfig: "lua5.4", providers: [.apt(["liblua5.4-dev"])]),
    .systemLibrary(name: "CSQLite", path: "Sources/System/CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
    .systemLibrary(name: "CPostgreSQL", path: "Sources/System/CPostgreSQL", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
    .systemLibrary(name: "COpenSSL", path: "Sources/System/COpenSSL", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
  ],
  swiftLanguageModes: [.v6]
)
