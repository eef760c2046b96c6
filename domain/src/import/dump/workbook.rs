//! The first sheet of a workbook of Excel (`.xlsx`), row by row: dumps §5.
//!
//! Nothing that the file says of its own size is believed, because calamine, the library for such files, reserves memory for as many
//! texts as the file announces: a file of one kilobyte ends the process. Here every part is a stream with a limit, and only the
//! texts that cells share are in the memory.

#[cfg(test)]
mod tests;

use std::cell::Cell;
use std::collections::HashMap;
use std::io::{self, BufReader, Read};
use std::rc::Rc;
use std::time::Duration;

use base::error::{Error, Result};
use base::json::MOST_BYTES;
use chrono::{NaiveDate, NaiveDateTime, TimeDelta};
use quick_xml::Reader;
use quick_xml::XmlVersion;
use quick_xml::events::{BytesStart, Event};
use zip::ZipArchive;
use zip::read::ZipFile;

use super::text::{DumpFile, WORKBOOK};
use super::{Sink, refused};
use crate::import::format::MOST_COLUMNS;

/// Unpacked bytes of a part: a small archive may unpack into a sheet without end.
const MOST_PART: u64 = 1024 * 1024 * 1024;
/// Bytes between two tags: a cell of Excel has 32,767 characters.
const MOST_TEXT: u64 = 1024 * 1024;
/// Memory of the texts that cells share, with what each costs beside its letters.
const MOST_SHARED: usize = 256 * 1024 * 1024;
const EACH: usize = 64;
/// Formats of cells, and the day of the last one that a date may be: 9999-12-31.
const MOST_FORMATS: usize = 65_536;
const LAST_DAY: f64 = 2_958_466.0;

type Files = ZipArchive<Box<dyn DumpFile>>;

/// Gives each row that has a cell, with its number. 422 if there is none below the first.
pub(super) fn read(mut files: Files, sink: &mut Sink) -> Result<()> {
    let book = Book::read(&mut files)?;
    let dates = date_formats(&mut files)?;
    let shared = shared_texts(&mut files)?;
    let mut sheet = Xml::open(&mut files, &book.sheet)?.ok_or_else(damaged)?;
    let (mut line, mut column, mut cells, mut given) = (0, 0, Vec::<String>::new(), 0);
    loop {
        match sheet.next()? {
            Event::Start(tag) => match tag.local_name().as_ref() {
                b"row" => {
                    line = attribute(&tag, b"r").and_then(|number| number.parse().ok()).unwrap_or(line + 1);
                    (column, cells) = (0, Vec::new());
                }
                b"c" => {
                    let place = attribute(&tag, b"r").and_then(|place| column_of(&place));
                    let kind = attribute(&tag, b"t").unwrap_or_default();
                    let format = attribute(&tag, b"s").and_then(|number| number.parse::<usize>().ok());
                    let is_date = format.is_some_and(|format| dates.get(format).copied().unwrap_or_default());
                    column = place.unwrap_or(column);
                    let value = sheet.value()?;
                    if column < MOST_COLUMNS && !value.is_empty() {
                        let cell = match kind.as_str() {
                            "s" => value.parse().ok().and_then(|place: usize| shared.get(place)).cloned(),
                            "e" => None,
                            "" | "n" => Some(number(&value, is_date, book.epoch)),
                            _ => Some(value),
                        };
                        cells.resize(cells.len().max(column + 1), String::new());
                        cells[column] = cell.unwrap_or_default();
                    }
                    column += 1;
                }
                _ => {}
            },
            Event::End(tag) => match tag.local_name().as_ref() {
                b"row" if cells.iter().any(|cell| !cell.trim().is_empty()) => {
                    sink.row(line, std::mem::take(&mut cells))?;
                    given += 1;
                }
                b"sheetData" if given < 2 => return Err(refused("said-import-empty")),
                b"sheetData" => return Ok(()),
                _ => {}
            },
            Event::Eof => return Err(damaged()),
            _ => {}
        }
    }
}

/// What is needed of a workbook's description.
struct Book {
    /// The part with its first visible sheet.
    sheet: String,
    /// The day from which its dates count.
    epoch: NaiveDate,
}

