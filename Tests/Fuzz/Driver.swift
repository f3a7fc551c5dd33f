import Glibc

/// What libFuzzer feeds; `FUZZ_TARGET` names one.
private enum Target: String {
    /// A request frame without its length.
    case request
    case connect
    case multi
    case transaction
    /// Any record, told by the first byte.
    case record
}

private let target: Target = {
    let name = getenv("FUZZ_TARGET").map { String(cString: $0) } ?? ""
    guard let target = Target(rawValue: name) else { fatalError("FUZZ_TARGET=\(name) names no target") }
    return target
}()

/// libFuzzer's entry: one input, whose crash is a finding.
@_cdecl("LLVMFuzzerTestOneInput")
func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: start, count: count))
    if let broken = sentenceBroken(by: bytes) { fatalError(broken) }
    return 0
}

private func sentenceBroken(by bytes: [UInt8]) -> String? {
    switch target {
    case .request: return Properties.holdForRequest(bytes)
    case .connect: return Properties.hold(RecordTypes.connect, bytes)
    case .multi: return Properties.hold(RecordTypes.multi, bytes)
    case .transaction: return Properties.holdForTransaction(bytes)
    case .record:
        guard let choice = bytes.first else { return nil }
        let type = RecordTypes.all[Int(choice) % RecordTypes.all.count]
        return Properties.hold(type, Array(bytes.dropFirst()))
    }
}
