import Dispatch
import Foundation

/// The terminal, taken over while it lives: keys come one by one and unseen, and the screen of before comes back at the end, also when a
/// signal ends the program.
final class Terminal {
    struct Size: Equatable {
        let columns: Int
        let rows: Int
    }

    enum Key: Equatable {
        case character(Character)
        case enter, escape, backspace, up, down, left, right
        /// Ctrl with a letter.
        case control(Character)
        /// The window has another size now.
        case resized
        /// There is nothing more to read.
        case end
    }

    private let saved: termios
    private var signals: [any DispatchSourceSignal] = []
    private var pending: [UInt8] = []
    private var lastSize: Size

    private static let enter = "\u{1B}[?1049h\u{1B}[?25l"
    private static let leave = "\u{1B}[?25h\u{1B}[?1049l"

    /// - Returns: `nil` if input or output is no terminal.
    init?() {
        var settings = termios()
        guard isatty(STDIN_FILENO) == 1, isatty(STDOUT_FILENO) == 1, unsafe tcgetattr(STDIN_FILENO, &settings) == 0 else {
            return nil
        }
        saved = settings
        lastSize = Self.size
        takeOver()
        for number in [SIGINT, SIGTERM, SIGHUP, SIGQUIT] {
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler {
                Self.release(settings)
                _exit(128 + number)
            }
            source.resume()
            signals.append(source)
        }
    }

    private func takeOver() {
        var raw = saved
        raw.c_lflag &= ~tcflag_t(ICANON | ECHO | ISIG | IEXTEN)
        raw.c_iflag &= ~tcflag_t(IXON | ICRNL)
        _ = unsafe tcsetattr(STDIN_FILENO, TCSAFLUSH, &raw)
        Self.write(Self.enter)
    }

    private static func release(_ settings: termios) {
        var settings = settings
        write(leave)
        _ = unsafe tcsetattr(STDIN_FILENO, TCSAFLUSH, &settings)
    }

    /// Gives the terminal back as it was.
    func close() {
        for source in signals { source.cancel() }
        signals = []
        Self.release(saved)
    }

    /// Stops the program until the shell lets it go on.
    private func pause() {
        Self.release(saved)
        kill(getpid(), SIGSTOP)
        takeOver()
    }

    // MARK: Writing

    private static func write(_ text: String) { FileHandle.standardOutput.write(Data(text.utf8)) }

    /// The size at this moment.
    static var size: Size {
        var window = winsize()
        guard unsafe ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &window) == 0, window.ws_col > 0, window.ws_row > 0 else {
            return Size(columns: 80, rows: 24)
        }
        return Size(columns: Int(window.ws_col), rows: Int(window.ws_row))
    }

    /// Shows lines from the top on, and clears the rest. Nothing is erased before it is written over, so that nothing flickers.
    func show(_ lines: [String]) {
        lastSize = Self.size
        let text = lines.prefix(lastSize.rows).map { $0 + "\u{1B}[K" }.joined(separator: "\r\n")
        Self.write("\u{1B}[H" + text + "\u{1B}[J")
    }

    // MARK: Reading

    /// Whether a key was pressed that nobody has read.
    var isKeyWaiting: Bool { !pending.isEmpty || wait(milliseconds: 0) }

    private func wait(milliseconds: Int32) -> Bool {
        var input = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
        return unsafe poll(&input, 1, milliseconds) > 0
    }

    private func byte(milliseconds: Int32) -> UInt8? {
        if pending.isEmpty {
            guard wait(milliseconds: milliseconds) else { return nil }
            var buffer = [UInt8](repeating: 0, count: 64)
            let count = unsafe buffer.withUnsafeMutableBytes { unsafe read(STDIN_FILENO, $0.baseAddress, 64) }
            guard count > 0 else { return nil }
            pending = Array(buffer.prefix(count))
        }
        return pending.removeFirst()
    }

    /// The next key. The size of the window is looked at while waiting.
    func key() -> Key {
        while pending.isEmpty, !wait(milliseconds: 200) {
            if Self.size != lastSize { return .resized }
        }
        guard let first = byte(milliseconds: 0) else { return .end }
        switch first {
        case 0x0D, 0x0A: return .enter
        case 0x7F, 0x08: return .backspace
        case 0x1A:
            pause()
            return .resized
        case 0x1B: return escape()
        case 0x01...0x1F: return .control(Character(Unicode.Scalar(first + 0x60)))
        default: return character(first)
        }
    }

    /// `ESC [ A` and the like; ESC alone if nothing follows at once.
    private func escape() -> Key {
        guard let second = byte(milliseconds: 30) else { return .escape }
        guard second == UInt8(ascii: "[") || second == UInt8(ascii: "O") else { return .escape }
        while let next = byte(milliseconds: 30) {
            switch next {
            case UInt8(ascii: "A"): return .up
            case UInt8(ascii: "B"): return .down
            case UInt8(ascii: "C"): return .right
            case UInt8(ascii: "D"): return .left
            case 0x40...0x7E: return .escape
            default: continue
            }
        }
        return .escape
    }

    /// A character of UTF-8, whose first byte says how many there are.
    private func character(_ first: UInt8) -> Key {
        var bytes = [first]
        let count = first < 0xC0 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4
        while bytes.count < count, let next = byte(milliseconds: 30) { bytes.append(next) }
        return String(decoding: bytes, as: UTF8.self).first.map(Key.character) ?? .escape
    }
}
