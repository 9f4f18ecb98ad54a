extension String {
    /// With a capital first letter, for the beginning of a sentence.
    var capitalised: String { prefix(1).uppercased() + dropFirst() }

    /// With a space behind it where it ends in Latin letters, as Chinese typesetting sets them apart from what follows.
    var spaced: String { last?.isASCII == true ? self + " " : self }
}
