extension Double {
    /// `12.30` for two digits.
    package func fixed(_ digits: Int) -> String {
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
    package var grouped: String {
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
    package var mebibytes: String { "\((Double(self) / 1_048_576).fixed(1)) MiB" }
}

extension BinaryInteger {
    /// `1,234,567`, however small it is.
    package var grouped: String {
        var digits = String(magnitude)
        var groups: [String] = []
        while digits.utf8.count > 3 {
            groups.insert(String(digits.suffix(3)), at: 0)
            digits.removeLast(3)
        }
        return (self < 0 ? "-" : "") + ([digits] + groups).joined(separator: ",")
    }

    /// `512 B`, `3.4 KiB`, `1.2 GiB`
    package var bytesText: String {
        var size = Double(self)
        if size < 1024 { return "\(self) B" }
        for unit in ["KiB", "MiB", "GiB"] {
            size /= 1024
            if size < 1024 || unit == "GiB" { return "\(size.fixed(1)) \(unit)" }
        }
        return "\(self) B"
    }

    /// The number with a noun that takes an s: `1 row`, `12 rows`.
    package func counted(_ noun: String, _ plural: String? = nil) -> String {
        "\(grouped) \(self == 1 ? noun : plural ?? noun + "s")"
    }
}
