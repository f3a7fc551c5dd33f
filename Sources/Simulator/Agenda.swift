/// Events to come, by the virtual millisecond, and within one in the order in which they were added.
///
/// A wheel of slots: nothing may be planned further ahead than it has slots.
struct Agenda<Event> {
    private static var slotCount: Int64 { 1 << 15 }

    private var slots: [[Event]]
    /// How many events of the present slot have happened.
    private var taken = 0
    private(set) var nowMs: Int64

    init(startingAt nowMs: Int64) {
        self.nowMs = nowMs
        slots = Array(repeating: [], count: Int(Self.slotCount))
    }

    /// - Parameter atMs: Not before now, and less than half a minute ahead.
    mutating func add(_ event: Event, at atMs: Int64) {
        precondition(atMs - nowMs < Self.slotCount, "that is too far ahead")
        slots[Int(max(atMs, nowMs) % Self.slotCount)].append(event)
    }

    /// Takes what happens next; moves time on to it, or to `endMs` when nothing happens before.
    mutating func next(before endMs: Int64) -> Event? {
        while nowMs < endMs {
            let slot = Int(nowMs % Self.slotCount)
            if taken < slots[slot].count {
                taken += 1
                return slots[slot][taken - 1]
            }
            slots[slot].removeAll(keepingCapacity: true)
            taken = 0
            nowMs += 1
        }
        return nil
    }
}
