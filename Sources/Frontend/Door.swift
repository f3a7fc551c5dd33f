internal import Host
internal import Logbook
internal import Logging
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
    func stand(_ visitor: any DoorVisitor, on loop: any EventLoop) {
        admissions.stand(visitor)
        guard admissions.hasExcess, !isClearing else { return }
        isClearing = true
        loop.assumeIsolated().execute {
            self.isClearing = false
            for visitor in self.admissions.excess() { (visitor as? any DoorVisitor)?.sendAway() }
        }
    }

    func complainOfDescriptors(to complaints: Complaints) {
        complaints.warn(
            "no descriptor is left for one more client, which is refused; let the node have more "
                + "(ulimit -n, or LimitNOFILE= in its unit)", from: "all addresses",
            [
                "clients": "\(admissions.total)",
                "descriptors": "\(ProcessEnvironment.maxFileDescriptors())",
            ])
    }
}

/// A connection that may only say a word.
protocol DoorVisitor: AnyObject {
    /// Closes it: others have come, and it has stood for longest without a word.
    func sendAway()
}
