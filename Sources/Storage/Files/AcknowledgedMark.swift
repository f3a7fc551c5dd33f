import Glibc
package import Vocabulary

/// The end of the log that this node has vouched for to others, and the epochs it had promised.
package struct Acknowledged: Equatable, Sendable {
    /// The last acknowledged row and the log's checksum there.
    package var chain: RowChain
    /// The highest epoch that the node had promised.
    package var acceptedEpoch: Epoch
    /// The epoch whose history it had.
    package var currentEpoch: Epoch
    /// Everything up to here is known to be committed: a lower bound, and right however old it is.
    package var committed: Zxid
    /// Where another history is about to take this log's place: the snapshot that it begins with. Zero: none.
    package var successor: Zxid

    package init(
        chain: RowChain, acceptedEpoch: Epoch, currentEpoch: Epoch, committed: Zxid = .zero,
        successor: Zxid = .zero
    ) {
        self.chain = chain
        self.acceptedEpoch = acceptedEpoch
        self.currentEpoch = currentEpoch
        self.committed = committed
        self.successor = successor
    }

    static let nothing = Acknowledged(chain: .empty, acceptedEpoch: .zero, currentEpoch: .zero)

    /// Whether another history has taken this one's place: what is left of the old one is only to be removed.
    package var isExchangeDecided: Bool {
        successor != .zero && chain == RowChain(afterSnapshot: successor)
    }
}

extension Acknowledged {
    /// The mark of a log that begins after `start`, with the exchange of logs decided.
    ///
    /// Of the history that took the other one's place, the beginning alone: nothing after it was acknowledged
    /// yet. All of the snapshot is committed; a leader keeps nothing else in its tree.
    package func resolved(start: RowChain) -> Acknowledged {
        var resolved = self
        resolved.successor = .zero
        guard successor != .zero, start == RowChain(afterSnapshot: successor) else { return resolved }
        resolved.chain = start
        resolved.committed = successor
        return resolved
    }
}

