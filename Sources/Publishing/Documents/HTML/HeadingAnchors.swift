/// Names for a page's headings, by which a link finds them: letters and digits in lower case, a hyphen for all between.
struct HeadingAnchors {
    private var taken: Set<String> = []

    mutating func next(for heading: String) -> String {
        var name = ""
        for scalar in heading.lowercased().unicodeScalars {
            if scalar.properties.isAlphabetic || scalar.properties.numericType != nil {
                name.unicodeScalars.append(scalar)
            } else if !name.isEmpty, name.unicodeScalars.last != "-" {
                name += "-"
            }
        }
        while name.unicodeScalars.last == "-" { name.unicodeScalars.removeLast() }
        if name.isEmpty { name = "section" }
        var candidate = name
        var number = 2
        while !taken.insert(candidate).inserted {
            candidate = "\(name)-\(number)"
            number += 1
        }
        return candidate
    }
}
