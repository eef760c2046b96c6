//! Splits files of any size into messages while they arrive: newline-delimited JSON, or CSV whose header names the
//! fields of the API's message with dots (`id`, `conversation.id`, `sender.role`, `content.text`):
//! docs/import.md#the-file.

use serde_json::{Map, Value};

use base::json::MOST_BYTES;

use super::encoding::Encoding;

/// Format of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// One JSON object per line.
    Lines,
    /// Commas, semicolons or tabs; the first row names the fields.
    Csv,
}

impl Format {
    /// By the request's content type; none if it is neither.
    pub fn of_type(content_type: &str) -> Option<Self> {
        let kind = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        match kind.as_str() {
            "application/x-ndjson" => Some(Self::Lines),
            "text/csv" => Some(Self::Csv),
            _ => None,
        }
    }

    /// By the file's name: CSV only with that extension.
    pub fn of_name(name: &str) -> Self {
        let end = name.rsplit('.').next().unwrap_or_default();
        if end.eq_ignore_ascii_case("csv") { Self::Csv } else { Self::Lines }
    }
}

/// One message of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportedMessage {
    /// The line on which it begins, counted from 1.
    pub line: i64,
    /// Its JSON, in UTF-8.
    pub json: Result<Vec<u8>, LineFault>,
}

/// Why a line cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineFault {
    /// It exceeds the maximum length of a message.
    TooLong,
    NotUtf8,
}

/// Splits the incoming bytes.
pub struct Cutter {
    format: Format,
    encoding: Encoding,
    /// The line on which the record in `record` began, and the current one.
    began: i64,
    line: i64,
    record: Vec<u8>,
    too_long: bool,
    quoted: bool,
    header: Option<Header>,
    /// Lines after the header.
    found: u64,
}

/// Fields that the first line of a CSV file must name, because every message has them.
pub const NAMED: [&str; 4] = ["id", "conversation.id", "sender.role", "content.type"];

struct Header {
    delimiter: u8,
    names: Vec<String>,
}

impl Cutter {
    pub fn new(format: Format) -> Self {
        Self {
            format,
            encoding: Encoding::default(),
            began: 1,
            line: 1,
            record: Vec::new(),
            too_long: false,
            quoted: false,
            header: None,
            found: 0,
        }
    }

    /// The messages completed by these bytes.
    pub fn take(&mut self, bytes: &[u8]) -> Vec<ImportedMessage> {
        let bytes = self.encoding.bytes(bytes);
        self.split(&bytes)
    }

    fn split(&mut self, bytes: &[u8]) -> Vec<ImportedMessage> {
        let mut pieces = Vec::new();
        for byte in bytes {
            match byte {
                b'\n' => {
                    self.line += 1;
                    // A record that is already too long may have lost its closing quote, so the next line counts as a
                    // new one.
                    if !self.quoted || self.too_long {
                        pieces.extend(self.cut());
                        continue;
                    }
                }
                b'"' if self.format == Format::Csv => self.quoted = !self.quoted,
                _ => {}
            }
            if self.record.len() >= MOST_BYTES {
                self.too_long = true;
            } else {
                self.record.push(*byte);
            }
        }
        pieces
    }

    /// The last message, if the file does not end in a newline.
    pub fn end(&mut self) -> Option<ImportedMessage> {
        let rest = self.encoding.rest();
        self.record.extend(rest);
        self.cut()
    }

    /// Whether the whole file was in an encoding that is known.
    pub fn is_readable(&self) -> bool {
        self.encoding.is_known()
    }

    /// Whether a CSV file has a header and not one line after it.
    pub const fn is_only_header(&self) -> bool {
        self.header.is_some() && self.found == 0
    }

    /// Required fields missing from the first line of a CSV file. None if all are named, the line has not been read
    /// yet, or the format has no such line.
    pub fn unnamed(&self) -> Option<Vec<&'static str>> {
        let header = self.header.as_ref()?;
        let unnamed: Vec<&str> =
            NAMED.into_iter().filter(|field| !header.names.iter().any(|name| name == field)).collect();
        (!unnamed.is_empty()).then_some(unnamed)
    }

    /// Whether a CSV file ended before its first line.
    pub fn is_headless(&self) -> bool {
        self.format == Format::Csv && self.header.is_none()
    }

    fn cut(&mut self) -> Option<ImportedMessage> {
        let record = std::mem::take(&mut self.record);
        let line = std::mem::replace(&mut self.began, self.line);
        let too_long = std::mem::take(&mut self.too_long);
        self.quoted = false;
        let record = record.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&record);
        if record.iter().all(u8::is_ascii_whitespace) && !too_long {
            return None;
        }
        // A line that was cut may end in half a character, which says nothing about the encoding.
        let record = match too_long {
            true => Err(LineFault::TooLong),
            false => self.encoding.line(record.to_vec()).ok_or(LineFault::NotUtf8),
        };
        let json = match (self.format, &self.header) {
            (Format::Lines, _) => record,
            (Format::Csv, Some(header)) => record.map(|record| header.json_of(&record)),
            (Format::Csv, None) => match record {
                Ok(record) => {
                    self.header = Some(Header::read(&record));
                    return None;
                }
                fault => fault,
            },
        };
        self.found += 1;
        Some(ImportedMessage { line, json })
    }
}

