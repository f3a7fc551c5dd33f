extension Double {
    /// `12.30` for two digits.
    func fixed(_ digits: Int) -> String {
        var scale = 1.0
        for _ in 0..<digits { scale *= 10 }
        let scaled = Int((magnitude * scale).rounded())
        let sign = self < 0 && scaled > 0 ? "-" : ""
        guard digits > 0 else { return "\(sign)\(scaled)" }
        let fraction = String(scaled % Int(scale))
        let zeros = String(repeating: "0", count: digits - fraction.count)
        return "\(sign)\(scaled / Int(scale)).\(zeros)\(fraction)"
    }

    /// `12,345`; below ten with one digit after the point.
    var grouped: String {
        guard magnitude >= 10 else { return self == rounded() ? fixed(0) : fixed(1) }
        var digits = fixed(0)
        var groups: [String] = []
        while digits.count > 3 {
            groups.insert(String(digits.suffix(3)), at: 0)
            digits.removeLast(3)
        }
        return ([digits] + groups).joined(separator: ",")
    }
}

extension Int {
    /// `123.4 MiB`
    var mebibytes: String { "\((Double(self) / 1_048_576).fixed(1)) MiB" }
}