/// The file `acknowledged`: an independent witness of how far the log went.
///
/// SQLite drops the end of a damaged WAL without a word, and a log replaced by an older copy looks whole.
/// This file says otherwise. It holds two copies, each in its own page and within its first sector, written
/// in turn: a write that is cut short leaves the other copy.
///
/// ```
/// copy, 64 bytes, little-endian, at 0 and at 4096:
///   "AVIARYAK" 8 · sequence 8 · zxid 8 · log checksum 8 · accepted epoch 4 · current epoch 4 ·
///   committed zxid 8 · successor zxid 8 · XXH64 of what stands before 8
/// ```
///
/// The mark is written after the log's fsync and without one of its own. After `kill -9` the log may be
/// longer than the mark (killed between the two), after a power cut the mark may be older: both are sound,
/// since the log then holds all the mark vouches for. (An old mark cannot see a WAL damaged by the very
/// power cut that also took the newer marks.) The mark can never be ahead of a sound log. Whoever takes rows
/// away from the log must therefore lower the mark durably first (`replace`).
///
/// An exchange of the whole log (`LogStore.install`) is decided by the mark: the new history lies whole in a
/// file of its own when the mark names the snapshot that it begins after, and vouches for nothing else any
/// more. What is left to do is done by whoever finds it so; the name is taken out again after it. (Former
/// versions named the snapshot before one commit that decided: `resolved` knows which log it finds.)
package struct AcknowledgedMark: ~Copyable {
    package enum Found {
        /// There is no such file, or it was made and never written: a first start did not come to its end.
        case missing
        /// Neither copy can be believed.
        case damaged
        case copy(Acknowledged, sequence: UInt64)
    }

    private let file: String
    private let descriptor: Int32
    private var sequence: UInt64

    private static let copyBytes = 64
    private static let copyOffsets: [Int] = [0, 4096]
    private static let magic: UInt64 = 0x4b41_5952_4149_5641  // "AVIARYAK", little-endian

    /// Opens or creates the file. Its bytes and its name are durable after `replace` and a sync of the
    /// folder.
    package init(_ directory: DataDirectory, after found: Found) throws(StorageError) {
        self.file = directory.mark
        self.descriptor = open(file, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        if case .copy(_, let sequence) = found { self.sequence = sequence } else { self.sequence = 0 }
        guard descriptor >= 0 else { throw StorageError(errno: errno, doing: "open", file: file) }
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// Writes one copy. Survives the end of the process, not a power cut.
    mutating func write(_ acknowledged: Acknowledged) throws(StorageError) {
        sequence += 1
        let copy = AcknowledgedMark.encode(acknowledged, sequence: sequence)
        let offset = AcknowledgedMark.copyOffsets[Int(sequence % 2)]
        let written = pwrite(descriptor, copy, copy.count, off_t(offset))
        guard written == copy.count else {
            throw StorageError(errno: written < 0 ? errno : ENOSPC, doing: "write", file: file)
        }
    }

    /// Writes both copies and returns when they are durable: nothing older can come back.
    package mutating func replace(_ acknowledged: Acknowledged) throws(StorageError) {
        try write(acknowledged)
        try sync()
        try write(acknowledged)
        try sync()
    }

    /// Makes what was written durable, whoever writes it.
    static func sync(_ directory: DataDirectory) throws(StorageError) {
        let file = directory.mark
        let descriptor = open(file, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw StorageError(errno: errno, doing: "open", file: file) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else {
            throw StorageError(errno: errno, doing: "sync", file: file, isSync: true)
        }
    }

    func sync() throws(StorageError) {
        guard fsync(descriptor) == 0 else {
            throw StorageError(errno: errno, doing: "sync", file: file, isSync: true)
        }
    }

    /// The newest copy that can be believed. Changes nothing.
    package static func read(_ directory: DataDirectory) throws(StorageError) -> Found {
        let file = directory.mark
        let descriptor = open(file, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            guard errno == ENOENT else { throw StorageError(errno: errno, doing: "read", file: file) }
            return .missing
        }
        defer { close(descriptor) }
        if lseek(descriptor, 0, SEEK_END) == 0 { return .missing }
        var newest = Found.damaged
        var refusal: Int32?
        for offset in copyOffsets {
            var copy = [UInt8](repeating: 0, count: copyBytes)
            let count = pread(descriptor, &copy, copyBytes, off_t(offset))
            if count < 0 { refusal = errno }
            guard count == copyBytes, let (acknowledged, sequence) = decode(copy) else { continue }
            if case .copy(_, let other) = newest, other > sequence { continue }
            newest = .copy(acknowledged, sequence: sequence)
        }
        if case .damaged = newest, let refusal {
            throw StorageError(errno: refusal, doing: "read", file: file)
        }
        return newest
    }

    private static func encode(_ acknowledged: Acknowledged, sequence: UInt64) -> [UInt8] {
        let epochs =
            UInt64(UInt32(bitPattern: acknowledged.acceptedEpoch.rawValue))
            | UInt64(UInt32(bitPattern: acknowledged.currentEpoch.rawValue)) << 32
        let words: [UInt64] = [
            magic, sequence, UInt64(bitPattern: acknowledged.chain.zxid.rawValue),
            acknowledged.chain.checksum,
            epochs, UInt64(bitPattern: acknowledged.committed.rawValue),
            UInt64(bitPattern: acknowledged.successor.rawValue),
        ]
        var copy: [UInt8] = []
        copy.reserveCapacity(copyBytes)
        for word in words { withUnsafeBytes(of: word.littleEndian) { copy.append(contentsOf: $0) } }
        let checksum = copy.withUnsafeBytes { XXHash64.hash($0, seed: magic) }
        withUnsafeBytes(of: checksum.littleEndian) { copy.append(contentsOf: $0) }
        return copy
    }

    private static func decode(_ copy: [UInt8]) -> (Acknowledged, sequence: UInt64)? {
        copy.withUnsafeBytes { bytes in
            func word(_ index: Int) -> UInt64 {
                UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: index * 8, as: UInt64.self))
            }
            let covered = UnsafeRawBufferPointer(rebasing: bytes[..<(copyBytes - 8)])
            guard word(0) == magic, word(7) == XXHash64.hash(covered, seed: magic) else { return nil }
            let zxid = Zxid(rawValue: Int64(bitPattern: word(2)))
            let acknowledged = Acknowledged(
                chain: RowChain(zxid: zxid, checksum: word(3)),
                acceptedEpoch: Epoch(rawValue: Int32(truncatingIfNeeded: Int64(bitPattern: word(4)))),
                currentEpoch: Epoch(rawValue: Int32(truncatingIfNeeded: Int64(bitPattern: word(4) >> 32))),
                committed: Zxid(rawValue: Int64(bitPattern: word(5))),
                successor: Zxid(rawValue: Int64(bitPattern: word(6))))
            return (acknowledged, word(1))
        }
    }
}
