import ArgumentParser

/// The program that reads a node's folder, whether or not a node runs on it.
@main
struct AviaryAdmin: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "aviary-admin",
        abstract: "Says what happened, who did it, and whether it is sound, from nodes' folders.",
        discussion: """
            Reads a node's files and changes nothing, unless the command says otherwise; a node may run on \
            the folder meanwhile. ZXID is written in any form that ZooKeeper prints (0x1000000ab, \
            4294967467, 1:171, log.1000000ab), TIME in UTC (2026-11-26T11:31:05Z, '2026-11-26 11:31').

            \(Status.help)

              aviary-admin status data
              aviary-admin why data /services/payment/leader
              aviary-admin compare node1/data node2/data node3/data

            Completion for a shell: aviary-admin --generate-completion-script bash (or zsh, fish).
            """,
        subcommands: [
            StatusCommand.self, ZxidCommand.self, VerifyCommand.self, WhyCommand.self, TreeCommand.self,
            DiffCommand.self, SessionsCommand.self, CompareCommand.self, LogCommand.self,
            SnapshotCommand.self,
            SQLCommand.self, BackupCommand.self, RestoreCommand.self, TruncateCommand.self,
            RepairCommand.self, ImportCommand.self, ExportCommand.self, SettingsCommand.self,
        ])
}
