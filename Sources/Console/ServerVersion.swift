/// The version that every tool is told.
///
/// The version is that of the ZooKeeper whose behavior this server has, since clients branch on it: kazoo
/// reads the three numbers in front, ZooKeeper's own tests want a dash behind them, go-zookeeper a date of
/// this form.
package enum ServerVersion {
    package static let number = "3.9.5"
    package static let text = "\(number)-aviary, built on 11/24/2026 00:00 UTC"
}
