import Migrations

/// Brings a database to the newest schema, and refuses one whose history is not ours.
package struct Migrator: Sendable {
    package let migrations: [(name: String, sql: [UInt8])]

    package static let log = Migrator(migrations: Migrations.log)
    package static let snapshot = Migrator(migrations: Migrations.snapshot)

    /// Applies what is missing, all of it or nothing.
    ///
    /// - Throws: `schema` when an applied migration was edited, is unknown here, or the file is someone
    ///   else's.
    package func migrate(_ database: borrowing Database) throws(StorageError) {
        let applied = try history(of: database)
        try check(applied, of: database)
        guard applied.count < migrations.count else { return }
        try database.execute("BEGIN IMMEDIATE")
        for migration in migrations[applied.count...] {
            try database.execute(String(decoding: migration.sql, as: UTF8.self))
            let record = try database.prepare("INSERT INTO migrations (name, checksum) VALUES (?, ?)")
            record.bind(migration.name, at: 1)
            record.bind(Migrator.checksum(migration.sql), at: 2)
            try record.run()
        }
        try database.execute("COMMIT")
    }

    /// Changes nothing, and refuses what `migrate` would refuse.
    func check(_ database: borrowing Database) throws(StorageError) {
        try check(history(of: database), of: database)
    }

    /// Whether it was never brought to any schema.
    func isUnmade(_ database: borrowing Database) throws(StorageError) -> Bool {
        try history(of: database).isEmpty
    }

    /// Changes nothing, and refuses a database that is not at the newest schema.
    package func verify(_ database: borrowing Database) throws(StorageError) {
        try verify(database, has: migrations.count)
    }

    /// Likewise, and takes one that has the first `least` migrations.
    ///
    /// - Returns: How many it has.
    @discardableResult
    package func verify(_ database: borrowing Database, has least: Int) throws(StorageError) -> Int {
        let applied = try history(of: database)
        try check(applied, of: database)
        guard applied.count < least else { return applied.count }
        throw StorageError(
            .corrupt,
            "\(database.path): migration \(migrations[applied.count].name) is missing; "
                + StorageError.restore)
    }

    private func history(of database: borrowing Database) throws(StorageError) -> [(String, Int64)] {
        let tables = try database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'")
        var names: [String] = []
        while try tables.step() { names.append(tables.text(0)) }
        if names.isEmpty { return [] }
        guard names.contains("migrations") else {
            throw StorageError(
                .schema,
                "\(database.path): a database of another program; give this node a dataDir of its own")
        }
        let rows = try database.prepare("SELECT name, checksum FROM migrations ORDER BY name")
        var applied: [(String, Int64)] = []
        while try rows.step() { applied.append((rows.text(0), rows.int64(1))) }
        return applied
    }

    private func check(_ applied: [(String, Int64)], of database: borrowing Database) throws(StorageError) {
        for (index, (name, checksum)) in applied.enumerated() {
            guard index < migrations.count, migrations[index].name == name else {
                throw StorageError(
                    .schema,
                    "\(database.path): migration \(name) is unknown to this version; "
                        + "run the version that made this folder, or a newer one")
            }
            guard Migrator.checksum(migrations[index].sql) == checksum else {
                throw StorageError(
                    .schema,
                    "\(database.path): migration \(name) was applied with another text than this version "
                        + "has; applied migrations are never edited: run the version that made this folder")
            }
        }
    }

    static func checksum(_ sql: [UInt8]) -> Int64 {
        Int64(bitPattern: sql.withUnsafeBytes { XXHash64.hash($0, seed: 0) })
    }
}
