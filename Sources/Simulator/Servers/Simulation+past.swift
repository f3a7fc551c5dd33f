internal import NIOCore
internal import Vocabulary
internal import Wire
internal import Znodes

/// A history that is there before a run begins.
extension Simulation {
    /// Children that `group` can still have until their numbers go on with the lowest.
    private static let numbersLeft: Int32 = 12

    /// Puts it on every disk.
    func beginWithPast() {
        guard scenario.areNumbersEnding else { return }
        let changes = [
            Creation(
                kind: .create, path: Operation.group, data: [], acl: .open, isEphemeral: false,
                parentCversion: 1),
            Creation(
                kind: .create, path: Operation.group.appending("old".utf8), data: [], acl: .open,
                isEphemeral: false, parentCversion: .max - Simulation.numbersLeft),
        ]
        var rows: [Disk.Row] = []
        var zxid = Zxid(epoch: Epoch(rawValue: 1), counter: 0)
        for change in changes {
            zxid = zxid.next
            let transaction = Transaction(
                session: .none, cxid: 0, zxid: zxid, timeMs: 1_600_000_000_000, change: .create(change))
            var body = ByteBuffer()
            transaction.encode(into: &body)
            rows.append(Disk.Row(zxid: zxid, body: body))
        }
        for server in servers { server.disk.begin(with: rows) }
    }
}

extension Scenario {
    /// Whether a parent has had so many children that their numbers are about to end.
    fileprivate var areNumbersEnding: Bool { seed % 2 == 1 }
}
