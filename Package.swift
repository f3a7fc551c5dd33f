// swift-tools-version: 6.2
import PackageDescription

/// The house, from the bottom up. A layer imports only what stands above its own line here.

let strict: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableExperimentalFeature("Lifetimes"),
    .unsafeFlags(["-cross-module-optimization"], .when(configuration: .release)),
]

func layer(_ name: String, on dependencies: Target.Dependency...) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

func program(
    _ name: String, on dependencies: Target.Dependency..., with libraries: LinkerSetting...,
    excluding texts: [String] = []
) -> Target {
    .executableTarget(
        name: name, dependencies: dependencies, exclude: texts, swiftSettings: strict,
        linkerSettings: libraries)
}

func tests(_ name: String, on dependencies: Target.Dependency..., excluding data: String...) -> Target {
    .testTarget(name: name, dependencies: dependencies, exclude: data, swiftSettings: strict)
}

let buffer = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let sockets = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let http = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")
let embedded = Target.Dependency.product(name: "NIOEmbedded", package: "swift-nio")
let deque = Target.Dependency.product(name: "DequeModule", package: "swift-collections")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let arguments = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")

let package = Package(
    name: "aviary",
    products: [
        .library(name: "Aviary", targets: ["Aviary"]),
        .executable(name: "aviary", targets: ["aviary-shell"]),
        .executable(name: "aviary-server", targets: ["aviary-server"]),
        .executable(name: "aviary-admin", targets: ["aviary-admin"]),
        .executable(name: "aviary-bench", targets: ["aviary-bench"]),
        .executable(name: "aviary-sim", targets: ["aviary-sim"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
    ],
    targets: [
        // The core: pure values, no I/O.
        layer("Vocabulary"),
        layer("Ensembles", on: "Vocabulary"),
        layer("Zab", on: "Vocabulary", "Ensembles", buffer, deque),
        layer("Znodes", on: "Vocabulary", deque),
        layer("Wire", on: "Vocabulary", "Znodes", "Zab", buffer),
        .systemLibrary(name: "CCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
        layer("Authentication", on: "Vocabulary", "Znodes", "CCrypto"),
        layer(
            "Replica", on: "Vocabulary", "Ensembles", "Znodes", "Zab", "Wire", "Authentication", buffer,
            deque),

        // The edges: files, sockets, clocks.
        .systemLibrary(name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
        .target(
            name: "Migrations", path: "migrations", exclude: ["README.md"],
            resources: [
                .embedInCode("v0001-log.sql"), .embedInCode("v0001-snapshot.sql"),
                .embedInCode("v0002-segment.sql"),
            ],
            swiftSettings: strict),
        // What people and programs are shown, and the log on its way to them.
        layer("Printing"),
        layer("Clocks"),
        layer("Logbook", on: "Printing", "Clocks", buffer, logging),

        layer("Settings", on: "Vocabulary", "Ensembles", "Authentication"),
        // Fewer system calls under the real SQLite.
        .target(name: "GatheredWrites", dependencies: ["CSQLite"]),
        // TLS, by the system's OpenSSL.
        .systemLibrary(name: "COpenSSL", pkgConfig: "openssl", providers: [.apt(["libssl-dev"])]),
        layer("Security", on: "Settings", "COpenSSL", buffer, sockets, logging),
        layer("Storage", on: "Vocabulary", "Clocks", "Migrations", "CSQLite", "GatheredWrites", buffer),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        layer("ApacheFiles", on: "Vocabulary", "Znodes", "Wire", "CZlib", buffer),
        layer("Console", on: "Vocabulary", "Ensembles", "Settings", "Printing"),
        layer(
            "Host", on: "Vocabulary", "Ensembles", "Znodes", "Wire", "Replica", "Storage", "Settings",
            "Console", "Authentication", "Zab", "Links", "Logbook", "Clocks", buffer, sockets, logging),
        layer(
            "Links", on: "Vocabulary", "Zab", "Wire", "Replica", "Logbook", "Security", buffer, sockets,
            logging),
        layer(
            "Frontend", on: "Vocabulary", "Replica", "Host", "Settings", "Console", "Links", "Logbook",
            "Security", buffer, sockets, logging),

        layer(
            "AdminServer", on: "Vocabulary", "Ensembles", "Settings", "Console", "Host", "Links", buffer,
            sockets, http),

        // Whole ensembles in one thread and from one seed.
        layer("SeededRandom"),
        layer(
            "Simulator", on: "Vocabulary", "Znodes", "Zab", "Wire", "Replica", "SeededRandom", buffer, deque),

        // The client: what it decides, and its sockets. No part of the server.
        layer("ClientCore", on: "Vocabulary", "Wire", "SeededRandom", buffer, deque),
        layer("Aviary", on: "Vocabulary", "Wire", "ClientCore", buffer, deque, sockets, logging),

        // A node's folder from outside, whether a node runs on it or not: rows and snapshots as they lie
        // there, and what they amount to. No part of the server.
        layer("FolderReading", on: "Vocabulary", "Clocks", "Storage", "CSQLite", buffer),
        layer(
            "Inspection", on: "Vocabulary", "Znodes", "Wire", "Storage", "ApacheFiles", "FolderReading",
            "Printing", buffer),

        // The programs. jemalloc takes the place of malloc in the server: what one thread allocates another
        // frees, and the C library's own does that at a fifth more CPU for each write.
        program(
            "aviary-server", on: "Settings", "Host", "Frontend", "Links", "Security", "AdminServer",
            "Storage", "Logbook", logging, sockets, arguments,
            with: .linkedLibrary("jemalloc"), excluding: ["CONFIGURATION.md", "SECURITY.md"]),
        .systemLibrary(name: "CEpoll"),
        program("aviary-bench", on: "Vocabulary", "Clocks", "Printing", "SeededRandom", "CEpoll", arguments),
        program(
            "aviary-admin", on: "Vocabulary", "Clocks", "Znodes", "Settings", "Storage", "ApacheFiles",
            "FolderReading", "Inspection", "Printing", arguments,
            excluding: ["NIGHT.md"]),

        program(
            "aviary-sim", on: "Simulator", "Storage", "Replica", "Wire", "Znodes", "Vocabulary", buffer,
            arguments),

        // What tests of several modules share: replies as clients read them, folders gone with the test.
        .target(
            name: "TestSupport", dependencies: ["Vocabulary", "Wire", buffer], path: "Tests/TestSupport",
            swiftSettings: strict),
        tests("VocabularyTests", on: "Vocabulary"),
        tests("EnsemblesTests", on: "Ensembles", "Vocabulary"),
        tests("ZabTests", on: "Zab", "SeededRandom", buffer),
        tests("ZnodesTests", on: "Znodes", "SeededRandom"),
        tests("WireTests", on: "Wire", "SeededRandom", "TestSupport", excluding: "Golden"),
        tests("AuthenticationTests", on: "Authentication", "Vocabulary"),
        tests("ReplicaTests", on: "Authentication", "Replica", "TestSupport"),
        tests("SettingsTests", on: "Settings"),
        // The disk that fails on purpose, under the real SQLite.
        .target(name: "FaultyFiles", dependencies: ["CSQLite"], path: "Tests/FaultyFiles"),
        tests(
            "StorageTests", on: "Storage", "Vocabulary", "CSQLite", "GatheredWrites", "FaultyFiles",
            "SeededRandom", "TestSupport", "Host", "Replica", "Wire", "Znodes", buffer),
        // A node whose loop a test turns by hand, over a disk that answers when it is told to.
        .target(
            name: "HandTurnedLoop",
            dependencies: ["Host", "Replica", "Settings", "Vocabulary", "Wire", buffer, embedded, logging],
            path: "Tests/HandTurnedLoop", swiftSettings: strict),
        tests(
            "HostTests", on: "Console", "Host", "HandTurnedLoop", "Replica", "Settings", "Storage",
            "TestSupport", "Vocabulary", "Wire", "Zab", "Znodes", buffer, embedded, logging, sockets),
        tests(
            "LinksTests", on: "Links", "Vocabulary", "Zab", "Wire", "Replica", "SeededRandom", buffer,
            sockets, logging),
        tests(
            "ApacheFilesTests", on: "ApacheFiles", "Vocabulary", "Znodes", "Wire", "TestSupport", buffer,
            excluding: "Golden"),
        tests("SecurityTests", on: "Security", "Settings", "COpenSSL", buffer, embedded, logging),
        tests("ConsoleTests", on: "Console"),
        tests("AdminServerTests", on: "AdminServer", "Console", "Settings", "Vocabulary"),
        tests("PrintingTests", on: "Printing"),
        tests("LogbookTests", on: "Logbook", buffer, logging),
        tests(
            "FrontendTests", on: "Console", "Frontend", "HandTurnedLoop", "Host", "Settings", "Vocabulary",
            buffer, embedded, sockets),
        tests(
            "InspectionTests", on: "Inspection", "Vocabulary", "Znodes", "Wire", "Storage", "ApacheFiles",
            "FolderReading", "Printing", "CSQLite", "SeededRandom", "TestSupport", "aviary-admin", buffer,
            arguments, excluding: "Golden"),
        tests("BenchTests", on: "aviary-bench", "Printing", "SeededRandom"),
        tests("SimulatorTests", on: "Simulator", excluding: "README.md"),
        program("aviary-shell", on: "Aviary", "Printing", buffer, arguments),

        // Programs of others, as it were: they see what the library shows.
        .executableTarget(
            name: "elect", dependencies: ["Aviary", buffer], path: "tools/examples/elect",
            swiftSettings: strict),

        // What a program that uses the client goes through, for tests that kill its servers.
        .executableTarget(
            name: "client-trial", dependencies: ["Aviary", buffer], path: "Tests/ClientTrial",
            swiftSettings: strict),
        tests("AviaryTests", on: "Aviary", "ClientCore", "Vocabulary", "Wire", buffer),
        tests("HouseTests"),
    ],
    swiftLanguageModes: [.v6]
)

// The fuzzers, only for tools/fuzz: libFuzzer brings their main.
if Context.environment["AVIARY_FUZZ"] != nil {
    package.targets.append(
        .executableTarget(
            name: "fuzz-wire",
            dependencies: ["Vocabulary", "Znodes", "Wire", "SeededRandom", "TestSupport", buffer],
            path: "Tests/Fuzz", exclude: ["README.md"], swiftSettings: strict))
}
