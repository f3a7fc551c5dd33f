package import Settings
import Vocabulary

extension FourLetterWord {
    /// The whole answer, byte for byte as ZooKeeper 3.9 gives it. The connection is closed behind it.
    ///
    /// `crst`, `srst` and `stmk` change something: the host does so first, then asks for the words about it.
    package func answer(from report: NodeReport, settings: NodeSettings) -> [UInt8] {
        var text = AnswerText()
        guard isAllowed(by: settings.words) else {
            text.line("\(rawValue) is not executed because it is not in the whitelist.")
            return text.bytes
        }
        guard let state = report.state else {
            sayNotServing(report, into: &text)
            return text.bytes
        }
        switch self {
        case .conf: report.writeConfiguration(settings, into: &text)
        case .cons: report.writeConnections(into: &text)
        case .crst: text.line("Connection stats reset.")
        case .dirs: report.directories.write(into: &text)
        case .dump: report.writeDump(state, into: &text)
        case .envi: report.writeEnvironment(into: &text)
        case .gtmk, .stmk: text += "\(report.traceMask)"
        case .hash: report.writeDigests(into: &text)
        case .isro: text += state == .readOnly ? "ro" : "rw"
        case .mntr: report.writeMonitor(state, into: &text)
        case .ruok: text += "imok"
        case .srst: text.line("Server stats reset.")
        case .srvr: report.writeStatus(state, withConnections: false, into: &text)
        case .stat: report.writeStatus(state, withConnections: true, into: &text)
        case .wchc: report.writeWatchesBySession(into: &text)
        case .wchp: report.writeWatchesByPath(into: &text)
        case .wchs: report.writeWatchSummary(into: &text)
        }
        return text.bytes
    }

    /// The words that need no running server answer all the same.
    private func sayNotServing(_ report: NodeReport, into text: inout AnswerText) {
        let refusal = "This ZooKeeper instance is not currently serving requests"
        switch self {
        case .ruok: text += "imok"
        case .envi: report.writeEnvironment(into: &text)
        case .gtmk, .stmk: text += "\(report.traceMask)"
        case .isro: text += "null"
        case .hash: text += refusal
        default: text.line(refusal)
        }
    }
}
