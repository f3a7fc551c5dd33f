package import Settings

/// A command that an operator sends instead of a connect request: four letters, answered in text and closed.
package enum FourLetterWord: String, CaseIterable, Sendable {
    /// The configuration in use.
    case conf
    /// Every connection with its counters.
    case cons
    /// Resets the counters of all connections.
    case crst
    /// Sizes of the data directories.
    case dirs
    /// Sessions by the time they expire, and their ephemerals.
    case dump
    /// Version and environment.
    case envi
    /// The trace mask, a number that is kept for who sets it.
    case gtmk
    /// Digests of the tree at past transactions.
    case hash
    /// Whether writes are served.
    case isro
    /// Everything that is measured.
    case mntr
    /// Whether anybody is at home.
    case ruok
    /// Resets the node's latencies and counters.
    case srst
    /// The node in short.
    case srvr
    /// `srvr` and a short list of connections.
    case stat
    /// Sets the trace mask to the eight bytes that follow.
    case stmk
    /// Watches by session.
    case wchc
    /// Watches by path.
    case wchp
    /// How many watches there are.
    case wchs
}

extension FourLetterWord {
    /// Recognizes the first four bytes of a connection, read as the big-endian number that is the length of a
    /// frame on every other connection. No word is a legal length: the smallest is above 1.6 billion.
    package init?(code: Int32) {
        guard let word = FourLetterWord.byCode[code] else { return nil }
        self = word
    }

    package var code: Int32 {
        rawValue.utf8.reduce(0) { $0 << 8 | Int32($1) }
    }

    /// The bytes that telnet sends when its user interrupts it: no length and no word; close without a
    /// complaint.
    package static let telnetInterrupt = Int32(bitPattern: 0xfff4_fffd)

    /// Bytes that follow the word itself: a mask for `stmk`. Anything else behind a word is ignored.
    package var argumentBytes: Int { self == .stmk ? 8 : 0 }

    /// The mask in the argument of `stmk`, a big-endian number.
    package static func traceMask(in argument: some Collection<UInt8>) -> Int64 {
        argument.prefix(8).reduce(0) { $0 << 8 | Int64($1) }
    }

    package func isAllowed(by words: WordList) -> Bool {
        words.allows(rawValue)
    }

    /// Parts of the report that the answer needs, beyond the counters.
    package var parts: NodeReport.Parts {
        switch self {
        case .conf, .dirs: .directories
        case .cons, .stat: .connections
        case .dump: [.connections, .sessions, .ephemerals]
        case .envi: .environment
        case .hash: .digests
        case .mntr: .metrics
        case .wchc, .wchp, .wchs: .watches
        case .crst, .gtmk, .isro, .ruok, .srst, .srvr, .stmk: []
        }
    }

    private static let byCode = Dictionary(uniqueKeysWithValues: allCases.map { ($0.code, $0) })
}
