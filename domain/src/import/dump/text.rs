//! A dump as bytes: the archive around it, and its encoding.

use std::io::{self, Read, Seek};
use std::os::unix::fs::OpenOptionsExt;

use base::error::{Error, Result};
use base::i18n::LocalizedText;
use bytes::Bytes;
use uuid::Uuid;
use zip::ZipArchive;

use super::super::format::Encoding;
use super::{Sink, refused, too_large};
use crate::usage::bytes_of;

/// How an archive begins.
pub(super) const ARCHIVE: &[u8; 4] = b"PK\x03\x04";
/// The part by which an archive is recognised as a workbook.
pub(super) const WORKBOOK: &str = "xl/workbook.xml";
/// Bytes that are read at once.
pub(super) const CHUNK: usize = 64 * 1024;

/// A file whose parts can be read in any order.
pub trait DumpFile: Read + Seek + Send {}

impl<File: Read + Seek + Send> DumpFile for File {}

/// An empty file that has no name any more and is gone when it is closed.
pub(in crate::import) fn scratch(id: Uuid) -> io::Result<std::fs::File> {
    let path = std::env::temp_dir().join(format!("parom-import-{id}"));
    let file = std::fs::File::options().read(true).write(true).create_new(true).mode(0o600).open(&path)?;
    std::fs::remove_file(&path)?;
    Ok(file)
}

/// A dump: its text, and the archive with the files that the text names.
pub(super) struct Input {
    pub text: Box<dyn DumpFile>,
    pub archive: Archive,
}

#[derive(Default)]
pub(super) struct Archive {
    /// Name of the text in it; none if the dump is no archive.
    pub name: Option<String>,
    files: Option<ZipArchive<Box<dyn DumpFile>>>,
}

/// A file as its first bytes show it.
pub(super) enum Opened {
    Dump(Input),
    Workbook(ZipArchive<Box<dyn DumpFile>>),
}

impl Opened {
    /// The file itself, or the text in the archive that it is: at most `most_mb`, because a small archive may unpack into a text
    /// without end.
    pub fn of(mut file: Box<dyn DumpFile>, most_mb: u32) -> Result<Self> {
        let mut first = Vec::new();
        file.rewind().map_err(broke_off)?;
        file.by_ref().take(4).read_to_end(&mut first).map_err(broke_off)?;
        if first != *ARCHIVE {
            return Ok(Self::Dump(Input { text: file, archive: Archive::default() }));
        }
        let mut files = ZipArchive::new(file).map_err(|_| refused("said-dump-archive"))?;
        if files.file_names().flatten().any(|name| name.eq_ignore_ascii_case(WORKBOOK)) {
            return Ok(Self::Workbook(files));
        }
        // The text is above its files, one of which may be a text too.
        let rank =
            |name: &String| (name.matches('/').count(), !name.ends_with("_chat.txt") && !name.ends_with("result.json"));
        let names = files.file_names().filter_map(|name| Some(name.ok()?.into_owned()));
        let texts = names.filter(|name| name.ends_with(".txt") || name.ends_with(".json"));
        let name = texts.min_by_key(rank).ok_or_else(|| refused("said-dump-unknown"))?;
        let mut text = scratch(Uuid::new_v4()).map_err(internal)?;
        let packed = files.by_name(&name).map_err(|_| refused("said-dump-archive"))?;
        let most = bytes_of(most_mb);
        let read = io::copy(&mut packed.take(most + 1), &mut text).map_err(|error| match error.kind() {
            io::ErrorKind::StorageFull => internal(error),
            _ => refused("said-dump-archive"),
        })?;
        if read > most {
            return Err(too_large(most_mb));
        }
        let archive = Archive { name: Some(name), files: Some(files) };
        Ok(Self::Dump(Input { text: Box::new(text), archive }))
    }
}

impl Archive {
    /// Passes on a file that the text names; false if the dump does not have it.
    pub fn pass_on(&mut self, name: &str, sink: &Sink) -> Result<bool> {
        let Some(files) = &mut self.files else { return Ok(false) };
        let folder = self.name.as_deref().and_then(|name| name.rsplit_once('/')).map(|(folder, _)| folder);
        let path = folder.map_or_else(|| name.to_owned(), |folder| format!("{folder}/{name}"));
        let Ok(mut file) = files.by_name(&path) else { return Ok(false) };
        loop {
            let mut chunk = vec![0; CHUNK];
            let read = file.read(&mut chunk).map_err(|_| refused("said-dump-archive"))?;
            if read == 0 {
                return Ok(true);
            }
            chunk.truncate(read);
            sink.bytes(Bytes::from(chunk))?;
        }
    }
}

/// A text from its beginning, in UTF-8.
pub(super) fn utf_8(text: &mut Box<dyn DumpFile>) -> Result<Utf8<&mut Box<dyn DumpFile>>> {
    text.rewind().map_err(broke_off)?;
    Ok(Utf8::new(text))
}

pub(in crate::import) fn broke_off(_: io::Error) -> Error {
    Error::Malformed(LocalizedText::new("said-body-broke"))
}

fn internal(error: io::Error) -> Error {
    Error::Internal(anyhow::Error::new(error).context("a temporary file for a dump"))
}

/// A text in UTF-8 without a mark at its beginning, whatever it was saved in.
pub(super) struct Utf8<Raw> {
    raw: Raw,
    encoding: Encoding,
    ready: Vec<u8>,
    given: usize,
    began: bool,
    ended: bool,
}

impl<Raw: Read> Utf8<Raw> {
    pub fn new(raw: Raw) -> Self {
        Self { raw, encoding: Encoding::default(), ready: Vec::new(), given: 0, began: false, ended: false }
    }

    /// Whether the whole text made sense.
    pub fn is_readable(&self) -> bool {
        self.encoding.is_known()
    }

    /// Whole chunks, so that a mark at the beginning is not cut.
    fn refill(&mut self) -> io::Result<()> {
        let mut raw = Vec::new();
        let read = self.raw.by_ref().take(u64::try_from(CHUNK).unwrap_or(u64::MAX)).read_to_end(&mut raw)?;
        self.ended = read == 0;
        let mut bytes = if self.ended { self.encoding.rest() } else { self.encoding.bytes(&raw).into_owned() };
        if !self.began && bytes.starts_with(b"\xef\xbb\xbf") {
            bytes.drain(..3);
        }
        self.began = true;
        self.ready = self.encoding.part(bytes);
        self.given = 0;
        Ok(())
    }
}

impl<Raw: Read> Read for Utf8<Raw> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        while self.given == self.ready.len() && !self.ended {
            self.refill()?;
        }
        let left = self.ready.get(self.given..).unwrap_or_default();
        let count = left.len().min(into.len());
        into[..count].copy_from_slice(&left[..count]);
        self.given += count;
        Ok(count)
    }
}
