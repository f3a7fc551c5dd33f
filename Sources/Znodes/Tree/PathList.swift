internal import Vocabulary

/// A set of paths that can be looked through a part at a time, whatever comes and goes meanwhile: each has a
/// place, and the last one takes the place of one that goes. Whoever goes through it from its end misses
/// none that stays.
struct PathList {
    private(set) var paths: [ZnodePath] = []
    private var places: [ZnodePath: Int] = [:]

    mutating func insert(_ path: ZnodePath) {
        guard places[path] == nil else { return }
        places[path] = paths.count
        paths.append(path)
    }

    mutating func remove(_ path: ZnodePath) {
        guard let place = places.removeValue(forKey: path), let last = paths.popLast() else { return }
        guard place < paths.count else { return }
        paths[place] = last
        places[last] = place
    }
}