impl Header {
    fn read(record: &[u8]) -> Self {
        let count = |sign: u8| record.iter().filter(|byte| **byte == sign).count();
        let delimiter = [b'\t', b';', b','].into_iter().max_by_key(|sign| count(*sign)).unwrap_or(b',');
        let names = cells(record, delimiter).into_iter().map(|name| name.trim().to_owned()).collect();
        Self { delimiter, names }
    }

    /// Empty cells are absent fields.
    fn json_of(&self, record: &[u8]) -> Vec<u8> {
        let mut message = Map::new();
        for (name, cell) in self.names.iter().zip(cells(record, self.delimiter)) {
            if !name.is_empty() && !cell.is_empty() {
                put(&mut message, name, value_of(name, cell));
            }
        }
        Value::Object(message).to_string().into_bytes()
    }
}

fn cells(record: &[u8], delimiter: u8) -> Vec<String> {
    let mut reader =
        csv::ReaderBuilder::new().has_headers(false).flexible(true).delimiter(delimiter).from_reader(record);
    let first = reader.byte_records().next().and_then(Result::ok).unwrap_or_default();
    first.iter().map(|cell| String::from_utf8_lossy(cell).into_owned()).collect()
}

/// Fields of the API's message that are not text.
const NO_TEXTS: [&str; 5] =
    ["silent", "content.file_size", "content.duration", "content.latitude", "content.longitude"];

fn value_of(name: &str, cell: String) -> Value {
    let read = NO_TEXTS.contains(&name).then(|| serde_json::from_str(cell.trim()).ok()).flatten();
    read.unwrap_or(Value::String(cell))
}

fn put(object: &mut Map<String, Value>, path: &str, value: Value) {
    let Some((first, rest)) = path.split_once('.') else {
        object.insert(path.to_owned(), value);
        return;
    };
    let inner = object.entry(first).or_insert_with(|| Value::Object(Map::new()));
    if let Value::Object(inner) = inner {
        put(inner, rest, value);
    }
}

#[cfg(test)]
mod tests {
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
        let header =
            "id;conversation.id;sender.role;sender.id;sent_at;content.type;content.text;silent;content.latitude\n";
        let row = "1;chat;client;anna;2026-01-01T00:00:00Z;text;\"Hello; \"\"you\"\"\nand you\";true;\n2;;;;;;;;59.9\n";
        let pieces = cut(Format::Csv, &[header, row]);
        let values: Vec<(i64, Value)> =
            pieces.into_iter().map(|(line, text)| (line, serde_json::from_str(&text).unwrap())).collect();
        let first = json!({"id": "1", "conversation": {"id": "chat"}, "sender": {"role": "client", "id": "anna"},
            "sent_at": "2026-01-01T00:00:00Z", "content": {"type": "text", "text": "Hello; \"you\"\nand you"}, "silent": true});
        assert_eq!(values, [(2, first), (4, json!({"id": "2", "content": {"latitude": 59.9}}))]);
    }

    /// Scenario P8: JSON that is sent as CSV has no such line.
    #[test]
    fn p8_a_csv_file_names_its_fields_first() {
        let unnamed = |text: &str| {
            let mut cutter = Cutter::new(Format::Csv);
            cutter.take(text.as_bytes());
            cutter.end();
            (cutter.is_headless(), cutter.unnamed())
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
        assert!(!lines.is_headless() && lines.unnamed().is_none());
    }

    #[test]
    fn a_file_of_a_header_alone_is_noticed() {
        for (text, is_alone) in [("id,x\n", true), ("id,x\n\n \n", true), ("id,x\n1,2", false), ("", false)] {
            let mut cutter = Cutter::new(Format::Csv);
            cutter.take(text.as_bytes());
            cutter.end();
            assert_eq!(cutter.is_only_header(), is_alone, "{text:?}");
        }
    }

    #[test]
    fn formats_are_recognised_by_type_and_name() {
        assert_eq!(Format::of_type("text/csv; charset=utf-8"), Some(Format::Csv));
        assert_eq!(Format::of_type("Application/X-NDJSON"), Some(Format::Lines));
        assert_eq!(Format::of_type("application/json"), None);
        assert_eq!((Format::of_name("old.CSV"), Format::of_name("old.jsonl")), (Format::Csv, Format::Lines));
    }
}
