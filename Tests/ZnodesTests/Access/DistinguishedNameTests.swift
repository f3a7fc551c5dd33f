import Testing
import Vocabulary
import Znodes

@Suite struct `A distinguished name in an ACL` {
    /// Recorded from servers of Apache's.
    @Test(arguments: [
        "CN=a,O=b", "cn=alice", "CN = a , O = b", "CN=a;O=b", "CN=a+OU=b", "CN=\"a,b\"", "CN=a\\,b", "CN=a=b",
        "CN=", "", "CN=#1303616263", "OID.1.2.3=x", "1.2.3.4=x", "CN=\\41", "EMAILADDRESS=x", "T=x",
    ])
    func `is taken as Java takes it`(name: String) {
        #expect(Scheme.x509.accepts(ByteString(name)))
    }

    @Test(arguments: [
        "alice", "CN", "=a", " ", "FOO=x", "E=x", "SN=x", "TITLE=x", "CN=a,", "CN=a;", "CN=a+", "CN=a,,O=b",
        "CN=a\\", "CN=#13", "O=R+D",
    ])
    func `is refused as Java refuses it`(name: String) {
        #expect(!Scheme.x509.accepts(ByteString(name)))
    }

    @Test func `matches as it is written`() {
        #expect(Scheme.x509.matches("CN=a,O=b", pattern: "CN=a,O=b"))
        #expect(!Scheme.x509.matches("CN=a,O=b", pattern: "CN=a, O=b"))
    }
}
