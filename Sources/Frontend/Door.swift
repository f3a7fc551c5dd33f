internal import NIOCore

/// The client port's one `Admissions`, for all its connections; confined to the replica's event loop.
final class Door {
    var admissions: Admissions<AnyObject>
    private var isClearing = false

    init(_ admissions: Admissions<AnyObject>) {
        self.admissions = admissions
    }

    /// Lets in who may only say a word. Those before it go when there are too many, but not before what they
    /// said until now was heard.
    func stand(_ channel: any Channel) {
        admissions.stand(channel as AnyObject)
        guard admissions.hasExcess, !isClearing else { return }
        isClearing = true
        channel.eventLoop.assumeIsolated().execute {
            self.isClearing = false
            for visitor in self.admissions.excess() { (visitor as? any Channel)?.close(promise: nil) }
        }
    }
}
