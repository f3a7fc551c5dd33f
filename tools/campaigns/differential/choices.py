"""What requests are made of: good values most of the time, and every kind of bad one now and then."""

OPEN = [(31, ("world", "anyone"))]
NAMES = ["a", "b", "c", "d"]
ODD_PATHS = [
    "", "/", "a", "a/b", "//", "/a/", "/a//b", "/a/./b", "/a/../b", "/.", "/..", "/...", "/.a", "/a b", "/a\0b",
    "/a\x01", "/a\x1fb", "/\x7f", "/\x9f", "/\u00a0", "/h\u00e9llo", "/\u2603", "/\ud7ff", "/\ue000", "/\uf8ff",
    "/\uf900", "/\uffef", "/\ufff0", "/\ufffd", "/tab\t", "/zookeeper", "/zookeeper/quota", "/zookeeper/config",
    "/zookeeper/x", None, "/none/x", "/a/b/c/d/e/f", "/" + "n" * 300,
]
#: (identity text of an auth packet, the identity that it adds)
DIGESTS = [(b"u:p", "u:Jq7wMyA/w2Vd5WIDAKdu4OIIFEQ="),
           (b"user:password", "user:tpUq/4Pn5A64fVZyQ0gOJ8ZWqkY="),
           (b"super:admin", "super:xQJmxLMiHGwaqBvst5y6rkB6HQs=")]
GOOD_ACLS = [
    [(1, ("world", "anyone"))], [(30, ("world", "anyone"))], [(0, ("world", "anyone"))], [(15, ("world", "anyone"))],
    [(16, ("world", "anyone"))], [(31, ("auth", ""))], [(31, ("auth", "ignored")), (1, ("world", "anyone"))],
    [(31, ("auth", None))], [(-1, ("world", "anyone"))], [(63, ("world", "anyone"))],
    [(1, ("world", "anyone")), (1, ("world", "anyone")), (31, ("world", "anyone"))],
    [(31, ("digest", DIGESTS[0][1])), (1, ("world", "anyone"))], [(31, ("digest", DIGESTS[1][1]))],
    [(31, ("auth", "")), (31, ("digest", DIGESTS[0][1]))], [(3, ("digest", "a:b"))], [(3, ("digest", ":b"))],
    [(3, ("digest", "a:b:"))], [(31, ("ip", "127.0.0.1"))], [(31, ("ip", "127.0.0.0/8"))],
    [(31, ("ip", "10.0.0.1")), (1, ("world", "anyone"))], [(31, ("ip", "0.0.0.0/0"))], [(31, ("ip", "127.0.0.1/32"))],
    [(8, ("world", "anyone")), (4, ("ip", "127.0.0.1/24"))],
]
BAD_ACLS = [
    None, [], [(31, ("world", "foo"))], [(31, ("world", None))], [(31, (None, "anyone"))], [(31, ("nobody", "x"))],
    [(31, ("", ""))], [(31, ("super", ""))], [(31, ("digest", "a"))], [(31, ("digest", "a:"))],
    [(31, ("digest", ":"))], [(31, ("digest", "a:b:c"))], [(31, ("digest", ""))], [(31, ("ip", "1.2.3"))],
    [(31, ("ip", "1.2.3.4.5"))], [(31, ("ip", "1.2.3.256"))], [(31, ("ip", "1.2.3.4/33"))],
    [(31, ("ip", "1.2.3.4/-1"))], [(31, ("ip", "1.2.3.4/x"))], [(31, ("ip", ""))], [(31, ("ip", "host"))],
    [(31, ("sasl", "someone"))], [(31, ("world", "anyone")), (31, ("world", "foo"))],
]
GOOD_AUTH = [(0, "digest", b"u:p"), (7, "digest", b"user:password"), (0, "digest", b"nocolon"), (0, "ip", b""),
             (0, "digest", b""), (0, "digest", b"u:p:q"), (0, "ip", b"10.0.0.1"), (0, "digest", b"super:wrong")]
BAD_AUTH = [(0, "nobody", b"x"), (0, "world", b"anyone"), (0, "digest", None), (0, "sasl", b""), (0, None, b"x"),
            (0, "super", b""), (0, "auth", b""), (0, "", b"")]
#: Opcode 20 and -10 are left out: section 15.3 of the protocol asks for a refusal that Apache does not give.
UNKNOWN_OPCODES = [0, -1, 10, 13, 23, 77, 99, 108, 1000, -2, -12, 2147483647]
FLAGS = [0, 0, 0, 0, 1, 1, 2, 2, 3]
ODD_FLAGS = [4, 5, 6, 7, -1, 8, 2147483647]
TTLS = [3600000, 1099511627775, 60000000]
ODD_TTLS = [0, -1, -2, 1099511627776, 9223372036854775807, -9223372036854775808]
#: Limits are large enough, or hard; the text is always well formed, for Apache dies of malformed text.
LIMITS = [b"count=4,bytes=-1", b"count=-1,bytes=20", b"count=100,bytes=1000", b"count=-1,bytes=-1=;byteHardLimit=12",
          b"count=-1,bytes=-1=;countHardLimit=3", b"count=2,bytes=5=;byteHardLimit=30;countHardLimit=6"]
ABSURD_COUNTS = [b"\x7f\xff\xff\xff", b"\xff\xff\xff\xff", b"\xff\xff\xff\xfe", b"\x80\0\0\0", b"\0\x0f\xff\xff",
                 b"\0\0\xff\xff", b"\0\0\0\0"]
#: First frames that are no handshake, or bytes that are no frame.
GARBAGE = [b"\0\0\0\0", b"\xff\xff\xff\xff", b"\0\x10\0\0" + b"x" * 64, b"\x7f\xff\xff\xffabcd", b"\0\0\0\4abcd",
           b"\0\0\0\x10" + b"\0" * 16, b"nope\n", b"GET / HTTP/1.1\r\n\r\n", b"\0\0\0\x2d" + b"\xff" * 45,
           b"ruok", b"ruok\n", b"isro"]
#: What no request may be: frames too short for a header, and impossible lengths.
NO_REQUESTS = [b"\0\0\0\0", b"\0\0\0\4\0\0\0\1", b"\0\0\0\7\0\0\0\1\0\0\0", b"\xff\xff\xff\xff", b"\x80\0\0\0",
               b"\0\x10\0\0", b"\x7f\xff\xff\xff", b"ruok"]
