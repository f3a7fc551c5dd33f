import Testing
import Vocabulary

@testable import Znodes

@Suite struct `Access to a znode` {
    private static let user = Identity(scheme: "digest", id: "u:h")
    private static let address = Identity(scheme: "ip", id: "10.1.2.3")

    private static func entry(_ permissions: Permissions, _ scheme: ByteString, _ id: ByteString) -> ACLEntry
    {
        ACLEntry(permissions: permissions, identity: Identity(scheme: scheme, id: id))
    }

    @Test(
        arguments: [
            (entry(.read, "world", "anyone"), true), (entry(.write, "world", "anyone"), false),
            (entry([.write, .read], "world", "anyone"), true), (entry(.read, "digest", "u:h"), true),
            (entry(.read, "digest", "u:x"), false), (entry(.read, "ip", "10.1.0.0/16"), true),
            (entry(.read, "ip", "10.2.0.0/16"), false), (entry(.read, "ip", "10.1.2.3"), true),
            (entry(.read, "x509", "u:h"), false), (entry(.read, "super", ""), false),
        ] as [(ACLEntry, Bool)])
    func `is given by one entry that fits`(entry: ACLEntry, isGiven: Bool) {
        let access = Access()
        #expect(access.permits(.read, by: [entry], to: [Self.address, Self.user]) == isGiven)
        #expect(
            access.permits(
                .read, by: [Self.entry(.admin, "world", "anyone"), entry], to: [Self.address, Self.user])
                == isGiven)
    }

    @Test func `is given to super users, by empty lists, and where ACLs are skipped`() {
        let closed = [Self.entry([], "world", "anyone")]
        #expect(!Access().permits(.read, by: closed, to: [Self.user]))
        #expect(Access().permits(.read, by: closed, to: [Identity(scheme: "super", id: "")]))
        #expect(Access().permits(.read, by: [], to: []))
        #expect(Access(isOpen: true).permits(.admin, by: closed, to: []))
    }

    private static func asked(_ scheme: ByteString?, _ id: ByteString?) -> RequestedACLEntry {
        RequestedACLEntry(permissions: .all, scheme: scheme, id: id)
    }

    @Test(
        arguments: [
            (nil, .invalidACL), ([], .invalidACL), ([asked("world", "foo")], .invalidACL),
            ([asked("world", nil)], .marshallingError), ([asked(nil, "anyone")], .invalidACL),
            ([asked("nobody", "x")], .invalidACL), ([asked("digest", "u")], .invalidACL),
            ([asked("digest", "u:h:x")], .invalidACL), ([asked("ip", "10.0.0")], .invalidACL),
            ([asked("super", "")], .invalidACL), ([asked("world", "anyone"), asked("ip", "x")], .invalidACL),
        ] as [([RequestedACLEntry]?, ErrorCode)])
    func `lists are refused that cannot be meant`(requested: [RequestedACLEntry]?, code: ErrorCode) {
        #expect(throws: code) { try Access().normalize(requested, for: [Self.user]) }
    }

    @Test func `lists lose exact duplicates and keep their order`() throws {
        let requested = [
            Self.asked("digest", "a:b"), Self.asked("world", "anyone"), Self.asked("digest", "a:b"),
        ]
        let acl = try Access().normalize(requested, for: [])
        #expect(acl == [Self.entry(.all, "digest", "a:b"), Self.entry(.all, "world", "anyone")])
    }

    @Test func `lists name whoever asks in place of auth`() throws {
        let second = Identity(scheme: "digest", id: "v:h")
        let identities = [Self.address, Self.user, Identity(scheme: "super", id: ""), second]
        let acl = try Access().normalize([Self.asked("auth", "ignored")], for: identities)
        #expect(acl.map(\.identity) == [Self.user, second])
        #expect(try Access().normalize([Self.asked("auth", nil)], for: identities).count == 2)
        #expect(throws: ErrorCode.invalidACL) {
            try Access().normalize([Self.asked("auth", "")], for: [Self.address])
        }
    }

    @Test func `lists keep bits that mean nothing`() throws {
        let odd = RequestedACLEntry(permissions: Permissions(rawValue: 0x60), scheme: "world", id: "anyone")
        #expect(try Access().normalize([odd], for: []).first?.permissions.rawValue == 0x60)
    }

    @Test func `lists are shown without what proves a password`() {
        let acl = [
            Self.entry(.all, "digest", "u:h="), Self.entry(.read, "ip", "10.0.0.1"),
            Self.entry(.read, "digest", "x"),
        ]
        #expect(Access().masked(acl).map(\.identity.id) == ["u:x", "10.0.0.1", "x"])
    }
}

@Suite struct `A range of addresses` {
    @Test(
        arguments: [
            ("10.0.0.1", "10.0.0.1", true), ("10.0.0.1", "10.0.0.2", false),
            ("10.0.0.0/8", "10.255.1.2", true), ("10.0.0.0/8", "11.0.0.0", false),
            ("10.1.2.128/25", "10.1.2.200", true), ("10.1.2.128/25", "10.1.2.100", false),
            ("0.0.0.0/0", "8.8.8.8", true), ("1.2.3.4/32", "1.2.3.4", true), ("1.2.3.4/32", "1.2.3.5", false),
            ("::1", "::1", true), ("fe80::/10", "fe80::1:2", true), ("fe80::/10", "fec0::1", false),
            ("2001:db8::/32", "2001:db8:1::9", true), ("::/0", "1.2.3.4", false),
            ("1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8", true), ("::", "0:0:0:0:0:0:0:0", true),
        ])
    func `holds what shares its prefix`(range: String, address: String, isIn: Bool) throws {
        let range = try #require(AddressRange(Array(range.utf8)))
        let address = try #require(AddressRange(Array(address.utf8)))
        #expect(range.contains(address) == isIn)
    }

    @Test(
        arguments: [
            "", "10.0.0", "10.0.0.0.0", "256.0.0.1", "10.0.0.x", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/",
            "10.0.0.0/8/9", "localhost", ":", ":::", "1::2::3", "12345::", "g::", "1:2:3:4:5:6:7",
            "1:2:3:4:5:6:7:8:9", "::/129", "/", "....",
        ])
    func `is no text but an address and a length`(text: String) {
        #expect(AddressRange(Array(text.utf8)) == nil)
    }
}

@Suite struct `The text of a quota` {
    private static func text(_ text: String) -> QuotaText { QuotaText(Array(text.utf8)) }

    @Test func `is read as Apache's tools write it`() {
        let quota = Self.text("count=2,bytes=5=;byteHardLimit=10;countHardLimit=3")
        #expect(quota.count == 2 && quota.bytes == 5)
        #expect(quota.byteHardLimit == 10 && quota.countHardLimit == 3)
        #expect(
            String(decoding: quota.text, as: UTF8.self)
                == "count=2,bytes=5=;byteHardLimit=10;countHardLimit=3")
    }

    @Test(arguments: ["", "count=", "count=x,bytes=", "garbage", "=,;==", "count", "COUNT=4"])
    func `is no limit where it says nothing`(text: String) {
        let quota = Self.text(text)
        #expect(quota.count == -1 && quota.bytes == -1)
        #expect(quota.countHardLimit == -1 && quota.byteHardLimit == -1)
    }

    @Test func `is written plainly without hard limits`() {
        #expect(String(decoding: QuotaText(count: 0, bytes: -1).text, as: UTF8.self) == "count=0,bytes=-1")
    }
}
