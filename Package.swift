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

func tests(of name: String, imports: [String] = [], products: [Target.Dependency] = [], resources: [Resource]? = nil) -> Target {
    .testTarget(
        name: "\(name)Tests", dependencies: ([name] + imports).map { .target(name: $0) } + products, resources: resources,
        swiftSettings: rules)
}

let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")

let package = Package(
    name: "foreword",
    products: [.executable(name: "foreword", targets: ["foreword"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.0.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.0.0"),
    ],
    targets: [
        // The C libraries that others keep well, and our element-wise kernels.
        .systemLibrary(name: "COpenBLAS", pkgConfig: "openblas", providers: [.apt(["libopenblas-dev"])]),
        .systemLibrary(name: "CCairo", pkgConfig: "cairo", providers: [.apt(["libcairo2-dev"])]),
        .systemLibrary(name: "CHarfBuzz", pkgConfig: "harfbuzz", providers: [.apt(["libharfbuzz-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .target(name: "CKernels"),

        // The pipe: each module may import only what its line names.
        module("RandomStreams"),
        module("LinearAlgebra", imports: ["COpenBLAS", "CKernels"]),
        module("Autodiff", imports: ["LinearAlgebra"]),
        module("Transformer", imports: ["Autodiff"]),
        module("Tuning", imports: ["Transformer", "RandomStreams"]),
        module("Interchange", products: [crypto]),
        module("TinyWorld", imports: ["Interchange", "RandomStreams"]),
        module("Recordings", imports: ["Interchange"]),
        module("Experiments", imports: ["Tuning", "TinyWorld", "Recordings"]),
        module("Drawing"),
        module("CairoRendering", imports: ["Drawing", "CCairo", "CHarfBuzz", "CZlib"]),
        module("Figures", imports: ["Drawing", "Recordings"]),
        module("Lessons", imports: ["Experiments", "Figures"], products: [yams]),
        module("Publishing", imports: ["Lessons", "CairoRendering"]),
        .executableTarget(
            name: "foreword", dependencies: ["Publishing", argumentParser], swiftSettings: rules),

        tests(of: "RandomStreams"),
        tests(of: "LinearAlgebra"),
        tests(of: "Autodiff", imports: ["LinearAlgebra", "RandomStreams"]),
        tests(of: "Transformer", imports: ["Autodiff", "LinearAlgebra", "Interchange"]),
        tests(of: "Tuning", imports: ["Transformer", "Autodiff", "LinearAlgebra", "Interchange"]),
        tests(of: "Interchange"),
        tests(of: "TinyWorld", imports: ["Interchange", "RandomStreams"]),
        tests(of: "Recordings", imports: ["Interchange"]),
        tests(of: "Drawing"),
        tests(of: "CairoRendering", imports: ["Drawing", "CZlib"]),
        tests(of: "Figures", imports: ["Drawing", "Recordings"]),
        tests(of: "Experiments", imports: ["Tuning", "TinyWorld", "Recordings"]),
        tests(of: "Lessons", imports: ["Experiments", "Figures"]),
        tests(of: "Publishing", imports: ["Lessons", "CairoRendering"]),
        tests(of: "foreword"),
    ]
)
