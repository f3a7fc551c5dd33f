import Testing
import Vocabulary

@Suite struct `A path` {
    @Test(arguments: ["/", "/a", "/a/b", "/...", "/.a", "/a.", "/..a", "/a..", "/ ", "/a b", "/zookeeper"])
    func `is legal when every component is a name`(text: String) {
        #expect(ZnodePath(text).isValid)
    }

    @Test(arguments: ["", "a", "a/b", "//", "/a/", "/a//b", "//a", "/.", "/..", "/a/.", "/a/../b", "/./a"])
    func `is illegal with an empty or a relative component`(text: String) {
        #expect(!ZnodePath(text).isValid)
    }

    @Test(arguments: [0x20, 0x7e, 0xa0, 0xd7ff, 0xf900, 0xfeff, 0xffef] as [UInt32])
    func `may hold the characters beside the forbidden ranges`(scalar: UInt32) throws {
        let character = try #require(Unicode.Scalar(scalar))
        #expect(ZnodePath("/a\(Character(character))b").isValid)
    }

    @Test(
        arguments: [
            0, 1, 0x09, 0x1f, 0x7f, 0x9f, 0xe000, 0xf8ff, 0xfff0, 0xfffd, 0xffff, 0x1_0000, 0x1f426,
            0x10_ffff,
        ] as [UInt32])
    func `may not hold the forbidden ones`(scalar: UInt32) throws {
        let character = try #require(Unicode.Scalar(scalar))
        #expect(!ZnodePath("/a\(Character(character))b").isValid)
    }

    @Test(arguments: [[0xff], [0xc0, 0xaf], [0xed, 0xa0, 0x80], [0xe2, 0x82]] as [[UInt8]])
    func `is illegal where its bytes are no UTF-8`(bytes: [UInt8]) {
        #expect(!ZnodePath(Array("/a".utf8) + bytes).isValid)
    }

    @Test(arguments: ["/a", "/a/b", "/../a", "/\u{e9}", "/", "/a/", "/.", "/a/..", "/a/\u{0}", "/\u{f8ff}"])
    func `has a legal name where that is what makes it legal`(text: String) {
        #expect(ZnodePath(text).hasValidName == ("/x" as ZnodePath).appending(ZnodePath(text).name).isValid)
    }

    @Test func `is compared by bytes, never normalized`() {
        let composed = ZnodePath("/\u{e9}")
        let decomposed = ZnodePath("/e\u{301}")
        #expect(composed != decomposed)
        #expect(composed.isValid && decomposed.isValid)
        #expect(Set([composed, decomposed, ZnodePath("/\u{e9}")]).count == 2)
    }

    @Test func `ends at its last slash`() {
        #expect(ZnodePath("/a/b").parent == "/a")
        #expect(ZnodePath("/a").parent == .root)
        #expect(ZnodePath("/").parent == .root)
        #expect(ZnodePath("/a/").parent == "/a")
        #expect(ZnodePath("a").parent == nil)
        #expect(Array(ZnodePath("/a/bc").name) == Array("bc".utf8))
        #expect(ZnodePath("/a/").name.isEmpty)
    }

    @Test func `is the root when it is empty or a slash`() {
        #expect(ZnodePath("").isRoot)
        #expect(ZnodePath("/").isRoot)
        #expect(!ZnodePath("/a").isRoot)
    }

    @Test func `grows by a name`() {
        #expect(ZnodePath.root.appending(Array("a".utf8)) == "/a")
        #expect(ZnodePath("").appending(Array("a".utf8)) == "/a")
        #expect(ZnodePath("/a").appending(Array("b".utf8)) == "/a/b")
    }

    @Test func `is within itself and what is above it, by components`() {
        #expect(ZnodePath("/a/b").isWithin("/a"))
        #expect(ZnodePath("/a").isWithin("/a"))
        #expect(ZnodePath("/a").isWithin("/"))
        #expect(!ZnodePath("/ab").isWithin("/a"))
        #expect(!ZnodePath("/a").isWithin("/a/b"))
    }
}
