//! The zip of a widget: unpacked in memory, never to disk.

use std::{
    collections::HashMap,
    io::{Cursor, Read},
};

use anyhow::{Context, Result, bail, ensure};
use bytes::Bytes;
use serde_json::Value;
use zip::ZipArchive;

/// More than any widget needs; stops zip bombs.
const UNPACKED_LIMIT: u64 = 16 * 1024 * 1024;

/// All files by their path.
pub(super) type Files = HashMap<String, Bytes>;

/// Unpacks the archive and rejects what amoCRM's upload rejects: folders around it, invalid paths, no manifest.
pub(super) fn unpack(zip: &[u8]) -> Result<Files> {
    let mut archive = ZipArchive::new(Cursor::new(zip)).context("the archive is not a zip file")?;
    let mut files = Files::new();
    let mut left = UNPACKED_LIMIT;
    for at in 0..archive.len() {
        let entry = archive.by_index(at).with_context(|| format!("entry {at} of the archive"))?;
        let name = entry.name().with_context(|| format!("name of entry {at} of the archive"))?.into_owned();
        if entry.is_dir() {
            continue;
        }
        ensure!(is_plain(&name), "the archive has a file with a path that leads elsewhere: {name:?}");
        let mut bytes = Vec::new();
        entry.take(left + 1).read_to_end(&mut bytes).with_context(|| format!("{name} can't be unpacked"))?;
        left = left
            .checked_sub(u64::try_from(bytes.len()).unwrap_or(u64::MAX))
            .with_context(|| format!("the archive unpacks to more than {UNPACKED_LIMIT} bytes"))?;
        ensure!(files.insert(name.clone(), bytes.into()).is_none(), "{name} is in the archive twice");
    }
    if !files.contains_key("manifest.json") {
        if let Some(deep) = files.keys().find(|name| name.ends_with("/manifest.json")) {
            bail!("manifest.json must be at the root of the archive, not at {deep}");
        }
        bail!("the archive has no manifest.json");
    }
    Ok(files)
}

fn is_plain(name: &str) -> bool {
    !name.contains('\\') && name.split('/').all(|part| !matches!(part, "" | "." | ".."))
}

/// A text file: UTF-8 without a byte order mark.
pub(super) fn text<'a>(files: &'a Files, path: &str) -> Result<&'a str> {
    let bytes = files.get(path).with_context(|| format!("the archive has no {path}"))?;
    let text = std::str::from_utf8(bytes).with_context(|| format!("{path} is not UTF-8"))?;
    ensure!(!text.starts_with('\u{feff}'), "{path} begins with a byte order mark");
    Ok(text)
}

/// A strict JSON object.
pub(super) fn json(files: &Files, path: &str) -> Result<Value> {
    let value: Value =
        serde_json::from_str(text(files, path)?).with_context(|| format!("{path} is not strict JSON"))?;
    ensure!(value.is_object(), "{path} must be a JSON object");
    Ok(value)
}
