extension ZnodePath {
    /// Whether a znode may have this path, by the rules of ZooKeeper's `PathUtils.validatePath`.
    ///
    /// Absolute, no empty, `.` or `..` component, no trailing slash, and none of the characters that
    /// ZooKeeper forbids: controls, surrogates and the private-use area, U+FFF0 to U+FFFF and everything
    /// above U+FFFF.
    package var isValid: Bool {
        guard bytes.first == ZnodePath.slash else { return false }
        if bytes.count == 1 { return true }
        guard bytes.last != ZnodePath.slash else { return false }
        var start = 1
        while start <= bytes.count {
            let end = bytes[start...].firstIndex(of: ZnodePath.slash) ?? bytes.count
            guard ZnodePath.isComponent(bytes[start..<end]) else { return false }
            start = end + 1
        }
        return ZnodePath.isText(bytes[...])
    }

    /// Whether `isValid` has nothing against the last component: all there is to ask below a legal parent.
    package var hasValidName: Bool { ZnodePath.isComponent(name) && ZnodePath.isText(name) }

    private static func isText(_ bytes: ArraySlice<UInt8>) -> Bool {
        if bytes.allSatisfy(ZnodePath.isPrintable) { return true }
        return String(validating: bytes, as: UTF8.self)?.unicodeScalars.allSatisfy(ZnodePath.isAllowed)
            ?? false
    }

    private static func isComponent(_ name: ArraySlice<UInt8>) -> Bool {
        let dot = UInt8(ascii: ".")
        if name.isEmpty { return false }
        return !(name.count <= 2 && name.allSatisfy { $0 == dot })
    }

    /// The characters that nearly all paths are made of, and that need no decoding.
    private static func isPrintable(_ byte: UInt8) -> Bool {
        (0x20...0x7e).contains(byte)
    }

    private static func isAllowed(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x00...0x1f, 0x7f...0x9f, 0xd800...0xf8ff, 0xfff0...: false
        default: true
        }
    }
}
