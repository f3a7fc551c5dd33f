import SeededRandom
import Testing
import Vocabulary

@testable import Storage

/// `AVIARY_DAMAGE_CASES=500 swift test --filter damage` for the long form; `AVIARY_SEED=n` runs one case
/// alone.
@Suite struct `A log damaged behind its back` {
    @Test func `never serves a row that is not as it was, and names where it begins`() async throws {
        let folders = try PristineFolders(seed: 1)
        var tally = DamageTally()
        for seed in Self.seeds {
            await Task.yield()
            let trial = try DamageTrial(seed: seed, of: folders)
            tally.add(trial)
            if let complaint = trial.complaint {
                Issue.record("\(complaint)\n\(trial)\nreplay with AVIARY_SEED=\(seed)")
            }
        }
        print(tally)
    }

    static var seeds: [UInt64] {
        if let seed = Environment.number("AVIARY_SEED") { return [UInt64(seed)] }
        return (0..<UInt64(Environment.number("AVIARY_DAMAGE_CASES") ?? 90)).map { $0 }
    }
}

/// One damage, what SQLite by itself makes of it, and what the store does.
struct DamageTrial: CustomStringConvertible {
    enum Outcome {
        /// Every row, in order, as it was.
        case served
        /// An error, after handing over only rows as they were.
        case refused(StorageError)
        case wrong(String)
    }

    let seed: UInt64
    let damage: Damage
    let place: String
    /// The first row that is missing or changed, by a comparison that uses none of the store's code.
    let firstDifference: Zxid?
    /// The row before that.
    let lastSound: Zxid
    let outcome: Outcome

    init(seed: UInt64, of folders: PristineFolders) throws {
        var random = SeededGenerator(seed: seed)
        self.seed = seed
        damage = Damage.allCases[Int(seed % UInt64(Damage.allCases.count))]
        let damaged = try DamagedFolder(damage, of: folders, random: &random)
        place = damaged.place
        let before = RawLog(reading: try damaged.pristine.copy())
        let difference = RawLog(reading: try damaged.folder.copy()).firstDifference(from: before)
        firstDifference = difference
        lastSound = folders.rows.last { difference.map($0.zxid.isBefore) ?? true }?.zxid ?? .zero
        outcome = DamageTrial.outcome(of: damaged.folder, rows: folders.rows)
    }

    /// What is wrong with the outcome, nil when it is as it must be.
    var complaint: String? {
        switch outcome {
        case .wrong(let what): return what
        case .served: return firstDifference != nil || damage.mustRefuse ? "damage was not noticed" : nil
        case .refused(let error):
            guard let firstDifference else {
                return damage == .oneMarkCopy ? "refused although the other copy is whole" : nil
            }
            guard let found = error.damage else {
                return error.code == .schema ? nil : "no zxid named"
            }
            return found.soundUpTo < firstDifference ? nil : "called sound what is not"
        }
    }

    /// Whether the store called sound all that is, and not one row more.
    var isExact: Bool {
        guard case .refused(let error) = outcome, firstDifference != nil else { return false }
        return error.damage?.soundUpTo == lastSound
    }

    var description: String {
        let difference = firstDifference?.description ?? "none"
        return "seed \(seed): \(damage.rawValue) (\(place)), first difference \(difference), \(outcome)"
    }

    private static func outcome(of folder: Folder, rows: [LogRow]) -> Outcome {
        var served: [LogRow] = []
        do {
            var store = try folder.open()
            try store.replay(after: .zero) { served.append($0) }
        } catch let error as StorageError {
            guard served == Array(rows.prefix(served.count)) else {
                return .wrong("served changes, then threw")
            }
            guard error.code == .corrupt || error.code == .schema else { return .wrong("threw \(error)") }
            return .refused(error)
        } catch {
            return .wrong("threw \(error)")
        }
        return served == rows
            ? .served : .wrong("served \(served.count) rows of \(rows.count), or changed ones")
    }
}

extension Zxid {
    fileprivate func isBefore(_ other: Zxid) -> Bool { self < other }
}

/// The table at the end of a campaign.
struct DamageTally: CustomStringConvertible {
    private var lines: [Damage: Line] = [:]

    private struct Line {
        var cases = 0
        var refused = 0
        var exact = 0
        var untouched = 0
        var wary = 0
        var failures = 0
    }

    mutating func add(_ trial: DamageTrial) {
        var line = lines[trial.damage] ?? Line()
        line.cases += 1
        if trial.complaint != nil { line.failures += 1 }
        switch (trial.outcome, trial.firstDifference) {
        case (.served, _): line.untouched += 1
        case (.refused, nil): line.wary += 1
        case (.refused, _):
            line.refused += 1
            if trial.isExact { line.exact += 1 }
        case (.wrong, _): break
        }
        lines[trial.damage] = line
    }

    /// refused: rows were damaged and it was noticed; exact: all rows before the damage were called
    /// sound, and none after; served: no
    /// row was touched and all were served as they were; wary: refused although no row was touched.
    var description: String {
        var text = "damage                                          cases refused exact served wary FAILED\n"
        for damage in Damage.allCases {
            guard let line = lines[damage] else { continue }
            let numbers = [line.cases, line.refused, line.exact, line.untouched, line.wary, line.failures]
            text += damage.rawValue + String(repeating: " ", count: max(1, 46 - damage.rawValue.count))
            text +=
                numbers.map { String(repeating: " ", count: 7 - String($0).count) + String($0) }.joined()
                + "\n"
        }
        return text
    }
}
