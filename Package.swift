// swift-tools-version: 6.2
import PackageDescription

/// The language rules every module of ours is held to.
let rules: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .strictMemorySafety(),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
]

func module(_ name: String, imports: [String] = [], products: [Target.Dependency] = [], resources: [Resource]? = nil) -> Target {
    .target(
        name: name, dependencies: imports.map { .target(name: $0) } + products, resources: resources, swiftSettings: rules)
}

func tests(
    of name: String, imports: [String] = [], products: [Target.Dependency] = [], exclude: [String] = [],
    resources: [Resource]? = nil
) -> Target {
    .testTarget(
        name: "\(name)Tests", dependencies: ([name] + imports).map { .target(name: $0) } + products,
        exclude: exclude, resources: resources,
        swiftSettings: rules)
}

/// The target of the lessons lies at the root, because they do; all else there is not its own.
let others = [
    "Autodiff", "CAllocations", "CCairo", "CHarfBuzz", "CKernels", "CMarkdown", "COpenBLAS", "COpenSSL", "CZlib",
    "CairoRendering", "Drawing", "Experiments", "Figures", "Interchange", "LinearAlgebra", "Publishing",
    "RandomStreams", "Recordings", "TinyWorld", "Transformer", "Tuning", "foreword",
]

let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let heap = Target.Dependency.product(name: "HeapModule", package: "swift-collections")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")

let package = Package(
    name: "foreword",
    products: [.executable(name: "foreword", targets: ["foreword"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.3.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.0.0"),
    ],
    targets: [
        // The C libraries that others keep well, and our element-wise kernels.
        .systemLibrary(name: "COpenBLAS", pkgConfig: "openblas", providers: [.apt(["libopenblas-dev"])]),
        .systemLibrary(name: "CCairo", pkgConfig: "cairo", providers: [.apt(["libcairo2-dev"])]),
        .systemLibrary(name: "CHarfBuzz", pkgConfig: "harfbuzz", providers: [.apt(["libharfbuzz-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(name: "COpenSSL", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(
            name: "CMarkdown", pkgConfig: "libcmark-gfm",
            providers: [.apt(["libcmark-gfm-dev", "libcmark-gfm-extensions-dev"])]),
        .target(name: "CKernels"),
        // Shows that a training step asks for no memory: linked into the program, for its benchmark, and into tests.
        .target(name: "CAllocations"),

        // The pipe: each module may import only what its line names.
        module("RandomStreams"),
        module("LinearAlgebra", imports: ["COpenBLAS", "CKernels"]),
        module("Autodiff", imports: ["LinearAlgebra"]),
        module("Transformer", imports: ["Autodiff"]),
        module("Tuning", imports: ["Transformer", "RandomStreams"]),
        module("Interchange", imports: ["COpenSSL"], products: [heap]),
        module("TinyWorld", imports: ["Interchange", "RandomStreams"]),
        module("Recordings", imports: ["Interchange"]),
        module(
            "Experiments",
            imports: [
                "Autodiff", "LinearAlgebra", "RandomStreams", "Transformer", "Tuning", "TinyWorld", "Recordings", "Interchange",
            ], resources: [.copy("Models")]),
        module("Drawing"),
        module("CairoRendering", imports: ["Drawing", "CCairo", "CHarfBuzz", "CZlib"]),
        module("Figures", imports: ["Drawing", "Recordings"]),
        .target(
            name: "Lessons",
            dependencies: [
                "Experiments", "Figures", "Drawing", "LinearAlgebra", "Recordings", "TinyWorld", "Tuning", yams,
            ], path: ".",
            exclude: ["Tests", "README.md", "LICENSE", "CHANGELOG.md", "CONTRIBUTING.md", "docs", "figures", "sweeps"]
                + others.map { "Sources/\($0)" },
            sources: ["Sources/Lessons"], resources: [.copy("lessons")], swiftSettings: rules),
        module(
            "Publishing",
            imports: [
                "Lessons", "CMarkdown", "CairoRendering", "Drawing", "Experiments", "Figures", "Interchange", "LinearAlgebra",
                "Recordings", "TinyWorld", "Transformer", "Tuning",
            ]),
        .executableTarget(
            name: "foreword",
            dependencies: [
                "Publishing", "CairoRendering", "Drawing", "Experiments", "Figures", "Interchange", "Lessons", "LinearAlgebra",
                "Recordings", "TinyWorld", "Tuning", "CAllocations", argumentParser,
            ], swiftSettings: rules),

        tests(of: "RandomStreams"),
        tests(
            of: "LinearAlgebra", imports: ["RandomStreams"], exclude: ["Fixtures/make_nf4.py"],
            resources: [.copy("Fixtures/nf4.json")]),
        tests(of: "Autodiff", imports: ["LinearAlgebra", "RandomStreams"]),
        tests(of: "Transformer", imports: ["Autodiff", "LinearAlgebra", "Interchange"]),
        tests(
            of: "Tuning", imports: ["Transformer", "Autodiff", "LinearAlgebra", "Interchange", "CAllocations"],
            exclude: ["Fixtures/make_reference.py"], resources: [.copy("Fixtures/reference")]),
        tests(of: "Interchange", resources: [.copy("Fixtures")]),
        tests(of: "TinyWorld", imports: ["Interchange", "RandomStreams"]),
        tests(of: "Recordings", imports: ["Interchange"], exclude: ["Fixtures/read_recording.py"]),
        tests(of: "Drawing"),
        tests(of: "CairoRendering", imports: ["Drawing", "CZlib"]),
        tests(
            of: "Figures", imports: ["Drawing", "Interchange", "Recordings", "CairoRendering"], exclude: ["matplotlib_speed.py"]),
        tests(
            of: "Experiments",
            imports: [
                "Autodiff", "CairoRendering", "Drawing", "Figures", "Interchange", "LinearAlgebra", "Transformer", "Tuning",
                "TinyWorld", "Recordings",
            ], exclude: ["Fixtures"]),
        tests(of: "Lessons", imports: ["Drawing", "Experiments", "Recordings"], exclude: ["Fixtures"]),
        tests(
            of: "Publishing", imports: ["CairoRendering", "Drawing", "Experiments", "Figures", "Lessons", "Recordings"],
            exclude: ["Scripts"]),
        tests(
            of: "foreword", imports: ["Drawing", "Experiments", "Recordings"],
            exclude: ["Fixtures", "bench_peer.py", "open_trained.py", "round_trip.py"]),
    ]
)
