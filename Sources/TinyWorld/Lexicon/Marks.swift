/// Signs that belong to no language.
public enum Marks {
    /// Fills a row of a padded batch.
    public static let padding = "<pad>"
    /// Ends a row.
    public static let end = "<end>"
    /// Stands between a cue and what it announces.
    public static let cue = ":"
    /// Stands between a prompt and its answer.
    public static let answer = "="
    /// Ends an answer.
    public static let stop = ";"

    static let all = [padding, end, cue, answer, stop]
}
