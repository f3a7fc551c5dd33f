/// How much a type has, with all its extensions in one module.
struct TypeSize {
    /// With the module: `Replica.Replica`.
    let name: String
    let storedFields: Int
    let functions: Int

    /// In the order of their names.
    static func all(in declarations: [Declaration]) -> [TypeSize] {
        let members = declarations.filter { !$0.owner.isEmpty }
        return Dictionary(grouping: members) { "\($0.module).\($0.owner)" }.map { name, members in
            TypeSize(
                name: name, storedFields: members.count { $0.kind == .storedField },
                functions: members.count { $0.kind == .function })
        }.sorted { $0.name < $1.name }
    }
}

extension Declaration {
    fileprivate var module: String { path.split(separator: "/").dropFirst().first.map(String.init) ?? "" }
}
