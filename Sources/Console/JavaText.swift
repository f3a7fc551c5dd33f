/// Numbers and dates as Java prints them, which is what tools were written against.
package enum JavaText {
    /// `Double.toString`: at least one decimal, and a power of ten from 10⁷ up and below 10⁻³.
    package static func number(_ value: Double) -> String {
        guard value.isFinite else {
            return value.isNaN ? "NaN" : value < 0 ? "-Infinity" : "Infinity"
        }
        guard value != 0 else { return value.sign == .minus ? "-0.0" : "0.0" }
        let sign = value < 0 ? "-" : ""
        let (digits, exponent) = decimal(value.magnitude)
        switch exponent {
        case -3..<7:
            let point = exponent + 1
            if point <= 0 { return sign + "0." + String(repeating: "0", count: -point) + digits }
            let padded = digits + String(repeating: "0", count: max(0, point + 1 - digits.count))
            return sign + padded.prefix(point) + "." + padded.dropFirst(point)
        default:
            let fraction = digits.count > 1 ? String(digits.dropFirst()) : "0"
            return sign + digits.prefix(1) + "." + fraction + "E\(exponent)"
        }
    }

    /// The shortest digits that mean `value`, and the power of ten of the first.
    private static func decimal(_ value: Double) -> (digits: String, exponent: Int) {
        let parts = value.description.split(separator: "e")
        let mantissa = parts[0].split(separator: ".")
        let power = parts.count > 1 ? Int(parts[1]) ?? 0 : 0
        let whole = mantissa[0]
        let all = whole + (mantissa.count > 1 ? mantissa[1] : "")
        let zeros = all.prefix { $0 == "0" }.count
        var digits = String(all.dropFirst(zeros))
        while digits.count > 1, digits.last == "0" { digits.removeLast() }
        return (digits, power + whole.count - 1 - zeros)
    }

    /// `Date.toString` in UTC: `Tue Nov 24 11:41:50 UTC 2026`.
    static func date(wallMs: Int64) -> String {
        let seconds = Int((Double(wallMs) / 1000).rounded(.down))
        let days = Int((Double(seconds) / 86_400).rounded(.down))
        let ofDay = seconds - days * 86_400
        let (year, month, day) = civil(days: days)
        let weekday = weekdays[((days + 4) % 7 + 7) % 7]
        let time = [ofDay / 3600, ofDay / 60 % 60, ofDay % 60].map(twoDigits).joined(separator: ":")
        return "\(weekday) \(months[month - 1]) \(twoDigits(day)) \(time) UTC \(year)"
    }

    /// The Gregorian date so many days after 1 January 1970, by counting from 1 March of the year 0.
    private static func civil(days: Int) -> (year: Int, month: Int, day: Int) {
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return (year, month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
    }

    private static func twoDigits(_ number: Int) -> String {
        number < 10 ? "0\(number)" : "\(number)"
    }

    private static let weekdays = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]
}
