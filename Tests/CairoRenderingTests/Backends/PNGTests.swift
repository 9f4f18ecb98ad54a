import CZlib
import Drawing
import Testing

@testable import CairoRendering

@Suite struct PNGTests {
    struct Chunk {
        let type: String
        let data: [UInt8]
    }

    /// The chunks of a PNG file, each checked against its sum.
    static func chunks(_ file: [UInt8]) throws -> [Chunk] {
        #expect(Array(file.prefix(8)) == [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A])
        var chunks: [Chunk] = []
        var index = 8
        while index < file.count {
            let length = number(file[index..<index + 4])
            let body = Array(file[index + 4..<index + 8 + length])
            let sum = unsafe body.withUnsafeBufferPointer { unsafe crc32(0, $0.baseAddress, UInt32($0.count)) }
            #expect(Int(sum) == number(file[index + 8 + length..<index + 12 + length]))
            chunks.append(Chunk(type: String(decoding: body.prefix(4), as: UTF8.self), data: Array(body.dropFirst(4))))
            index += 12 + length
        }
        return chunks
    }

    static func number(_ bytes: ArraySlice<UInt8>) -> Int { bytes.reduce(0) { $0 << 8 | Int($1) } }

    /// The pixels of a PNG file with 8 bits a channel whose rows have filter 0.
    static func pixels(_ file: [UInt8], width: Int, height: Int, channels: Int) throws -> [UInt8] {
        let data = try chunks(file).filter { $0.type == "IDAT" }.flatMap(\.data)
        var size = UInt((width * channels + 1) * height)
        var raw = [UInt8](repeating: 0, count: Int(size))
        let code = unsafe raw.withUnsafeMutableBufferPointer { output in
            unsafe data.withUnsafeBufferPointer { unsafe uncompress(output.baseAddress, &size, $0.baseAddress, UInt($0.count)) }
        }
        #expect(code == Z_OK && Int(size) == raw.count)
        let stride = width * channels
        var pixels: [UInt8] = []
        for row in 0..<height {
            #expect(raw[row * (stride + 1)] == 0)
            pixels += raw[row * (stride + 1) + 1..<(row + 1) * (stride + 1)]
        }
        return pixels
    }

    @Test("A file has its size, its colour space and its resolution", arguments: [(1.0, 3780), (2, 7559), (3.125, 11811)])
    func header(scale: Double, perMetre: Int) throws {
        let scene = Specimens.mixed()
        let chunks = try Self.chunks(rendering.png(scene, theme: .light, scale: scale))
        #expect(chunks.map(\.type) == ["IHDR", "sRGB", "pHYs", "IDAT", "IEND"])
        let (width, height) = (Int((scene.size.width * scale).rounded()), Int((scene.size.height * scale).rounded()))
        #expect(Self.number(chunks[0].data[0..<4]) == width && Self.number(chunks[0].data[4..<8]) == height)
        #expect(Self.number(chunks[2].data[0..<4]) == perMetre && Self.number(chunks[2].data[4..<8]) == perMetre)
        #expect(chunks[2].data[8] == 1)
    }

    @Test("The pixels in the file are the drawn ones", arguments: [Paint.paper, nil])
    func pixels(background: Paint?) throws {
        let scene = Specimens.mixed(background: background)
        let bitmap = try rendering.bitmap(scene, theme: .dark, scale: 1)
        #expect(bitmap.hasAlpha == (background == nil))
        let file = try rendering.png(scene, theme: .dark, scale: 1)
        let channels = bitmap.hasAlpha ? 4 : 3
        #expect(try Self.pixels(file, width: bitmap.width, height: bitmap.height, channels: channels) == bitmap.pixels)
    }

    @Test("Rectangles have exactly the theme's colours, cells exactly the map's, with no seam between them")
    func colours() throws {
        let grid = CellGrid(
            columnStarts: [2, 12.3, 22.6], rowStarts: [2], cell: Size(width: 10.3, height: 10), values: [1, 1, 1],
            scale: .sequential(to: 1))
        let scene = Scene(
            size: Size(width: 40, height: 30), title: "t", description: "d", language: .en,
            elements: [.cells(grid), .rectangle(Rectangle(x: 2, y: 15, width: 30, height: 10), fill: .trained)])
        let bitmap = try rendering.bitmap(scene, theme: .light, scale: 2)
        func pixel(_ x: Int, _ y: Int) -> [UInt8] {
            Array(bitmap.pixels[(y * bitmap.width + x) * 3..<(y * bitmap.width + x) * 3 + 3])
        }
        let deep = Theme.light.colour(of: .map(.sequential, position: 1))
        for x in 4..<66 { #expect(pixel(x, 12) == [deep.red, deep.green, deep.blue]) }
        #expect(pixel(20, 40) == [0xC8, 0x50, 0x0A])
        #expect(pixel(0, 0) == [255, 255, 255])
    }

    @Test("A transparent ground keeps the colour of half-covered pixels")
    func transparency() throws {
        let scene = Scene(
            size: Size(width: 4, height: 4), background: nil, title: "t", description: "d", language: .en,
            elements: [.rectangle(Rectangle(x: 0, y: 0, width: 2.5, height: 4), fill: .trained)])
        let bitmap = try rendering.bitmap(scene, theme: .light, scale: 1)
        #expect(Array(bitmap.pixels[0..<4]) == [0xC8, 0x50, 0x0A, 255])
        let half = Array(bitmap.pixels[8..<12])
        #expect(abs(Int(half[3]) - 128) <= 1)
        #expect(abs(Int(half[0]) - 0xC8) <= 2 && abs(Int(half[1]) - 0x50) <= 2 && abs(Int(half[2]) - 0x0A) <= 2)
        #expect(Array(bitmap.pixels[12..<16]) == [0, 0, 0, 0])
    }

    @Test(
        "An impossible size is refused in words",
        arguments: [Size(width: 0, height: 10), Size(width: 20_000, height: 10), Size(width: .nan, height: 5)])
    func impossibleSizes(size: Size) {
        let scene = Scene(size: size, title: "t", description: "d", language: .en, elements: [])
        #expect {
            try rendering.png(scene, theme: .light)
        } throws: { error in
            "\(error)".contains("cannot be drawn: each side must be 1 to 32,767 pixels long")
        }
    }
}
