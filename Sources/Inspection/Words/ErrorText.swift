/// Why a question cannot be answered, with what to do about it.
package struct InspectionError: Error, Equatable, CustomStringConvertible {
    package enum Code: Sendable {
        /// The request makes no sense, or asks for what is not there.
        case usage
        /// Something that the answer needs is damaged.
        case damaged
        /// A node runs on the folder.
        case busy
        /// The output cannot be made.
        case output
    }

    package let code: Code
    package let description: String

    package init(_ code: Code, _ description: String) {
        self.code = code
        self.description = description
    }
}