impl Book {
    fn read(files: &mut Files) -> Result<Self> {
        let mut parts = HashMap::new();
        let mut links = Xml::open(files, "xl/_rels/workbook.xml.rels")?.ok_or_else(damaged)?;
        links.each(b"Relationship", |tag| {
            let kind = attribute(tag, b"Type").unwrap_or_default();
            if let (Some(id), Some(target)) = (attribute(tag, b"Id"), attribute(tag, b"Target"))
                && kind.ends_with("/worksheet")
            {
                let path = target.strip_prefix('/').map_or_else(|| format!("xl/{target}"), str::to_owned);
                parts.insert(id, path);
            }
        })?;
        drop(links);
        let (mut sheets, mut is_1904) = (Vec::new(), false);
        let mut book = Xml::open(files, WORKBOOK)?.ok_or_else(damaged)?;
        book.each(b"", |tag| match tag.local_name().as_ref() {
            b"sheet" => {
                let is_hidden = attribute(tag, b"state").is_some_and(|state| state != "visible");
                let path = attribute(tag, b"id").and_then(|id| parts.remove(&id));
                sheets.extend(path.map(|path| (is_hidden, path)));
            }
            b"workbookPr" => {
                is_1904 = attribute(tag, b"date1904").is_some_and(|given| ["1", "true"].contains(&given.as_str()));
            }
            _ => {}
        })?;
        drop(book);
        let (_, sheet) = sheets.into_iter().min_by_key(|(is_hidden, _)| *is_hidden).ok_or_else(damaged)?;
        // Excel counts a 29 February 1900 that never was.
        let epoch = if is_1904 { NaiveDate::from_ymd_opt(1904, 1, 1) } else { NaiveDate::from_ymd_opt(1899, 12, 30) };
        Ok(Self { sheet, epoch: epoch.unwrap_or_default() })
    }
}

/// Whether each format of cells shows a number as a date.
fn date_formats(files: &mut Files) -> Result<Vec<bool>> {
    let Some(mut styles) = Xml::open(files, "xl/styles.xml")? else { return Ok(Vec::new()) };
    let (mut own, mut dates, mut inside) = (HashMap::new(), Vec::new(), false);
    loop {
        match styles.next()? {
            Event::Start(tag) => match tag.local_name().as_ref() {
                b"numFmt" if own.len() < MOST_FORMATS => {
                    if let (Some(id), Some(code)) = (attribute(&tag, b"numFmtId"), attribute(&tag, b"formatCode")) {
                        own.insert(id, shows_date(&code));
                    }
                }
                b"cellXfs" => inside = true,
                b"xf" if inside && dates.len() < MOST_FORMATS => {
                    let id = attribute(&tag, b"numFmtId").unwrap_or_default();
                    let known = || matches!(id.parse(), Ok(14_u32..=22 | 27..=36 | 45..=47 | 50..=58));
                    dates.push(own.get(&id).copied().unwrap_or_else(known));
                }
                _ => {}
            },
            Event::End(tag) if tag.local_name().as_ref() == b"cellXfs" => return Ok(dates),
            Event::Eof => return Ok(dates),
            _ => {}
        }
    }
}

/// Whether a format has a part of a date or time outside of what it shows literally.
fn shows_date(code: &str) -> bool {
    let (mut signs, mut found) = (code.chars(), false);
    while let Some(sign) = signs.next() {
        match sign {
            '"' => drop(signs.by_ref().find(|sign| *sign == '"')),
            '[' => drop(signs.by_ref().find(|sign| *sign == ']')),
            '\\' | '_' | '*' => drop(signs.next()),
            _ => found |= "dmyhs".contains(sign.to_ascii_lowercase()),
        }
    }
    found && !code.eq_ignore_ascii_case("general")
}

fn shared_texts(files: &mut Files) -> Result<Vec<String>> {
    let Some(mut part) = Xml::open(files, "xl/sharedStrings.xml")? else { return Ok(Vec::new()) };
    let (mut texts, mut room) = (Vec::new(), MOST_SHARED);
    loop {
        match part.next()? {
            Event::Start(tag) if tag.local_name().as_ref() == b"si" => {
                let text = part.text(b"si", false)?;
                room = room.checked_sub(text.len() + EACH).ok_or(Error::TooLarge(MOST_SHARED))?;
                texts.push(text);
            }
            Event::Eof => return Ok(texts),
            _ => {}
        }
    }
}

/// A number as it is meant: a date, a time, or its digits.
fn number(value: &str, is_date: bool, epoch: NaiveDate) -> String {
    let Ok(parsed) = value.parse::<f64>() else { return value.to_owned() };
    let moment = || {
        let passed = Duration::try_from_secs_f64((parsed * 86_400.0).round()).ok()?;
        epoch.and_hms_opt(0, 0, 0)?.checked_add_signed(TimeDelta::from_std(passed).ok()?)
    };
    match moment().filter(|_| is_date && parsed < LAST_DAY) {
        Some(moment) => date_text(moment, parsed),
        None if parsed.fract() == 0.0 && parsed.abs() < 1e15 => format!("{parsed:.0}"),
        None => value.to_owned(),
    }
}

fn date_text(moment: NaiveDateTime, days: f64) -> String {
    let form = match days {
        days if days < 1.0 => "%H:%M:%S",
        days if days.fract() == 0.0 => "%Y-%m-%d",
        _ => "%Y-%m-%d %H:%M:%S",
    };
    moment.format(form).to_string()
}

/// The column of a cell such as `AB12`, counted from 0.
fn column_of(place: &str) -> Option<usize> {
    let mut column = 0_usize;
    for letter in place.bytes().take_while(u8::is_ascii_alphabetic) {
        column = column.checked_mul(26)?.checked_add(usize::from(letter.to_ascii_uppercase() - b'A') + 1)?;
    }
    column.checked_sub(1)
}

