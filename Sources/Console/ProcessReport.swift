/// The process as the operating system accounts for it.
package struct ProcessReport: Sendable {
    /// Seconds that its threads ran, in the kernel too.
    package var cpuSeconds = 0.0
    /// Seconds since 1970 UTC.
    package var startSeconds = 0.0
    package var virtualBytes: Int64 = 0
    package var residentBytes: Int64 = 0

    package init() {}
}
