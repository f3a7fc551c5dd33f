/// A JAAS file: sections of login modules with options, `Name { class flag key=value … ; … };`.
struct JAASFile {
    struct Module: Equatable {
        let name: String
        var options: [String: String] = [:]
    }

    /// Why a file is none. No value is in it: values are passwords.
    struct Fault: Error, Equatable {
        let line: Int
        let problem: String
    }

    private(set) var sections: [String: [Module]] = [:]

    private static let flags: Set<String> = ["REQUIRED", "REQUISITE", "SUFFICIENT", "OPTIONAL"]

    init(_ bytes: [UInt8]) throws(Fault) {
        var reader = Reader(bytes)
        while reader.token != .end {
            let name = try reader.takeWord("the name of a section")
            let modules = try JAASFile.modules(&reader)
            guard sections[name] == nil else { throw reader.fault("has the section \(name) twice") }
            sections[name] = modules
        }
    }

    private static func modules(_ reader: inout Reader) throws(Fault) -> [Module] {
        try reader.takeSign("{")
        var modules: [Module] = []
        while reader.token != .sign("}") {
            var module = Module(name: try reader.takeWord("the class of a login module, or }"))
            guard flags.contains(try reader.takeWord("a flag such as required").uppercased()) else {
                throw reader.fault("has no flag such as required behind \(module.name)")
            }
            while reader.token != .sign(";") {
                let key = try reader.takeWord("an option, or ; behind the last one")
                try reader.takeSign("=")
                let value = try reader.takeWord("a value, in quotes where it has other signs than letters")
                module.options[key] = try expanded(value, reader)
            }
            try reader.takeSign(";")
            modules.append(module)
        }
        try reader.takeSign("}")
        try reader.takeSign(";")
        return modules
    }

    /// The value with `${/}` replaced. Other properties are a Java machine's.
    private static func expanded(_ value: String, _ reader: Reader) throws(Fault) -> String {
        let parts = value.split(separator: "${/}", omittingEmptySubsequences: false)
        guard !parts.contains(where: { $0.contains("${") }) else {
            throw reader.fault("has a value with ${…}, a property of Java's, which is not known here")
        }
        return parts.joined(separator: "/")
    }

    /// Tokens one by one, each expected to be something.
    private struct Reader {
        private var tokens: JAASTokens
        private(set) var token: JAASTokens.Token
        private var line: Int

        init(_ bytes: [UInt8]) {
            tokens = JAASTokens(bytes)
            token = tokens.next()
            line = tokens.line
        }

        /// - Parameter wanted: For the message where there is none.
        mutating func takeWord(_ wanted: String) throws(Fault) -> String {
            guard case .word(let word) = token else { throw fault("lacks \(wanted)") }
            proceed()
            return word
        }

        mutating func takeSign(_ sign: Unicode.Scalar) throws(Fault) {
            guard token == .sign(sign) else { throw fault("lacks \(sign)") }
            proceed()
        }

        private mutating func proceed() {
            line = tokens.line
            token = tokens.next()
        }

        /// The place is that of what was read last: what lacks is behind it.
        func fault(_ problem: String) -> Fault { Fault(line: line, problem: problem) }
    }
}
