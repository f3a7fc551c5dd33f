internal import Console
internal import Host
internal import NIOCore
internal import Settings

/// Answers operators' four-letter words on the client port.
struct FourLetterWordResponder {
    enum Answer {
        /// Too few bytes to tell.
        case undecided
        /// A client's first frame.
        case notAWord
        case answer(ByteBuffer)
        /// One that takes a while to write.
        case later(EventLoopFuture<ByteBuffer>)
    }

    /// The first bytes of a connection, as far as they tell.
    enum Beginning {
        case undecided
        case notAWord
        /// nil for the interrupt of a terminal, which ends the connection.
        case word(FourLetterWord?)
    }

    let replicaLoop: ReplicaLoop
    let settings: NodeSettings

    static func beginning(_ bytes: ByteBuffer) -> Beginning {
        guard let code = bytes.getInteger(at: bytes.readerIndex, as: Int32.self) else { return .undecided }
        if code == FourLetterWord.telnetInterrupt { return .word(nil) }
        guard let word = FourLetterWord(code: code) else { return .notAWord }
        return bytes.readableBytes >= 4 + word.argumentBytes ? .word(word) : .undecided
    }

    /// Looks at the first bytes of a connection, and does what they ask if they are a word.
    func answer(_ bytes: ByteBuffer) -> Answer {
        switch FourLetterWordResponder.beginning(bytes) {
        case .undecided: .undecided
        case .notAWord: .notAWord
        case .word(nil): .answer(ByteBuffer())
        case .word(.some(let word)): answer(word, bytes)
        }
    }

    private func answer(_ word: FourLetterWord, _ bytes: ByteBuffer) -> Answer {
        if word.isAllowed(by: settings.words) { perform(word, bytes) }
        guard word.parts.isEmpty || !word.isAllowed(by: settings.words) else {
            let settings = settings
            return .later(
                replicaLoop.report(word.parts, settings: settings) {
                    ByteBuffer(bytes: word.answer(from: $0, settings: settings))
                })
        }
        return .answer(ByteBuffer(bytes: word.answer(from: replicaLoop.report(), settings: settings)))
    }

    /// The words that change something do so before they are answered.
    private func perform(_ word: FourLetterWord, _ bytes: ByteBuffer) {
        switch word {
        case .crst: replicaLoop.resetStatistics(ofConnections: true)
        case .srst: replicaLoop.resetStatistics(ofConnections: false)
        case .stmk:
            replicaLoop.info.traceMask = FourLetterWord.traceMask(in: bytes.readableBytesView.dropFirst(4))
        default: break
        }
    }
}
