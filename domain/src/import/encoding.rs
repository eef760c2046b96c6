//! The encoding of a file: UTF-8; UTF-16, as Excel saves "Unicode text"; or windows-1251, as a Russian Excel saves CSV.
//! Nothing in such a file names it. A file in another encoding is refused, because its texts would arrive broken.

use std::borrow::Cow;

use encoding_rs::{Decoder, UTF_16BE, UTF_16LE, WINDOWS_1251};

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

#[cfg(test)]
mod tests {
    use super::*;

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
}
