import Vocabulary

extension ConnectionReport {
    /// One line of `cons`.
    func write(into text: inout AnswerText) {
        writeBrief(into: &text)
        if session != .none {
            text += ",sid=\(session),lop=\(operationName),est=\(establishedMs),to=\(timeoutMs)"
            if lastXid >= 0 { text += ",lcxid=0x\(String(lastXid, radix: 16))" }
            text += ",lzxid=\(Zxid(rawValue: lastZxid)),lresp=\(lastResponseMs),llat=\(lastLatencyMs)"
            let average = latency.count == 0 ? 0 : latency.sum / latency.count
            text += ",minlat=\(latency.min),avglat=\(average),maxlat=\(latency.max)"
        }
        text.line(")")
    }

    /// One line of `stat`, still without the closing parenthesis and the line's end.
    func writeBrief(into text: inout AnswerText) {
        // ZooKeeper prints what it waits for: 1 to read, 4 to write.
        text += " /"
        writeAddress(into: &text)
        text += "[\((isRead ? 1 : 0) | (isWriting ? 4 : 0))](queued=\(outstandingRequests)"
        text += ",recved=\(received),sent=\(sent)"
    }

    func writeAddress(into text: inout AnswerText) {
        let isIPv6 = address.bytes.contains(UInt8(ascii: ":"))
        if isIPv6 { text += "[" }
        text += address
        text += isIPv6 ? "]:\(port)" : ":\(port)"
    }

    package var operationName: String {
        switch lastOperation.flatMap(OpCode.init(rawValue:)) {
        case .create, .create2, .createContainer, .createTTL: "CREA"
        case .delete, .deleteContainer: "DELE"
        case .exists: "EXIS"
        case .getData: "GETD"
        case .setData: "SETD"
        case .getACL: "GETA"
        case .setACL: "SETA"
        case .getChildren, .getChildren2: "GETC"
        case .sync: "SYNC"
        case .ping: "PING"
        case .check: "CHEC"
        case .multi: "MULT"
        case .multiRead: "MLTR"
        case .reconfig: "RECO"
        case .checkWatches: "CHKW"
        case .removeWatches: "REMW"
        case .setWatches: "SETW"
        case .setWatches2: "STW2"
        case .addWatch: "ADDW"
        case .getEphemerals: "GETE"
        case .getAllChildrenNumber: "GETACN"
        case .whoAmI: "HOMI"
        case .createSession: "SESS"
        case .closeSession: "CLOS"
        case .auth, .sasl, .error, nil: "NA"
        }
    }
}
