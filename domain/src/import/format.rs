//! Splits files of any size into messages while they arrive: newline-delimited JSON, or CSV whose header names the
//! fields of the API's message with dots (`id`, `conversation.id`, `sender.role`, `content.text`):
//! docs/import.md#the-file.
//!
//! Rows of a table whose header does not name them are split into cells: what its columns mean is chosen later (`table/`).
//!
//! A file is in UTF-8; UTF-16, as Excel saves "Unicode text"; or windows-1251, as a Russian Excel saves CSV. Nothing in such a
//! file names its encoding. A file in another encoding is refused, because its texts would arrive broken.

#[cfg(test)]
mod tests;

use std::borrow::Cow;

use base::json::MOST_BYTES;
use encoding_rs::{Decoder, UTF_16BE, UTF_16LE, WINDOWS_1251};
use serde_json::{Map, Value};

/// Format of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// One JSON object per line.
    Lines,
    /// Commas, semicolons or tabs; the first row names the fields.
    Csv,
    /// The JSON export of Telegram Desktop.
    Telegram,
    /// A chat that WhatsApp's app exported: a text, alone or in an archive with its files.
    WhatsApp,
    /// Conversations and messages as Chatwoot's API returns them.
    Chatwoot,
    /// The first sheet of a workbook of Excel; the first row names the fields.
    Workbook,
}

/// The content type of workbooks.
const WORKBOOK: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

impl Format {
    /// By the request's content type; none if it is neither.
    pub fn of_type(content_type: &str) -> Option<Self> {
        let kind = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        match kind.as_str() {
            "application/x-ndjson" => Some(Self::Lines),
            "text/csv" => Some(Self::Csv),
            WORKBOOK => Some(Self::Workbook),
            _ => None,
        }
    }

    /// By the file's name: CSV only with that extension.
    pub fn of_name(name: &str) -> Self {
        if has_ending(name, &["csv"]) { Self::Csv } else { Self::Lines }
    }

    /// By the name of a file that does not begin like JSON: `.txt` is how Excel names a table with tabs.
    pub fn of_text(name: &str) -> Self {
        if has_ending(name, &["csv", "tsv", "tab", "txt"]) { Self::Csv } else { Self::Lines }
    }
}

fn has_ending(name: &str, endings: &[&str]) -> bool {
    let end = name.rsplit('.').next().unwrap_or_default();
    endings.iter().any(|ending| end.eq_ignore_ascii_case(ending))
}

/// One message of a file, or one row of a table whose columns are not known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportedMessage {
    /// The line on which it begins, counted from 1.
    pub line: i64,
    /// Its JSON, in UTF-8: of a row, the list of its cells.
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

/// Columns of a table that are read.
pub(super) const MOST_COLUMNS: usize = 100;

/// The first row of a table.
pub(super) struct Header {
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

    /// The first line of a CSV file, once it was read.
    pub const fn header(&self) -> Option<&Header> {
        self.header.as_ref()
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
        let json = match (&self.header, record) {
            (Some(header), record) => record.map(|record| header.json_of(cells(&record, header.delimiter))),
            // How Excel notes the delimiter.
            (None, Ok(record)) if self.format == Format::Csv && record.starts_with(b"sep=") => return None,
            (None, Ok(record)) if self.format == Format::Csv => {
                self.header = Some(Header::read(&record));
                return None;
            }
            (None, record) => record,
        };
        self.found += 1;
        Some(ImportedMessage { line, json })
    }
}

impl Header {
    fn read(record: &[u8]) -> Self {
        let count = |sign: u8| record.iter().filter(|byte| **byte == sign).count();
        let delimiter = [b'\t', b';', b','].into_iter().max_by_key(|sign| count(*sign)).unwrap_or(b',');
        Self { delimiter, ..Self::of(cells(record, delimiter)) }
    }

    /// Of a table that is in cells already.
    pub fn of(names: Vec<String>) -> Self {
        Self { delimiter: b',', names: names.into_iter().map(|name| name.trim().to_owned()).collect() }
    }

    /// What the columns are called, as far as they are read.
    pub fn names(&self) -> &[String] {
        self.names.get(..MOST_COLUMNS).unwrap_or(&self.names)
    }

