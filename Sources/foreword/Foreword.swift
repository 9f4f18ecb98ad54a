import ArgumentParser

@main
struct Foreword: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "foreword", abstract: "A step-through simulator of prompt tuning.")
}
