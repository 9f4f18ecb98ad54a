internal import Recordings
internal import Yams

/// A mapping of a YAML file, read key by key, whose errors name file, line and key.
struct YAMLMapping {
    let file: String
    private let path: String
    private let line: Int?
    private let values: [String: Node]

    /// Nodes that a file may hold: aliases let a few lines stand for billions.
    private static let budget = 20_000

    /// Reads a whole file.
    init(parsing text: String, file: String, keys: Set<String>) throws(LessonError) {
        let root: Node?
        do {
            root = try Yams.compose(yaml: text)
        } catch let error as YamlError {
            throw Self.failure(error, file: file)
        } catch {
            throw .file(file, line: nil, problem: "it is not YAML (\(error))")
        }
        guard let root else {
            throw .file(
                file, line: 1, problem: "it is empty; expected a mapping with the keys \(keys.sorted().joined(separator: ", "))")
        }
        var left = Self.budget
        guard Self.spend(&left, on: root) else {
            throw .file(file, line: nil, problem: "it holds more than \(Self.budget) values, and a few hundred are many")
        }
        try self.init(root, file: file, path: "", keys: keys)
    }

    private init(_ node: Node, file: String, path: String, keys: Set<String>) throws(LessonError) {
        guard let mapping = node.mapping else {
            throw .file(file, line: node.mark?.line, problem: "\(Self.named(path)) must be a mapping of keys to values")
        }
        var values: [String: Node] = [:]
        for (key, value) in mapping {
            guard let name = key.scalar?.string else {
                throw .file(file, line: key.mark?.line, problem: "a key of \(Self.named(path)) is not a word")
            }
            guard keys.contains(name) else {
                let near = NearNames.of(name, among: keys)
                throw .file(
                    file, line: key.mark?.line,
                    problem: "\(Self.named(path)) has no key \"\(name)\"\(NearNames.hint(near)); expected one of "
                        + keys.sorted().joined(separator: ", "))
            }
            values[name] = value
        }
        self.file = file
        self.path = path
        line = node.mark?.line
        self.values = values
    }

    private init(_ other: YAMLMapping, replacing key: String, with node: Node) {
        (file, path, line) = (other.file, other.path, other.line)
        var values = other.values
        values[key] = node
        self.values = values
    }

    /// A mapping for every choice of one value from each list, with what tells it from the others, such as `rank-4`.
    ///
    /// - Parameter lists: Keys whose values are lists themselves.
    func choices(keeping lists: Set<String>) throws(LessonError) -> [(mapping: YAMLMapping, varied: [String])] {
        var result: [(mapping: YAMLMapping, varied: [String])] = [(self, [])]
        for (key, node) in values.sorted(by: { $0.key < $1.key }) where !lists.contains(key) {
            guard let sequence = node.sequence else { continue }
            guard !sequence.isEmpty else { throw wrong(key, "is an empty list, expected at least one value") }
            result = result.flatMap { mapping, varied in
                sequence.map { value in
                    let word = "\(key.replacing("_", with: "-"))-\(value.scalar?.string ?? "")"
                    return (YAMLMapping(mapping, replacing: key, with: value), varied + [word])
                }
            }
        }
        return result
    }

    /// The name of a run by what it is called and by what varies in it, in the letters that a run's name may have.
    static func runName(_ name: String, _ varied: [String]) -> String {
        String(
            ([name] + varied).joined(separator: "-").map {
                $0.isASCII && ($0.isLetter || $0.isNumber || "-._+".contains($0)) ? $0 : "-"
            })
    }

    /// Mappings under keys of the file's own choosing.
    private static func free(_ node: Node, file: String, path: String) throws(LessonError) -> [(key: String, node: Node)] {
        guard let mapping = node.mapping else {
            throw .file(file, line: node.mark?.line, problem: "\(named(path)) must be a mapping of names to values")
        }
        var result: [(String, Node)] = []
        for (key, value) in mapping { result.append((key.scalar?.string ?? "", value)) }
        return result
    }

    func has(_ key: String) -> Bool { values[key] != nil }

    func string(_ key: String) throws(LessonError) -> String {
        let node = try node(key)
        guard let scalar = node.scalar else { throw wrong(key, node, "a text") }
        return scalar.string
    }

    func double(_ key: String) throws(LessonError) -> Double {
        let node = try node(key)
        guard let number = node.float, number.isFinite else { throw wrong(key, node, "a number") }
        return number
    }

    /// A whole number of at least `lowest`.
    func integer(_ key: String, atLeast lowest: Int = 0) throws(LessonError) -> Int {
        let node = try node(key)
        guard let number = node.int, number >= lowest else { throw wrong(key, node, "a whole number of at least \(lowest)") }
        return number
    }

    func flag(_ key: String) throws(LessonError) -> Bool {
        let node = try node(key)
        guard let flag = node.bool else { throw wrong(key, node, "true or false") }
        return flag
    }