    /// Required fields that it does not name. None if it names all.
    pub fn unnamed(&self) -> Option<Vec<&'static str>> {
        let unnamed: Vec<&str> =
            NAMED.into_iter().filter(|field| !self.names.iter().any(|name| name == field)).collect();
        (!unnamed.is_empty()).then_some(unnamed)
    }

    /// A row: a message, without its empty cells, if the columns are named; else the list of its cells.
    pub fn json_of(&self, cells: Vec<String>) -> Vec<u8> {
        if self.unnamed().is_some() {
            return Value::from_iter(cells.into_iter().take(self.names().len())).to_string().into_bytes();
        }
        let mut message = Map::new();
        for (name, cell) in self.names.iter().zip(cells) {
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

/// Signs that are as usual beside Cyrillic letters in windows-1251 as in ASCII.
const USUAL: &str = "«»„“”‘’‚–—…№•·°±\u{a7}©®™€\u{a0}";
/// Cyrillic letters of Russian, Ukrainian and Belarusian beyond А to я.
const MORE_LETTERS: &str = "ЁёІіЇїЄєҐґЎў";

/// What the bytes so far say about the encoding.
#[derive(Default)]
pub(super) struct Encoding {
    /// The first byte, until the second is there.
    first: Option<u8>,
    began: bool,
    utf_16: Option<Decoder>,
    of_lines: LineEncoding,
    /// Lines with characters beyond ASCII that are UTF-8, and lines that are not although those are.
    whole: u64,
    broken: u64,
    letters: CyrillicLetters,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum LineEncoding {
    /// All was ASCII so far.
    #[default]
    Ascii,
    Utf8,
    Windows1251,
}

impl Encoding {
    /// Bytes of the file, in UTF-8 if the file is UTF-16.
    pub fn bytes<'a>(&mut self, bytes: &'a [u8]) -> Cow<'a, [u8]> {
        if self.began {
            return self.decoded(Cow::Borrowed(bytes));
        }
        let bytes: Cow<'a, [u8]> = match self.first.take() {
            Some(first) => [&[first], bytes].concat().into(),
            None => bytes.into(),
        };
        match bytes.as_ref() {
            [] => return Cow::Borrowed(&[]),
            [first] => {
                self.first = Some(*first);
                return Cow::Borrowed(&[]);
            }
            [0xff, 0xfe, ..] | [_, 0, ..] => self.utf_16 = Some(UTF_16LE.new_decoder_with_bom_removal()),
            [0xfe, 0xff, ..] | [0, ..] => self.utf_16 = Some(UTF_16BE.new_decoder_with_bom_removal()),
            _ => {}
        }
        self.began = true;
        self.decoded(bytes)
    }

    /// The rest, when the file ends.
    pub fn rest(&mut self) -> Vec<u8> {
        self.first.take().into_iter().collect()
    }

    fn decoded<'a>(&mut self, bytes: Cow<'a, [u8]>) -> Cow<'a, [u8]> {
        let Some(decoder) = &mut self.utf_16 else { return bytes };
        let mut text = String::with_capacity(decoder.max_utf8_buffer_length(bytes.len()).unwrap_or_default());
        let _ = decoder.decode_to_string(&bytes, &mut text, false);
        text.into_bytes().into()
    }

    /// A line in UTF-8; none if it is broken.
    pub fn line(&mut self, line: Vec<u8>) -> Option<Vec<u8>> {
        if line.is_ascii() {
            return Some(line);
        }
        let is_utf_8 = std::str::from_utf8(&line).is_ok();
        if self.of_lines == LineEncoding::Ascii {
            self.of_lines = if is_utf_8 { LineEncoding::Utf8 } else { LineEncoding::Windows1251 };
        }
        if self.of_lines == LineEncoding::Windows1251 {
            let text = WINDOWS_1251.decode_without_bom_handling(&line).0;
            self.letters.count(&text);
            return Some(text.into_owned().into_bytes());
        }
        let counted = if is_utf_8 { &mut self.whole } else { &mut self.broken };
        *counted += 1;
        is_utf_8.then_some(line)
    }

    /// A part of a text that is not read by lines, in UTF-8. What is broken in it stays for its reader to find.
    pub fn part(&mut self, part: Vec<u8>) -> Vec<u8> {
        if self.of_lines == LineEncoding::Ascii && !part.is_ascii() {
            let whole = match std::str::from_utf8(&part) {
                // The last letter may be cut.
                Err(error) if error.error_len().is_some() => error.valid_up_to(),
                _ => part.len(),
            };
            let is_utf_8 = part.iter().take(whole).any(|byte| !byte.is_ascii());
            self.of_lines = if is_utf_8 { LineEncoding::Utf8 } else { LineEncoding::Windows1251 };
        }
        if self.of_lines != LineEncoding::Windows1251 {
            return part;
        }
        let text = WINDOWS_1251.decode_without_bom_handling(&part).0;
        self.letters.count(&text);
        text.into_owned().into_bytes()
    }

    /// Whether the texts of the whole file make sense.
    pub fn is_known(&self) -> bool {
        match self.of_lines {
            LineEncoding::Ascii => true,
            LineEncoding::Utf8 => self.broken <= self.whole,
            LineEncoding::Windows1251 => self.letters.make_words(),
        }
    }
}

/// What distinguishes a text in windows-1251 from one in another encoding that was read as windows-1251.
#[derive(Default)]
struct CyrillicLetters {
    large: u64,
    small: u64,
    /// Signs that texts do not have, large letters after small ones, Cyrillic letters beside Latin ones.
    odd: u64,
}

impl CyrillicLetters {
    fn count(&mut self, text: &str) {
        let (mut escape, mut before) = (' ', ' ');
        for sign in text.chars() {
            let is_cyrillic = ('А'..='я').contains(&sign) || MORE_LETTERS.contains(sign);
            if is_cyrillic {
                let counted = if sign.is_uppercase() { &mut self.large } else { &mut self.small };
                *counted += 1;
            }
            let is_inside = !before.is_ascii() && before.is_lowercase() && sign.is_uppercase();
            let is_mixed = is_cyrillic && before.is_ascii_alphabetic() && escape != '\\';
            let is_odd = !sign.is_ascii() && !is_cyrillic && !USUAL.contains(sign);
            self.odd += u64::from(is_inside || is_mixed || is_odd);
            (escape, before) = (before, sign);
        }
    }

    const fn make_words(&self) -> bool {
        self.large <= 3 * self.small && self.odd * 20 <= self.large + self.small
    }
}
