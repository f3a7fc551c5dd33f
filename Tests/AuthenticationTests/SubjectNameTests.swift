import Testing
import Vocabulary

@testable import Authentication

@Suite struct `A certificate's subject` {
    private func bytes(_ hexadecimal: String) -> [UInt8] {
        let digits = Array(hexadecimal)
        return stride(from: 0, to: digits.count, by: 2).compactMap {
            UInt8(String(digits[$0...($0 + 1)]), radix: 16)
        }
    }

    /// Recorded from OpenJDK 17.
    @Test(arguments: [
        (
            "302f310b30090603550406130247423110300e060355040a0c074578616d706c65"
                + "310e300c06035504030c05616c696365",
            "CN=alice,O=Example,C=GB"
        ),
        (
            "3030310a300806035504040c0178310a300806035504050c0178"
                + "310a3008060355040c0c0178310a3008060355042a0c0178",
            "2.5.4.42=#0c0178,2.5.4.12=#0c0178,2.5.4.5=#0c0178,2.5.4.4=#0c0178"
        ),
        ("30163114301206092a864886f70d01090116056140622e63", "1.2.840.113549.1.9.1=#16056140622e63"),
        ("30153113301106035504030c0a2c2b225c3c3e3b3d232f", ##"CN=\,\+\"\\\<\>\;\=\#/"##),
        ("300e310c300a06035504030c03612362", ##"CN=a\#b"##),
        ("30133111300f06035504030c082020612020622020", #"CN=\ \ a  b\ \ "#),
        ("300b3109300706035504030c00", "CN="), ("3000", ""),
        ("3010310e300c06035504030c05610a620963", "CN=a\nb\tc"),
        ("300e310c300a06035504030c03610062", #"CN=a\00b"#),
        ("300e310c300a06035504030c030d610d", "CN=\\\ra\\\r"),
        ("301a3118301606035504030c0f5a6fc3ab20d09bd0b5d0b220e6bca2", "CN=Zoë Лев 漢"),
        ("300e310c300a060355040314035a6feb", "CN=Zo\u{FFFD}"),
        ("30133111300f06035504031c080000004100000062", "CN=#1c080000004100000062"),
        ("300e310c300a06035504031a03766973", "CN=#1a03766973"),
        (
            "302c311e300a06035504030c03626f623010060a0992268993f22c6401010c026231310a3008060355040a0c0158",
            "O=X,CN=bob+UID=b1"
        ),
        (
            "30273125300f060a0992268993f22c6401010c01753008060355040b0c016f300806035504030c0163",
            "UID=u+OU=o+CN=c"
        ),
    ])
    func `is printed as Java prints it`(encoded: String, text: String) {
        #expect(SubjectName.text(of: bytes(encoded)) == ByteString(text))
    }

    @Test(arguments: ["", "30", "30ff", "3005310b3009", "300231", "30063104300206", "3084ffffffff00"])
    func `is taken as far as it goes where it is broken`(encoded: String) {
        #expect(SubjectName.text(of: bytes(encoded)).bytes.count <= 2)
    }

    @Test func `is an identity, and the operator's super user`() {
        let subject = bytes("300e310c300a06035504030c03612362")
        let identity = Identity(scheme: "x509", id: ##"CN=a\#b"##)
        #expect(Authenticator().identities(ofSubject: subject) == [identity])
        let owner = Identity(scheme: "super", id: ##"CN=a\#b"##)
        #expect(
            Authenticator(superSubject: ##"CN=a\#b"##).identities(ofSubject: subject) == [owner, identity])
    }
}