    /// One of the words of an enumeration.
    func word<Word: RawRepresentable & CaseIterable>(_ key: String) throws(LessonError) -> Word where Word.RawValue == String {
        let node = try node(key)
        guard let word = Word(rawValue: node.scalar?.string ?? "") else {
            let words = Word.allCases.map(\.rawValue)
            let near = NearNames.of(node.scalar?.string ?? "", among: words)
            throw wrong(key, node, "one of \(words.joined(separator: ", "))\(NearNames.hint(near))")
        }
        return word
    }

    /// One of some names.
    func name(_ key: String, among known: [String], what: String) throws(LessonError) -> String {
        let name = try string(key)
        try check(name, key, among: known, what: what)
        return name
    }

    func check(_ name: String, _ key: String, among known: [String], what: String) throws(LessonError) {
        guard !known.contains(name) else { return }
        let near = NearNames.of(name, among: known)
        let all =
            near.isEmpty
            ? "expected one of \(known.sorted().joined(separator: ", "))" : "near it: \(near.joined(separator: ", "))"
        throw wrong(key, "is \"\(name)\", which is not \(what); \(all)")
    }

    /// A list of words of an enumeration.
    func words<Word: RawRepresentable & CaseIterable>(_ key: String) throws(LessonError) -> [Word] where Word.RawValue == String {
        let node = try node(key)
        let words = node.sequence?.map { Word(rawValue: $0.scalar?.string ?? "") } ?? []
        guard !words.isEmpty, let all = words as? [Word] else {
            throw wrong(key, node, "a list of \(Word.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        return all
    }

    /// A text, or a list of texts.
    func oneOrMore(_ key: String) throws(LessonError) -> [String] {
        if let scalar = try node(key).scalar { return [scalar.string] }
        return try strings(key)
    }

    func strings(_ key: String) throws(LessonError) -> [String] {
        let node = try node(key)
        let texts = node.sequence?.map { $0.scalar?.string } ?? []
        guard !texts.isEmpty, let all = texts as? [String] else { throw wrong(key, node, "a list of texts, for example [a, b]") }
        return all
    }

    func integers(_ key: String) throws(LessonError) -> [Int] {
        let node = try node(key)
        let numbers = node.sequence?.map(\.int) ?? []
        guard !numbers.isEmpty, let all = numbers as? [Int], all.allSatisfy({ $0 >= 0 }) else {
            throw wrong(key, node, "a list of whole numbers, for example [1, 2, 3]")
        }
        return all
    }

    func mapping(_ key: String, keys: Set<String>) throws(LessonError) -> YAMLMapping {
        try YAMLMapping(node(key), file: file, path: named(key), keys: keys)
    }

    /// A list of mappings.
    func mappings(_ key: String, keys: Set<String>) throws(LessonError) -> [YAMLMapping] {
        let node = try node(key)
        guard let sequence = node.sequence, !sequence.isEmpty else { throw wrong(key, node, "a list with at least one entry") }
        var result: [YAMLMapping] = []
        for (index, entry) in sequence.enumerated() {
            result.append(try YAMLMapping(entry, file: file, path: "\(named(key))[\(index)]", keys: keys))
        }
        return result
    }

    /// Mappings by names that the file chooses.
    func namedMappings(_ key: String, keys: Set<String>) throws(LessonError) -> [(name: String, mapping: YAMLMapping)] {
        var result: [(String, YAMLMapping)] = []
        for (name, node) in try Self.free(node(key), file: file, path: named(key)) {
            result.append((name, try YAMLMapping(node, file: file, path: "\(named(key)).\(name)", keys: keys)))
        }
        return result
    }

    /// An error about a key's value.
    func wrong(_ key: String, _ expected: String) -> LessonError {
        .file(file, line: values[key]?.mark?.line ?? line, problem: "\(named(key)) \(expected)")
    }

    private func wrong(_ key: String, _ node: Node, _ expected: String) -> LessonError {
        let found = node.scalar.map { "\"\($0.string)\"" } ?? (node.mapping == nil ? "a list" : "a mapping")
        return .file(file, line: node.mark?.line, problem: "\(named(key)) is \(found), expected \(expected)")
    }

    private func node(_ key: String) throws(LessonError) -> Node {
        guard let node = values[key] else { throw .file(file, line: line, problem: "\(named(key)) is missing") }
        return node
    }

    private func named(_ key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }

    private static func named(_ path: String) -> String { path.isEmpty ? "the file" : path }

    private static func spend(_ budget: inout Int, on node: Node) -> Bool {
        budget -= 1
        guard budget > 0 else { return false }
        if let mapping = node.mapping { return mapping.allSatisfy { spend(&budget, on: $0.key) && spend(&budget, on: $0.value) } }
        return node.sequence?.allSatisfy { spend(&budget, on: $0) } ?? true
    }

    private static func failure(_ error: YamlError, file: String) -> LessonError {
        switch error {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _), .composer(_, let problem, let mark, _):
            .file(file, line: mark.line, problem: "it is not valid YAML (\(problem))")
        case .duplicatedKeysInMapping(let keys, let context):
            .file(
                file, line: context.mark.line,
                problem: "the key \(keys.map { "\($0)" }.joined(separator: ", ")) stands there twice")
        default: .file(file, line: nil, problem: "it is not valid YAML (\(error))")
        }
    }
}
