// swift-tools-version: 6.2
import PackageDescription

/// SE-0480, SE-0335, SE-0444, SE-0409 and SE-0461: what STYLE asks of every target.
let strict: [SwiftSetting] = [
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]
/// Targets without a raw pointer in them; only the wrappers around C go without it (SE-0458).
let safe = strict + [.strictMemorySafety()]

typealias Dependency = Target.Dependency
let hummingbird = Dependency.product(name: "Hummingbird", package: "hummingbird")
let hummingbirdTesting = Dependency.product(name: "HummingbirdTesting", package: "hummingbird")
let lifecycle = Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let signals = Dependency.product(name: "UnixSignals", package: "swift-service-lifecycle")
let logging = Dependency.product(name: "Logging", package: "swift-log")
let metrics = Dependency.product(name: "Metrics", package: "swift-metrics")
let coreMetrics = Dependency.product(name: "CoreMetrics", package: "swift-metrics")
let crypto = Dependency.product(name: "Crypto", package: "swift-crypto")
let httpTypes = Dependency.product(name: "HTTPTypes", package: "swift-http-types")
let arguments = Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let configuration = Dependency.product(name: "Configuration", package: "swift-configuration")
let nioCore = Dependency.product(name: "NIOCore", package: "swift-nio")
let nioPosix = Dependency.product(name: "NIOPosix", package: "swift-nio")

/// A library under `Shared/`; `wrapper` exempts it from strict memory safety because it holds C.
func shared(
  _ name: String, _ dependencies: [Dependency] = [], folder: String? = nil, wrapper: Bool = false,
  resources: [Resource] = []
) -> Target {
  .target(
    name: name, dependencies: dependencies, path: "Shared/\(folder ?? name)", resources: resources,
    swiftSettings: wrapper ? strict : safe)
}

/// A service under `Services/`, with the libraries that every service uses.
func service(_ name: String, _ dependencies: [Dependency] = []) -> Target {
  .executableTarget(
    name: name,
    dependencies: [
      "Contracts", "Postgres", "Redis", "HTTPClient", "ServiceKit", "Queue", "Artifacts", "Providers",
      hummingbird, lifecycle, logging, arguments, httpTypes,
    ] + dependencies,
    path: "Services/\(name)", exclude: ["README.md"], resources: [.embedInCode("Migrations")],
    swiftSettings: safe)
}

/// The tests of a target, in a folder of the same name.
func tests(_ name: String, _ dependencies: [Dependency], exclude: [String] = []) -> Target {
  .testTarget(
    name: "\(name)Tests", dependencies: dependencies + ["Harness"], path: "Tests/\(name)Tests",
    exclude: exclude, swiftSettings: strict)
}

/// A C library of the system; libpq alone needs pkg-config, its headers sit in a folder of their own.
func system(_ name: String, pkgConfig: String? = nil, apt: [String]) -> Target {
  .systemLibrary(
    name: name, path: "Shared/System/\(name)", pkgConfig: pkgConfig, providers: [.apt(apt)])
}

