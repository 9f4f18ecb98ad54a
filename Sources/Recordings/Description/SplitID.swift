/// The split ids of evaluations on tasks that a run does not train on. What is looked at is the held-out part of the other task, or its
/// validation part where nothing else is held out.
public enum SplitID {
    /// The other task with what was trained in place: `skill.translate-en`.
    public static func skill(_ task: String) -> String { "skill.\(task)" }

    /// The other task with the adapter taken off, by the model as it is at the step: `bare.translate-en`. A run that trains the model's
    /// own weights has none to take off, and no such evaluation.
    public static func bare(_ task: String) -> String { "bare.\(task)" }
}
