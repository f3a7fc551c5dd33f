/// Times of day in UTC, as text.
package enum TimeText {
    /// `2026-11-26T11:31:05.123Z`, of milliseconds since 1970.
    /// A number that damage made, and that no calendar has, stays a number.
    package static func iso(_ milliseconds: Int64) -> String {
        guard milliseconds.magnitude < 100_000_000_000_000 else { return "\(milliseconds) ms" }
        let (seconds, rest) = floorDivision(milliseconds, 1000)
        let (days, second) = floorDivision(seconds, 86_400)
        let (year, month, day) = civil(days)
        let date = "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))"
        let time =
            "\(padded(second / 3600, 2)):\(padded(second / 60 % 60, 2)):\(padded(second % 60, 2))"
        return "\(date)T\(time).\(padded(rest, 3))Z"
    }

    /// The inverse, with less allowed: a date, or a date and a time with a blank or a T between, with or
    /// without seconds, fractions, and a zone (`Z` or `+02:00`; none is UTC).
    package static func milliseconds(_ text: String) -> Int64? {
        var rest = text[...].trimmed
        guard let date = take(&rest, "-", [4, 2, 2]), (1...12).contains(date[1]), (1...31).contains(date[2])
        else { return nil }
        let days = daysSince1970(date[0], date[1], date[2])
        guard civil(days) == (date[0], date[1], date[2]) else { return nil }
        var total = days * 86_400_000
        if rest.isEmpty { return total }
        guard rest.first == "T" || rest.first == " " || rest.first == "t" else { return nil }
        rest.removeFirst()
        guard let clock = take(&rest, ":", [2, 2]), clock[0] < 24, clock[1] < 60 else { return nil }
        total += (clock[0] * 60 + clock[1]) * 60_000
        if rest.first == ":" {
            rest.removeFirst()
            guard let seconds = take(&rest, ":", [2]), seconds[0] < 60 else { return nil }
            total += seconds[0] * 1000
            guard let fraction = takeFraction(&rest) else { return nil }
            total += fraction
        }
        guard let offset = zone(rest) else { return nil }
        return total - offset
    }

    /// `3 d 4 h`, `1.5 s`, `20 ms`: two units at most.
    package static func duration(_ milliseconds: Int64) -> String {
        switch milliseconds {
        case ..<1000: "\(milliseconds) ms"
        case ..<60_000: milliseconds % 1000 == 0 ? "\(milliseconds / 1000) s" : tenths(milliseconds)
        case ..<3_600_000: "\(milliseconds / 60_000) min \(milliseconds / 1000 % 60) s"
        case ..<86_400_000: "\(milliseconds / 3_600_000) h \(milliseconds / 60_000 % 60) min"
        default: "\(milliseconds / 86_400_000) d \(milliseconds / 3_600_000 % 24) h"
        }
    }

    private static func tenths(_ milliseconds: Int64) -> String {
        "\(milliseconds / 1000).\(milliseconds / 100 % 10) s"
    }

    /// Numbers of exactly so many digits, with `separator` between them.
    private static func take(
        _ text: inout Substring, _ separator: Character, _ digits: [Int]
    ) -> [Int64]? {
        var numbers: [Int64] = []
        for (index, count) in digits.enumerated() {
            if index > 0 {
                guard text.first == separator else { return nil }
                text.removeFirst()
            }
            let part = text.prefix(count)
            guard part.utf8.count == count, part.utf8.allSatisfy({ (48...57).contains($0) }),
                let number = Int64(part)
            else { return nil }
            numbers.append(number)
            text = text.dropFirst(count)
        }
        return numbers
    }

    /// Milliseconds; zero where there is no fraction.
    private static func takeFraction(_ text: inout Substring) -> Int64? {
        guard text.first == "." else { return 0 }
        text.removeFirst()
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        guard !digits.isEmpty else { return nil }
        text = text.dropFirst(digits.count)
        return Int64((digits + "00").prefix(3))
    }

    private static func zone(_ text: Substring) -> Int64? {
        if text.isEmpty || text == "Z" || text == "z" { return 0 }
        guard let sign = text.first, sign == "+" || sign == "-" else { return nil }
        var rest = text.dropFirst()
        guard let parts = take(&rest, ":", [2, 2]), rest.isEmpty else { return nil }
        let minutes = parts[0] * 60 + parts[1]
        return (sign == "-" ? -minutes : minutes) * 60_000
    }

    private static func padded(_ number: Int64, _ digits: Int) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(0, digits - text.utf8.count)) + text
    }

    private static func floorDivision(_ number: Int64, _ by: Int64) -> (Int64, Int64) {
        let rest = (number % by + by) % by
        return ((number - rest) / by, rest)
    }

    /// Years of March to February make the leap day the last of its year (Howard Hinnant's
    /// `civil_from_days`).
    private static func civil(_ days: Int64) -> (Int64, Int64, Int64) {
        let (era, day) = floorDivision(days + 719_468, 146_097)
        let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365
        let dayOfYear = day - (365 * year + year / 4 - year / 100)
        let month = (5 * dayOfYear + 2) / 153
        let calendarMonth = month < 10 ? month + 3 : month - 9
        return (
            year + era * 400 + (calendarMonth <= 2 ? 1 : 0), calendarMonth,
            dayOfYear - (153 * month + 2) / 5 + 1
        )
    }

    private static func daysSince1970(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
        let shifted = month <= 2 ? year - 1 : year
        let (era, yearOfEra) = floorDivision(shifted, 400)
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }
}
