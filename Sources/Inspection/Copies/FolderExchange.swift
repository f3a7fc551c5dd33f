package import Vocabulary

/// A folder put in the place of another one, which is kept beside it with a text that explains it.
package struct FolderExchange: Sendable {
    /// The name that the folder has from now on as it was before.
    package let before: String
    /// The text beside it.
    package let explanation: String
    package let rows: Int
    package let start: Zxid
    package let last: Zxid
    package let snapshots: [Zxid]
    package let givenUp: GivenUp
    /// Why a member that starts on the new folder does not vote before it has a leader's history.
    package let mustSynchronize: String?
}
