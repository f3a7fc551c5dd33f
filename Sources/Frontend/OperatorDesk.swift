internal import Host
internal import NIOCore
internal import Settings

/// Answers operators' four-letter words on the client port.
struct OperatorDesk {
    enum Answer {
        case undecided
        case notAWord
        case answer(ByteBuffer)
    }

    let core: Core
    let settings: Settings

    func answer(_ bytes: ByteBuffer) -> Answer {
        bytes.readableBytes < 4 ? .undecided : .notAWord
    }
}
