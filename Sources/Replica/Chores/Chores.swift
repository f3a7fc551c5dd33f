/// Work that is done because time passes, as far as it has come.
struct Chores {
    var sweep: Sweep
    var endings = Endings()
    /// `Input.continued` was asked for and has not come.
    var willContinue = false
    /// The disk has not answered for so long that operators were told.
    var isDiskSilent = false
}
