internal import CSQLite
package import Vocabulary

/// Why the log or a snapshot cannot be used: a code to act on, and a sentence with file, zxid and remedy for
/// people.
package struct StorageError: Error {
    package enum Code: Hashable, Sendable {
        /// Another connection holds the database's own lock.
        case busy
        /// Another process runs on this directory; its pid, when it could be read.
        case locked(by: Int32?)
        /// The disk or the quota is full.
        case full
        /// The bytes on the disk are not those that were stored.
        case corrupt
        /// The disk refused an operation.
        case io
        /// The disk did not make durable what it had taken: nobody knows what it has kept.
        case unsynced
        /// The directory or a file in it cannot be written.
        case readOnly
        /// The files were made by another version of this program, or by another program.
        case schema
        /// The caller asked for what a log cannot do, such as a gap.
        case misuse
        /// There is no such folder, or no node's files are in it.
        case absent
        /// The folder that the configuration names is not the one that the node's data are in, or cannot be.
        case misplaced
    }

    /// How far a damaged log can be believed.
    package struct Damage: Hashable, Sendable {
        /// The first transaction that is missing or that cannot be believed.
        package let firstBad: Zxid
        /// Every transaction up to here is as it was written.
        package let soundUpTo: Zxid
        /// The last transaction this node has vouched for, where that is known.
        package let acknowledgedUpTo: Zxid?

        package init(firstBad: Zxid, soundUpTo: Zxid, acknowledgedUpTo: Zxid?) {
            self.firstBad = firstBad
            self.soundUpTo = soundUpTo
            self.acknowledgedUpTo = acknowledgedUpTo
        }
    }

    package let code: Code
    /// The sentence for operators: what was tried, on what, and the remedy.
    package let message: String
    /// SQLite's extended result code; 0 when SQLite had no part in it.
    package let sqlite: Int32
    /// Set when `code` is `corrupt` and the log itself, rather than a file beside it, is damaged.
    package let damage: Damage?

    package init(_ code: Code, _ message: String = "", sqlite: Int32 = 0, damage: Damage? = nil) {
        self.code = code
        self.message = message
        self.sqlite = sqlite
        self.damage = damage
    }
}

extension StorageError {
    /// Whether the cause may go away by itself, and nothing that was taken is in doubt: what holds the files
    /// may be dropped, and opened again until that works.
    package var mayPass: Bool {
        switch code {
        case .full, .io: true
        // What cannot be read for now is damaged only if the disk says the same the next time.
        case .corrupt: sqlite & 0xff == SQLITE_IOERR
        case .busy, .locked, .unsynced, .readOnly, .schema, .misuse, .absent, .misplaced: false
        }
    }
}

extension StorageError: Equatable {
    /// Tests compare the code only.
    package static func == (left: Self, right: Self) -> Bool { left.code == right.code }
}

extension StorageError: CustomStringConvertible {
    package var description: String {
        sqlite == 0 ? message : "\(message) (SQLite code \(sqlite))"
    }
}

extension StorageError {
    /// The remedy for damage, in one place so that every message says the same.
    ///
    /// A server that begins anew has forgotten what it acknowledged: where one of the others is down, it
    /// could make a quorum with those who never had it. So has one with an older backup.
    package static let restore =
        "while all other voters of the ensemble are up, and only then, move this folder aside and let "
        + "the node copy everything from its leader; else see what `aviary-admin repair` can keep: a member "
        + "does not vote on that before it has synchronized with a leader; a node on its own has lost what "
        + "is named here, and may have the whole folder (all log-*.db*, acknowledged, must-synchronize, "
        + "snapshots) restored from one backup"

    /// SQLite's words without the file, the statement and the advice: for a sentence that has its own.
    var reason: String {
        let end = message.firstRange(of: ", during: ")?.lowerBound ?? message.endIndex
        let start = message[..<end].firstRange(of: ": ")?.upperBound ?? message.startIndex
        return end == message.endIndex ? finding : String(message[start..<end])
    }

    /// The sentence without the advice that is meant for whoever starts a node.
    package var finding: String {
        message.firstRange(of: "; " + StorageError.restore).map { String(message[..<$0.lowerBound]) }
            ?? message
    }

    /// The process, or the machine, may open no more files: no fault of the disk's.
    static let moreDescriptors =
        "let the node have more file descriptors (ulimit -n, or LimitNOFILE= in its unit)"

    static func damaged(
        file: String, _ what: String, firstBad: Zxid, soundUpTo: Zxid, acknowledgedUpTo: Zxid?,
        sqlite: Int32 = 0
    ) -> StorageError {
        let acknowledged = acknowledgedUpTo.map { ", acknowledged up to \($0)" } ?? ""
        return StorageError(
            .corrupt,
            "\(file): \(what) at \(firstBad); sound up to \(soundUpTo)\(acknowledged); \(restore)",
            sqlite: sqlite,
            damage: Damage(firstBad: firstBad, soundUpTo: soundUpTo, acknowledgedUpTo: acknowledgedUpTo))
    }
}
