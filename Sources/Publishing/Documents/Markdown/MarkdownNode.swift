internal import CMarkdown

/// A node of libcmark's tree: the safe face of its pointer.
///
/// SAFETY of this file: the pointer is one of a tree that ``MarkdownDocument`` keeps alive for as long as it reads nodes. The
/// functions of the library accept every node and return 0 or null where a property does not apply; strings are copied.
@safe struct MarkdownNode {
    let pointer: OpaquePointer

    init?(_ pointer: OpaquePointer?) {
        guard let pointer = unsafe pointer else { return nil }
        unsafe self.pointer = pointer
    }

    /// The name of its kind, such as `block_quote`. Those of extensions have no constant.
    var type: String { unsafe Self.text(cmark_node_get_type_string(pointer)) }
    var literal: String { unsafe Self.text(cmark_node_get_literal(pointer)) }
    var destination: String { unsafe Self.text(cmark_node_get_url(pointer)) }
    var headingLevel: Int { Int(unsafe cmark_node_get_heading_level(pointer)) }
    var isTightList: Bool { unsafe cmark_node_get_list_tight(pointer) != 0 }

    /// The number a list begins with; `nil` for bullets.
    var listStart: Int? {
        unsafe cmark_node_get_list_type(pointer) == CMARK_ORDERED_LIST ? Int(cmark_node_get_list_start(pointer)) : nil
    }

    var children: [MarkdownNode] {
        var result: [MarkdownNode] = []
        var next = unsafe MarkdownNode(cmark_node_first_child(pointer))
        while let node = next {
            result.append(node)
            next = unsafe MarkdownNode(cmark_node_next(node.pointer))
        }
        return result
    }

    /// How the columns of a table stand.
    var alignments: [MarkdownBlock.Alignment] {
        let count = Int(unsafe cmark_gfm_extensions_get_table_columns(pointer))
        guard let letters = unsafe cmark_gfm_extensions_get_table_alignments(pointer) else { return [] }
        return (0..<count).map { column in
            switch unsafe letters[column] {
            case UInt8(ascii: "c"): .centre
            case UInt8(ascii: "r"): .end
            default: .start
            }
        }
    }

    /// All text inside, found without recursion.
    var allText: String {
        var text = ""
        var pending = [self]
        while let node = pending.popLast() {
            text += node.type == "softbreak" || node.type == "linebreak" ? " " : node.literal
            pending += node.children.reversed()
        }
        return text
    }

    private static func text(_ bytes: UnsafePointer<CChar>?) -> String {
        guard let bytes = unsafe bytes else { return "" }
        return unsafe String(cString: bytes)
    }
}
