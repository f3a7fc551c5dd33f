import ArgumentParser
import Inspection
import Printing
import Storage

struct VerifyCommand: AdminCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Checks everything: rows, chain, epochs, mark, snapshots, and every tree by replay.",
        discussion: """
            Names the first transaction that is missing or cannot be believed, and what is still sound. \
            The replay compares the digest that the leader gave each transaction.

              aviary-admin verify data
              aviary-admin verify data --json | tail -1
            """)

    @OptionGroup var folder: FolderArgument
    @OptionGroup var output: OutputOptions

    func answer(to out: Output, progress: Progress) throws {
        let node = try folder.open()
        try VerificationText(node: node, scope: .all).answer(to: out, progress: progress)
    }
}
