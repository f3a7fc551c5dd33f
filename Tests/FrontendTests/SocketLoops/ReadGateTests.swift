import Testing

@testable import Frontend

@Suite struct `A far socket's gate` {
    @Test func `is open unless the replica says otherwise`() {
        var gate = ReadGate()
        #expect(gate.isOpen)
        gate.pause()
        gate.pause()
        #expect(!gate.isOpen)
        gate.resume()
        #expect(gate.isOpen)
    }

    @Test func `is closed behind many bytes until the replica has looked at them`() {
        var gate = ReadGate()
        let first = gate.pass(ReadGate.bytesMax)
        #expect(!first && gate.isOpen)
        let second = gate.pass(1)
        #expect(second && !gate.isOpen)
        gate.goOn()
        #expect(gate.isOpen)
        let third = gate.pass(1)
        #expect(!third, "it counts anew")
    }

    @Test func `waits for all that it waits for`() {
        var gate = ReadGate()
        gate.wait()
        gate.wait()
        gate.pause()
        gate.goOn()
        gate.resume()
        #expect(!gate.isOpen)
        gate.goOn()
        #expect(gate.isOpen)
    }
}
