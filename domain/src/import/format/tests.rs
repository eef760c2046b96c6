use serde_json::json;

use super::*;

fn cut(format: Format, chunks: &[&str]) -> Vec<(i64, String)> {
    let mut cutter = Cutter::new(format);
    let mut pieces: Vec<ImportedMessage> = chunks.iter().flat_map(|chunk| cutter.take(chunk.as_bytes())).collect();
    pieces.extend(cutter.end());
    let text = |piece: ImportedMessage| {
        (piece.line, piece.json.map_or("too long".into(), |json| String::from_utf8(json).unwrap()))
    };
    pieces.into_iter().map(text).collect()
}

#[test]
fn lines_are_found_independently_of_the_chunks() {
    let pieces = cut(Format::Lines, &["\u{feff}{\"a\":", "1}\r\n\n  \n{\"b\"", ":2}\n{\"c\":3}"]);
    let texts: Vec<_> = pieces.iter().map(|(line, text)| (*line, text.trim())).collect();
    assert_eq!(texts, [(1, "{\"a\":1}"), (4, "{\"b\":2}"), (5, "{\"c\":3}")]);
}

#[test]
fn a_line_that_is_too_long_affects_no_other_line() {
    let long = "x".repeat(MOST_BYTES + 1);
    for format in [Format::Lines, Format::Csv] {
        let pieces = cut(format, &["id\n\"", &long, "\nshort\n"]);
        assert_eq!(pieces.len(), if format == Format::Csv { 2 } else { 3 }, "{format:?}");
        assert!(pieces.iter().any(|(line, text)| (*line, text.as_str()) == (2, "too long")), "{format:?}");
        assert_eq!(pieces.last().unwrap().0, 3);
    }
    let mut cutter = Cutter::new(Format::Lines);
    let pieces = cutter.take(format!("x{}\n", "я".repeat(MOST_BYTES)).as_bytes());
    assert!(pieces[0].json == Err(LineFault::TooLong) && cutter.is_readable(), "it is cut inside a letter");
}

#[test]
fn csv_names_its_fields_by_their_paths() {
    let header = "id;conversation.id;sender.role;sender.id;sent_at;content.type;content.text;silent;content.latitude\n";
    let row = "1;chat;client;anna;2026-01-01T00:00:00Z;text;\"Hello; \"\"you\"\"\nand you\";true;\n2;;;;;;;;59.9\n";
    let pieces = cut(Format::Csv, &[header, row]);
    let values: Vec<(i64, Value)> =
        pieces.into_iter().map(|(line, text)| (line, serde_json::from_str(&text).unwrap())).collect();
    let first = json!({"id": "1", "conversation": {"id": "chat"}, "sender": {"role": "client", "id": "anna"},
        "sent_at": "2026-01-01T00:00:00Z", "content": {"type": "text", "text": "Hello; \"you\"\nand you"}, "silent": true});
    assert_eq!(values, [(2, first), (4, json!({"id": "2", "content": {"latitude": 59.9}}))]);
}

