import ArgumentParser
import FolderReading
import Inspection
import Printing
import Storage
import Vocabulary

/// A command that answers, or says in one sentence why it cannot.
protocol AdminCommand: ParsableCommand {
    var output: OutputOptions { get }
    /// Whether it prints while it reads: a bar on the same terminal would be in the way.
    var printsAsItReads: Bool { get }
    func answer(to out: Output, progress: Progress) throws
}

struct OutputOptions: ParsableArguments {
    @Flag(help: "Print JSON: one object a line.")
    var json = false
}

extension AdminCommand {
    var printsAsItReads: Bool { false }

    func run() throws {
        let out = Output(isJSON: output.json)
        let progress = ProgressBar.forTerminal(besideAnswer: printsAsItReads)
        do {
            try answer(to: out, progress: progress)
        } catch let exit as ExitCode {
            throw exit
        } catch {
            progress.finish()
            let failure = Failure(error)
            failure.message.complain()
            throw ExitCode(failure.status)
        }
        if out.isBad { throw ExitCode(Status.bad) }
    }
}

/// The folder that most commands look at.
struct FolderArgument: ParsableArguments {
    @Argument(
        help: ArgumentHelp(
            "A node's folder: the one with log-<zxid>.db in it, which dataDir or dataLogDir in zoo.cfg "
                + "names.",
            valueName: "dir"), completion: .directory)
    var folder: String

    func open() throws -> NodeFolder { try NodeFolder(folder) }
}

extension Moment: ExpressibleByArgument {
    /// A zxid in any form, or a time.
    public init?(argument: String) {
        self.init(argument)
    }
}

extension DataText: ExpressibleByArgument {}

/// A zxid on the command line.
struct ZxidArgument: ExpressibleByArgument {
    let text: ZxidText

    init?(argument: String) {
        guard let text = ZxidText(argument) else { return nil }
        self.text = text
    }

    var zxid: Zxid { text.zxid }
}

/// A session on the command line: `0x…`, or the digits alone.
struct SessionArgument: ExpressibleByArgument {
    let session: SessionID

    init?(argument: String) {
        let digits = argument.hasPrefix("0x") ? argument.dropFirst(2) : argument[...]
        guard let bits = UInt64(digits, radix: 16) else { return nil }
        session = SessionID(rawValue: Int64(bitPattern: bits))
    }
}

/// A znode's path on the command line.
struct PathArgument: ExpressibleByArgument {
    let path: ZnodePath

    init?(argument: String) {
        var text = argument[...]
        while text.utf8.count > 1, text.hasSuffix("/") { text.removeLast() }
        guard text.hasPrefix("/") else { return nil }
        path = ZnodePath(String(text))
    }
}
