/// Which modules of a model low-rank matrices are added to.
public enum TargetModules: Hashable, Sendable {
    /// Modules whose path is one of these, or ends in a dot and one of these.
    case names([String])
    /// Modules whose whole path a regular expression matches.
    case pattern(String)

    init?(_ settings: JSONSettings) throws(InterchangeError) {
        let key = "target_modules"
        switch settings.object[key] {
        case nil, .null?: return nil
        case .string(let pattern)?: self = .pattern(pattern)
        case .array(let list)?:
            var names: [String] = []
            for element in list {
                guard let name = element.string else {
                    throw InterchangeError(place: settings.place(key), "expected names of modules, but found \(element.kind)")
                }
                names.append(name)
            }
            self = .names(names)
        case let other?:
            throw InterchangeError(place: settings.place(key), "expected a list of names or a pattern, but found \(other.kind)")
        }
        // A pattern that is none is found here, not at the first module.
        _ = try contains("")
    }

    var json: JSON {
        switch self {
        case .names(let names): .array(names.map { .string($0) })
        case .pattern(let pattern): .string(pattern)
        }
    }

    /// Whether a module is one of them.
    public func contains(_ module: String) throws(InterchangeError) -> Bool {
        switch self {
        case .names(let names): names.contains { module == $0 || module.hasSuffix(".\($0)") }
        case .pattern(let pattern): try ModulePattern.matches(pattern, module, key: "target_modules")
        }
    }
}

/// Regular expressions over the paths of modules, as PEFT uses them.
enum ModulePattern {
    static func matches(_ pattern: String, _ module: String, key: String) throws(InterchangeError) -> Bool {
        do {
            return try Regex(pattern).wholeMatch(in: module) != nil
        } catch {
            throw InterchangeError(place: "key \(key.quoted)", "\(pattern.quoted) is not a regular expression")
        }
    }

    /// The value of the first entry whose key is the module's path, or the end of it behind a dot.
    static func value<Value>(
        for module: String, in table: [(pattern: String, value: Value)], key: String
    ) throws(InterchangeError) -> Value? {
        for (pattern, value) in table where try matches("(.*\\.)?(\(pattern))", module, key: key) { return value }
        return nil
    }
}
