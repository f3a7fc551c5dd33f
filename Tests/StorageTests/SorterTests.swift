import SeededRandom
import Testing
import Vocabulary

@testable import Storage

@Suite struct `Rows of a snapshot in any order` {
    let folder = Folder()

    private static func rows(_ generator: inout SeededGenerator, count: Int) -> [SampleZnode] {
        var rows: [ByteString: SampleZnode] = [:]
        for number in 0..<count {
            let bytes = (0..<Int.random(in: 0...30, using: &generator)).map { _ in
                UInt8.random(in: 0...255, using: &generator)
            }
            let path = ByteString(Array("/".utf8) + bytes)
            let isLarge = generator.isOneIn(40)
            let data: [UInt8]? =
                generator.isOneIn(5)
                ? nil
                : [UInt8](
                    repeating: UInt8(truncatingIfNeeded: number),
                    count: Int.random(in: 0...(isLarge ? 200_000 : 60), using: &generator))
            rows[path] = SampleZnode(
                path: path, data: data, list: Int64(number),
                stat: StoredStat(czxid: Zxid(rawValue: Int64(number)), version: Int32(number)))
        }
        return rows.values.shuffled(using: &generator)
    }

    @Test(
        arguments: [(1, 0), (2, 1), (3, 500), (4, 500), (5, 3000)] as [(UInt64, Int)],
        [300, 10_000, 1 << 22])
    func `come in the order of their paths, whatever fits into memory`(
        seedAndCount: (UInt64, Int), runBytes: Int
    ) throws {
        let (seed, count) = seedAndCount
        var generator = SeededGenerator(seed: seed)
        let rows = Self.rows(&generator, count: count)
        var sorter = try SnapshotSorter(path: folder.path + "/rows", runBytes: runBytes)
        for row in rows { try sorter.add(row.packed) }
        var found: [SampleZnode] = []
        try sorter.forEach { row throws(StorageError) in found.append(SampleZnode(row)) }
        #expect(found == rows.sorted { $0.path < $1.path }, "seed \(seed)")
    }
}