let package = Package(
  name: "longtake",
  products: [
    .executable(name: "longtake-gateway", targets: ["Gateway"]),
    .executable(name: "longtake-status", targets: ["Status"]),
    .executable(name: "longtake-planner", targets: ["Planner"]),
    .executable(name: "longtake-references", targets: ["References"]),
    .executable(name: "longtake-chunks", targets: ["Chunks"]),
    .executable(name: "longtake-audio", targets: ["Audio"]),
  ],
  dependencies: [
    .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
    .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-configuration", from: "1.4.0"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
  ],
  targets: [
    system("CCurl", apt: ["libcurl4-openssl-dev"]),
    system("CPostgres", pkgConfig: "libpq", apt: ["libpq-dev"]),
    system("CHiredis", apt: ["libhiredis-dev"]),
    system("CFFmpeg", apt: ["libavformat-dev", "libavcodec-dev", "libswscale-dev", "libswresample-dev"]),
    system("CLinux", apt: ["libc6-dev"]),

    shared("EventLoop", ["CLinux"], wrapper: true),
    shared("HTTPClient", ["CCurl", httpTypes, logging], wrapper: true),
    shared("Postgres", ["CPostgres", "Contracts", "EventLoop", logging, crypto], wrapper: true),
    shared("Redis", ["CHiredis", "EventLoop", logging], wrapper: true),
    shared("Media", ["CFFmpeg", nioPosix], wrapper: true),
    shared("Contracts", [crypto]),
    shared("Providers", ["Contracts"], resources: [.embedInCode("Catalogue")]),
    shared("Animatic", ["Contracts", "Media"], wrapper: true),
    shared("Score", ["Contracts"]),
    shared(
      "Artifacts", ["Contracts", "HTTPClient", "ServiceKit", crypto, httpTypes, logging, nioPosix],
      wrapper: true),
    shared(
      "ServiceKit",
      [
        "Contracts", "Postgres", "Redis", "HTTPClient", "EventLoop", hummingbird, lifecycle, signals, logging,
        metrics, coreMetrics, crypto, configuration, httpTypes, arguments, nioCore,
      ]),
    shared(
      "Queue",
      [
        "Contracts", "Postgres", "Redis", "HTTPClient", "ServiceKit", "Artifacts", hummingbird, lifecycle,
        logging, metrics, httpTypes,
      ],
      resources: [.embedInCode("Migrations")]),
    // How failed media work ends a task, for the services that do both.
    shared("MediaWork", ["Contracts", "Media", "Queue"]),
    // The folder is `Testing`; the module cannot be, Swift Testing has that name.
    shared(
      "Harness", ["EventLoop", "HTTPClient", "Postgres", httpTypes, logging],
      folder: "Testing", wrapper: true),

    service("Gateway", ["EventLoop", crypto, nioCore, nioPosix]),
    service("Status"),
    service("Planner"),
    service("References", ["Animatic", "Media", "MediaWork"]),
    service("Chunks", ["Animatic", "Media", "MediaWork"]),
    service("Audio", ["Score", "Media", "MediaWork"]),

    // The surroundings of a worker under test, for the services that have one.
    .target(
      name: "Rig",
      dependencies: [
        "Artifacts", "Contracts", "Harness", "Media", "Postgres", "Queue", lifecycle, logging,
      ],
      path: "Tests/Rig", swiftSettings: strict),
    // The reader of foreign files that `compose/fuzz` watches.
    .executableTarget(
      name: "MediaFuzz", dependencies: ["Media"], path: "Tests/MediaFuzz",
      exclude: ["fuzz.py", "mutations.py"], swiftSettings: strict),
    // What `compose/bench media` times inside a process.
    .executableTarget(
      name: "MediaBench", dependencies: ["Media", "Animatic", "Contracts"], path: "Tests/MediaBench",
      swiftSettings: strict),
    tests("EventLoop", ["EventLoop"]),
    tests("HTTPClient", ["HTTPClient", httpTypes, nioCore, nioPosix]),
    tests("Postgres", ["Postgres", "EventLoop", logging]),
    tests("Redis", ["Redis", "EventLoop", logging]),
    tests("Media", ["Media"]),
    tests("Animatic", ["Animatic", "Media", "Contracts"]),
    tests("Score", ["Score", "Contracts"]),
    tests("Contracts", ["Contracts"], exclude: ["Golden"]),
    tests("Providers", ["Providers", "Contracts"]),
    tests("Artifacts", ["Artifacts", "Contracts", "HTTPClient", "ServiceKit", crypto, httpTypes]),
    tests(
      "ServiceKit",
      [
        "ServiceKit", "Contracts", "Postgres", "Redis", hummingbird, hummingbirdTesting, logging, coreMetrics,
        httpTypes, crypto, nioCore,
      ]),
    tests(
      "Queue",
      [
        "Queue", "Postgres", "Redis", "Contracts", "ServiceKit", "Artifacts", hummingbird,
        hummingbirdTesting, lifecycle, logging, httpTypes,
      ]),
    tests(
      "Gateway",
      [
        "Gateway", "Artifacts", "Contracts", "Postgres", "Providers", "ServiceKit", "HTTPClient", hummingbird,
        hummingbirdTesting, logging, httpTypes, nioCore,
      ]),
    tests(
      "Status",
      [
        "Status", "Contracts", "Postgres", "Redis", "Queue", "ServiceKit", hummingbird, hummingbirdTesting,
        logging, lifecycle, httpTypes, nioCore,
      ]),
    tests(
      "Planner",
      [
        "Planner", "Contracts", "Providers", "Postgres", "Queue", "ServiceKit", hummingbird,
        hummingbirdTesting, lifecycle, logging, httpTypes, nioCore,
      ]),
    tests(
      "References",
      [
        "References", "Rig", "Contracts", "Media", "Queue", "Artifacts", "Postgres", "Providers", lifecycle,
        logging,
      ]),
    tests(
      "Chunks",
      [
        "Chunks", "Rig", "Contracts", "Media", "Queue", "Artifacts", "Postgres", "Providers", lifecycle,
        logging,
        arguments,
      ]),
    tests(
      "Audio",
      [
        "Audio", "Rig", "Contracts", "Media", "Queue", "Artifacts", "Postgres", "Providers", lifecycle,
        logging,
        arguments,
      ]),
    tests("Services", ["Gateway", "Status", "Planner", "References", "Chunks", "Audio", "ServiceKit"]),
    // What tests of a running stack see of it: its gateway, and programs that people use.
    .target(
      name: "Outside", dependencies: ["HTTPClient", httpTypes, nioPosix], path: "Tests/Outside",
      swiftSettings: strict),
    tests("Stack", ["HTTPClient", "Outside", httpTypes]),
    tests("Container", ["HTTPClient", "Outside", httpTypes]),
  ],
  swiftLanguageModes: [.v6]
)
