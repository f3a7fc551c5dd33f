import Testing

@testable import aviary_bench

@Suite struct `A check of replies` {
    private let keyspace = Keyspace(root: "/b", keyCount: 250)
    private let key = NodeKey(group: 2, node: 7)

    private var check: ReplyCheck { ReplyCheck(keyspace: keyspace, data: StampedData(byteCount: 100)) }

    private func isRight(_ body: [UInt8], to operation: LoadOperation) -> Bool? {
        check.isRight(
            body.span.bytes, to: SentRequest(xid: 1, operation: operation, key: key, sentAt: 0))
    }

    private func error(_ body: [UInt8], to operation: LoadOperation) -> Int32 {
        var header = FrameWriter()
        for _ in 0..<3 { header.int32(0) }
        return check.error(in: Reply(header.bytes.span.bytes), body: body.span.bytes, to: operation)
    }

    private func body(_ content: (inout FrameWriter) -> Void) -> [UInt8] {
        var writer = FrameWriter()
        content(&writer)
        return Array(writer.bytes.dropFirst(4))
    }

    private func children(_ count: Int) -> [UInt8] {
        body { writer in
            writer.int32(Int32(count))
            for number in 0..<count { writer.text("node-\(100 + number)") }
        } + [UInt8](repeating: 0, count: Reply.statBytes)
    }

    private func multi(sets: Int, dataLength: UInt8 = 100) -> [UInt8] {
        var stat = [UInt8](repeating: 0, count: Reply.statBytes)
        stat[55] = dataLength
        let set = part(5) + stat
        return part(13) + Array(repeatElement(set, count: sets).joined()) + part(-1, isEnd: true)
    }

    private func part(_ code: Int32, isEnd: Bool = false, error: Int32 = 0) -> [UInt8] {
        body { writer in
            writer.int32(code)
            writer.bool(isEnd)
            writer.int32(isEnd ? -1 : error)
        }
    }

    @Test func `wants all children and no more than a group has`() {
        #expect(isRight(children(50), to: .getChildren) == true)
        #expect(isRight(children(100), to: .getChildren) == true)
        #expect(isRight(children(49), to: .getChildren) == false)
        #expect(isRight(children(101), to: .getChildren) == false)
        #expect(isRight(Array(children(50).dropLast()), to: .getChildren) == false)
    }

    @Test func `wants the path that was created`() {
        #expect(isRight(body { $0.text("/b/created-000002/node-000000007") }, to: .create) == true)
        #expect(isRight(body { $0.text("/b/created-000002/node-000000008") }, to: .create) == false)
        #expect(isRight([], to: .create) == false)
    }

    @Test func `wants ten digits behind a sequential path`() {
        #expect(isRight(body { $0.text("/b/created-000002/node-0000000123") }, to: .createEphemeral) == true)
        #expect(isRight(body { $0.text("/b/created-000002/node-000000012x") }, to: .createEphemeral) == false)
        #expect(isRight(body { $0.text("/b/created-000003/node-0000000123") }, to: .createEphemeral) == false)
        #expect(isRight(body { $0.text("/b/created-000002/node-") }, to: .createEphemeral) == false)
    }

    @Test func `wants the results of every part of a multi`() {
        #expect(isRight(multi(sets: 9), to: .multiOfTen) == true)
        #expect(isRight(multi(sets: 1), to: .multi) == true)
        #expect(isRight(multi(sets: 8), to: .multiOfTen) == false)
        #expect(isRight(multi(sets: 9, dataLength: 99), to: .multiOfTen) == false)
    }

    @Test func `finds the part of a multi that failed`() {
        let failures = [0, -103, -2].map { error in
            part(-1, error: error) + body { $0.int32(error) }
        }
        let failed = Array(failures.joined()) + part(-1, isEnd: true)
        #expect(error(failed, to: .multiOfTen) == -103)
        #expect(error(multi(sets: 9), to: .multiOfTen) == 0)
        #expect(error(failed, to: .getData) == 0)
    }

    @Test func `knows nothing about a delete`() {
        #expect(isRight([], to: .delete) == nil)
    }
}

@Suite struct `The phases of a load` {
    private func phases(_ limit: LoadPlan.Limit) -> LoadPhases {
        LoadPhases(warmupNanoseconds: 10, limit: limit, serverPids: [])
    }

    @Test func `measure for a time and wait for what is on its way`() {
        var phases = phases(.nanoseconds(100))
        phases.begin(at: 1000)
        #expect(phases.isAsking && !phases.isMeasuring)
        phases.advance(at: 1010, inFlightCount: 1)
        #expect(phases.isMeasuring)
        phases.advance(at: 1110, inFlightCount: 1)
        #expect(!phases.isAsking && !phases.isDone)
        phases.advance(at: 1111, inFlightCount: 0)
        #expect(phases.isDone)
        #expect(phases.measurement.seconds == 100e-9)
    }

    @Test func `end with the last request that is wanted`() {
        var phases = phases(.requests(2))
        phases.begin(at: 0)
        phases.advance(at: 10, inFlightCount: 1)
        phases.heard(1, at: 11)
        #expect(phases.isMeasuring)
        phases.heard(2, at: 12)
        #expect(!phases.isMeasuring)
    }

    @Test(arguments: [([20, 25, 60], 100, 40), ([20, 70], 80, 50), ([], 50, 40), ([90, 95], 100, 80)])
    func `find the longest pause, those at both ends too`(replies: [UInt64], end: UInt64, pause: UInt64) {
        var phases = phases(.nanoseconds(end - 10))
        phases.begin(at: 0)
        phases.advance(at: 10, inFlightCount: 1)
        for (index, now) in replies.enumerated() { phases.heard(index + 1, at: now) }
        phases.advance(at: end, inFlightCount: 1)
        #expect(phases.measurement.longestPauseNanoseconds == pause)
    }
}