/// The bytes of a part.
type Part<'files> = Bounded<ZipFile<'files, Box<dyn DumpFile>>>;

/// A part of the workbook.
struct Xml<'files> {
    reader: Reader<BufReader<Part<'files>>>,
    since: Rc<Cell<u64>>,
    event: Vec<u8>,
}

impl<'files> Xml<'files> {
    /// None if the workbook lacks it. Some programs write its name in other letters.
    fn open(files: &'files mut Files, name: &str) -> Result<Option<Self>> {
        let names = files.file_names().filter_map(|found| Some(found.ok()?.into_owned()));
        let Some(name) = names.into_iter().find(|found| found.eq_ignore_ascii_case(name)) else { return Ok(None) };
        let raw = files.by_name(&name).map_err(|_| damaged())?;
        let since = Rc::new(Cell::new(0));
        let bounded = Bounded { raw, left: MOST_PART, since: Rc::clone(&since) };
        let mut reader = Reader::from_reader(BufReader::new(bounded));
        reader.config_mut().expand_empty_elements = true;
        Ok(Some(Self { reader, since, event: Vec::new() }))
    }

    fn next(&mut self) -> Result<Event<'_>> {
        self.since.set(0);
        self.event.clear();
        self.reader.read_event_into(&mut self.event).map_err(|error| match error {
            quick_xml::Error::Io(error) if error.kind() == io::ErrorKind::FileTooLarge => {
                Error::TooLarge(usize::try_from(MOST_PART).unwrap_or(usize::MAX))
            }
            _ => damaged(),
        })
    }

    /// Shows each tag of this name; of any name if it is empty.
    fn each(&mut self, name: &[u8], mut show: impl FnMut(&BytesStart<'_>)) -> Result<()> {
        loop {
            match self.next()? {
                Event::Start(tag) if name.is_empty() || tag.local_name().as_ref() == name => show(&tag),
                Event::Eof => return Ok(()),
                _ => {}
            }
        }
    }

    /// The value of a cell that began.
    fn value(&mut self) -> Result<String> {
        let mut value = String::new();
        loop {
            match self.next()? {
                Event::Start(tag) => match tag.local_name().as_ref() {
                    b"v" => value = self.text(b"v", true)?,
                    b"is" => value = self.text(b"is", false)?,
                    _ => {}
                },
                Event::End(tag) if tag.local_name().as_ref() == b"c" => return Ok(value),
                Event::Eof => return Err(damaged()),
                _ => {}
            }
        }
    }

    /// The text up to the end of an element that began: all of it, or that of its `t` without the reading aids of East Asian
    /// texts. A text that is too long for a message is cut.
    fn text(&mut self, end: &[u8], all: bool) -> Result<String> {
        let (mut text, mut inside, mut is_aid) = (String::new(), all, false);
        loop {
            let piece = match self.next()? {
                Event::Start(tag) => {
                    inside |= tag.local_name().as_ref() == b"t";
                    is_aid |= tag.local_name().as_ref() == b"rPh";
                    continue;
                }
                Event::End(tag) => match tag.local_name().as_ref() {
                    // How Excel writes what ends a line of Windows.
                    name if name == end => return Ok(text.replace("_x000D_", "")),
                    b"t" => {
                        inside = all;
                        continue;
                    }
                    b"rPh" => {
                        is_aid = false;
                        continue;
                    }
                    _ => continue,
                },
                Event::Text(piece) => piece.xml10_content().map_err(|_| damaged())?.into_owned(),
                Event::CData(piece) => piece.xml10_content().map_err(|_| damaged())?.into_owned(),
                Event::GeneralRef(sign) => match sign.resolve_char_ref().map_err(|_| damaged())? {
                    Some(sign) => sign.to_string(),
                    None => {
                        let name = sign.decode().map_err(|_| damaged())?;
                        quick_xml::escape::resolve_predefined_entity(&name).unwrap_or_default().to_owned()
                    }
                },
                Event::Eof => return Err(damaged()),
                _ => continue,
            };
            if inside && !is_aid && text.len() < MOST_BYTES {
                text.push_str(&piece);
            }
        }
    }
}

/// The value of an attribute, whatever its prefix.
fn attribute(tag: &BytesStart<'_>, name: &[u8]) -> Option<String> {
    let found = tag.attributes().with_checks(false).flatten().find(|one| one.key.local_name().as_ref() == name)?;
    Some(found.normalized_value(XmlVersion::Implicit1_0).ok()?.into_owned())
}

/// Bytes with a limit for all, and for those since the last tag.
struct Bounded<Raw> {
    raw: Raw,
    left: u64,
    since: Rc<Cell<u64>>,
}

impl<Raw: Read> Read for Bounded<Raw> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.raw.read(into)?;
        let count = u64::try_from(read).unwrap_or(u64::MAX);
        self.since.set(self.since.get().saturating_add(count));
        self.left = self.left.saturating_sub(count);
        if self.left == 0 || self.since.get() > MOST_TEXT {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        Ok(read)
    }
}

fn damaged() -> Error {
    refused("said-dump-archive")
}
