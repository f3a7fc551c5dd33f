"""Four-letter words, as monitors send them: with half-close, in pieces, with a newline, and when not allowed."""

from harness import client, wire

from siege import Siege

WORDS = "conf cons crst dirs dump envi gtmk hash isro mntr ruok srst srvr stat wchc wchp wchs".split()


def answer(siege, *pieces, half_close=False):
    link = siege.connection()
    for piece in pieces:
        link.send(piece)
    if half_close:
        link.half_close()
    text = link.rest()
    link.close()
    return text


def every_word(siege):
    for word in WORDS:
        plain, half_closed = answer(siege, word.encode()), answer(siege, word.encode(), half_close=True)
        siege.report.check(f"{word} is answered, then the connection closed", plain is not None and plain != b"", plain)
        same = half_closed is not None and half_closed[:5] == plain[:5] and half_closed != b""
        siege.report.check(f"{word} with half-close is answered the same", same, (plain, half_closed))
    siege.report.equal("ruok", answer(siege, b"ruok"), b"imok")
    siege.report.equal("ruok and a newline", answer(siege, b"ruok\n"), b"imok")
    siege.report.equal("ruok byte by byte", answer(siege, b"r", b"u", b"o", b"k"), b"imok")
    siege.report.equal("isro", answer(siege, b"isro"), b"rw")
    siege.report.equal("stmk with its mask", answer(siege, b"stmk" + wire.int64(306)), b"306")
    siege.report.check("srvr says standalone", b"\nMode: standalone\n" in answer(siege, b"srvr"))


def words_within_a_session(siege):
    link = siege.client()
    link.send(b"ruok")
    siege.report.check("a word on a session's connection is an absurd length", link.is_closed())
    link.close()


def word_flood(siege):
    wrong = 0
    for i in range(1000):
        wrong += answer(siege, b"mntr" if i % 2 else b"srvr", half_close=i % 3 == 0) in (None, b"")
    siege.report.equal("1,000 words are all answered", wrong, 0)
    for _ in range(200):
        link = siege.connection()
        try:
            link.send(b"mntr")
        except client.Lost:
            pass
        link.close()


def not_allowed(kind, report):
    """The whitelist as it is when nobody sets it."""
    siege = Siege(kind, report, **{"4lw__commands__whitelist": None})
    report.equal(
        "a word not on the whitelist",
        answer(siege, b"ruok"),
        b"ruok is not executed because it is not in the whitelist.\n",
    )
    report.check("srvr is on it", b"Mode: standalone" in answer(siege, b"srvr"))
    siege.end()


ATTACKS = [every_word, words_within_a_session, word_flood]
OF_THEIR_OWN = [not_allowed]
