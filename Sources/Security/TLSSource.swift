internal import Glibc
package import Logging
package import NIOCore
internal import NIOPosix
package import Settings
internal import Synchronization

/// The material that new connections begin with: always the newest that was whole.
///
/// The files are looked at each second, off the event loop and through links; what is read counts once all of
/// it is good. Files that are broken are reported once for each change, and what was there before stays.
package final class TLSSource: Sendable {
    private let settings: TLSSettings
    private let log: Logger
    private let current: Mutex<TLSMaterial>
    /// The files as they were when they were last read.
    private let seen: Mutex<[FileStamp?]>

    /// - Throws: `TLSFault` where the files are not good to begin with.
    package init(_ settings: TLSSettings, log: Logger) throws(TLSFault) {
        self.settings = settings
        self.log = log
        seen = Mutex(settings.stamps)
        let material = try TLSMaterial(settings)
        current = Mutex(material)
        guard material.secondsLeft < TLSSource.secondsWarned else { return }
        log.warning(
            "TLS: the certificate \(material.secondsLeft > 0 ? "runs out soon" : "has run out")",
            metadata: [
                "file": "\(settings.keyStore.location)", "days_left": "\(material.secondsLeft / 86_400)",
            ])
    }

    /// A certificate with less left is warned of: two weeks.
    private static let secondsWarned = 14 * 86_400

    package var material: TLSMaterial { current.withLock { $0 } }

    /// Looks for changes from now on, as long as the process runs.
    package func watch(on loop: any EventLoop) {
        let second = TimeAmount.seconds(1)
        loop.scheduleRepeatedAsyncTask(initialDelay: second, delay: second) { [self] _ in
            NIOThreadPool.singleton.runIfActive(eventLoop: loop) { [self] in look() }
        }
    }

    /// Takes up what the files hold now, if they have changed.
    func look() {
        let stamps = settings.stamps
        let haveChanged = seen.withLock { seen in
            defer { seen = stamps }
            return seen != stamps
        }
        if haveChanged { renew() }
    }

    private func renew() {
        do throws(TLSFault) {
            let material = try TLSMaterial(settings)
            guard material.secondsLeft > 0 else {
                throw settings.keyStore.fault("its certificate has run out", "put the new one there")
            }
            current.withLock { $0 = material }
            log.info(
                "TLS: keys and certificates were read anew",
                metadata: ["days_left": "\(material.secondsLeft / 86_400)"])
        } catch {
            log.error("TLS: changed files are not taken up, and those from before stay: \(error)")
        }
    }
}

extension TLSSettings {
    fileprivate var stamps: [FileStamp?] {
        [keyStore, trustStore].flatMap { store in
            [store?.location, store?.passwordPath].map { path in path.flatMap(FileStamp.init(path:)) }
        }
    }
}

/// A mark of a file that changes whenever the file does, or another one takes its place.
private struct FileStamp: Equatable {
    private let device: UInt64
    private let inode: UInt64
    private let size: Int
    private let changed: [Int]

    /// - Returns: nil where there is no file.
    init?(path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        device = UInt64(status.st_dev)
        inode = UInt64(status.st_ino)
        size = Int(status.st_size)
        changed = [
            status.st_mtim.tv_sec, status.st_mtim.tv_nsec, status.st_ctim.tv_sec, status.st_ctim.tv_nsec,
        ]
    }
}
