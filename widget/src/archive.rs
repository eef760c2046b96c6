//! The zip: files by name. Equal files give equal bytes: names are sorted, and timestamp and mode are constant.

use std::collections::BTreeMap;
use std::io::{Cursor, Read, Write};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipArchive, ZipWriter};

/// Larger archives are not read; the largest sensible widget has a tenth of this size.
const LARGEST: u64 = 32 * 1024 * 1024;

/// Files of an archive by their path.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Archive {
    pub files: BTreeMap<String, Vec<u8>>,
}

/// The bytes are not a readable zip, or the zip could not be written.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    #[error("this is not a zip archive: {0}")]
    Zip(#[from] zip::result::ZipError),
    #[error("the archive could not be read or written: {0}")]
    File(#[from] std::io::Error),
    #[error("the archive holds more than {} MB", LARGEST / 1024 / 1024)]
    TooLarge,
}

impl Archive {
    pub fn read(bytes: &[u8]) -> Result<Self, ArchiveError> {
        let mut zip = ZipArchive::new(Cursor::new(bytes))?;
        let mut files = BTreeMap::new();
        let mut left = LARGEST;
        for index in 0..zip.len() {
            let file = zip.by_index(index)?;
            if file.is_dir() {
                continue;
            }
            let name = file.name()?.into_owned();
            let mut content = Vec::new();
            // Reads one byte beyond the limit to distinguish "too large" from "just fits", whatever the header claims.
            file.take(left + 1).read_to_end(&mut content)?;
            left = left.checked_sub(u64::try_from(content.len()).unwrap_or(u64::MAX)).ok_or(ArchiveError::TooLarge)?;
            files.insert(name, content);
        }
        Ok(Self { files })
    }

    pub fn write(&self) -> Result<Vec<u8>, ArchiveError> {
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .last_modified_time(DateTime::default())
            .unix_permissions(0o644);
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, content) in &self.files {
            zip.start_file(name.as_str(), options)?;
            zip.write_all(content)?;
        }
        Ok(zip.finish()?.into_inner())
    }

    /// A file as text; None if it is missing or not UTF-8.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.files.get(name).and_then(|content| std::str::from_utf8(content).ok())
    }
}