#[test]
fn rows_of_other_columns_are_lists_of_cells() {
    let pieces = cut(Format::Csv, &["sep=;\nDate;;Text\n1;2;\"a;b\"\n\n3\n4;5;6;7\n"]);
    let wanted = [(3, r#"["1","2","a;b"]"#), (5, r#"["3"]"#), (6, r#"["4","5","6"]"#)];
    assert_eq!(pieces, wanted.map(|(line, text)| (line, text.to_owned())));
    let wide: Vec<String> = (0..MOST_COLUMNS + 5).map(|place| place.to_string()).collect();
    assert_eq!(Header::of(wide).names().len(), MOST_COLUMNS);
    for (name, format) in
        [("a.CSV", Format::Csv), ("a.txt", Format::Csv), ("a.tsv", Format::Csv), ("a.ndjson", Format::Lines)]
    {
        assert_eq!(Format::of_text(name), format, "{name}");
    }
}

/// Scenario P8: JSON that is sent as CSV has no such line.
#[test]
fn p8_a_csv_file_names_its_fields_first() {
    let unnamed = |text: &str| {
        let mut cutter = Cutter::new(Format::Csv);
        cutter.take(text.as_bytes());
        cutter.end();
        (cutter.is_headless(), cutter.header().and_then(Header::unnamed))
    };
    assert_eq!(unnamed("id;conversation.id;sender.role;content.type\n"), (false, None));
    assert_eq!(unnamed("id\tconversation.id\tsender.role\tcontent.type\n"), (false, None));
    assert_eq!(unnamed("\u{feff}content.type, sender.role ,conversation.id,\"id\""), (false, None));
    assert_eq!(unnamed(""), (true, None));
    assert_eq!(unnamed("\n \n"), (true, None));
    assert_eq!(unnamed("id,conversation.id\n1,2"), (false, Some(vec!["sender.role", "content.type"])));
    for text in ["null", "{\"x\":1}", "{\"id\":\"1\"}\n{\"id\":\"2\"}\n"] {
        assert_eq!(unnamed(text).1.map(|fields| fields.len()), Some(NAMED.len()), "{text}");
    }
    let mut lines = Cutter::new(Format::Lines);
    lines.take(b"null\n");
    assert!(!lines.is_headless() && lines.header().is_none());
}

/// The lines as they are read, and whether they make sense.
fn read(file: &[u8], chunk: usize) -> (Vec<Option<String>>, bool) {
    let mut encoding = Encoding::default();
    let mut bytes: Vec<u8> = file.chunks(chunk).flat_map(|chunk| encoding.bytes(chunk).into_owned()).collect();
    bytes.extend(encoding.rest());
    let lines = bytes.split(|byte| *byte == b'\n').map(<[u8]>::to_vec);
    let lines = lines.map(|line| encoding.line(line).map(|line| String::from_utf8(line).unwrap())).collect();
    (lines, encoding.is_known())
}

fn utf_16(text: &str, to_bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
    text.encode_utf16().flat_map(to_bytes).collect()
}

const FILE: &str = "id;text\n1;Здравствуйте, сколько стоит доставка?\n2;«Ёлка» № 5 – ПРИВЕТ\n3;Щедрик, їжак";

#[test]
fn files_of_an_excel_are_read_in_chunks_of_any_size() {
    let wanted: Vec<Option<String>> = FILE.lines().map(|line| Some(line.to_owned())).collect();
    let marked = format!("\u{feff}{FILE}");
    for file in [
        FILE.as_bytes().to_vec(),
        WINDOWS_1251.encode(FILE).0.into_owned(),
        utf_16(FILE, u16::to_le_bytes),
        utf_16(FILE, u16::to_be_bytes),
        utf_16(&marked, u16::to_le_bytes),
        utf_16(&marked, u16::to_be_bytes),
    ] {
        for chunk in [1, 2, 3, 7, 1000] {
            assert_eq!(read(&file, chunk), (wanted.clone(), true), "{:02x?} by {chunk}", &file[..4]);
        }
    }
    for file in ["", "7", "\u{feff}", "id\n1;plain"] {
        assert!(read(file.as_bytes(), 1).1, "{file:?}");
    }
}

#[test]
fn other_encodings_are_noticed() {
    let text = "1;Здравствуйте, сколько стоит доставка?\n2;добрый день";
    for other in [encoding_rs::KOI8_R, encoding_rs::IBM866, encoding_rs::MACINTOSH] {
        let text = if other == encoding_rs::MACINTOSH { "1;café crème" } else { text };
        assert!(!read(&other.encode(text).0, 1000).1, "{}", other.name());
    }
    for text in ["1;Où est le café ?", "1;Größe über 5", "1;¿Cuánto cuesta el envío?"] {
        assert!(!read(&encoding_rs::WINDOWS_1252.encode(text).0, 1000).1, "{text}");
    }
    let lower = encoding_rs::KOI8_R.encode("сколько стоит доставка").0.into_owned();
    assert!(!read(&lower, 1000).1, "capitals alone");
}

#[test]
fn a_broken_line_of_a_file_in_utf_8_is_alone() {
    let file = ["1;Привет\n2;".as_bytes(), b"\xff\n", "3;Пока\n".as_bytes()].concat();
    let (lines, known) = read(&file, 5);
    assert_eq!((lines[1].as_ref(), lines[2].as_deref(), known), (None, Some("3;Пока"), true));
    let mojibake = [b"1;\xcf\n".as_slice(), "2;Привет, как дела?\n3;Пока".as_bytes()].concat();
    assert!(!read(&mojibake, 1000).1, "it was taken for windows-1251");
}
