//! The folder of one process: numbered below the configured one, claimed by a lock that ends with the process. Its
//! files are numbered too; a file is written once, from its start, and removed when all of it is in the database.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use anyhow::Context;
use bytes::Bytes;
use fs4::fs_std::FileExt;
use uuid::Uuid;

use super::Hook;

/// Maximum number of processes that share a parent folder.
const MOST: usize = 1_000;
const LOCK: &str = "lock";
/// The id of the process that has the folder, or had it last.
const INSTANCE: &str = "instance";
const ENDING: &str = "spool";
/// A file that will replace another.
const NEW: &str = "new";
/// A file with unreadable bytes is kept under this extension, for people to inspect.
const DAMAGED: &str = "damaged";

/// Errors from a neighbour that is not a spool folder: removed, a file, `lost+found` where a disk is mounted.
const NO_SPOOL: [io::ErrorKind; 3] =
    [io::ErrorKind::NotFound, io::ErrorKind::NotADirectory, io::ErrorKind::PermissionDenied];

/// A folder that belongs to this process as long as the lock is held.
pub struct FolderClaim {
    pub folder: Folder,
    pub lock: Lock,
}

/// Held as long as the process serves; the operating system releases it however the process ends.
pub struct Lock {
    _file: File,
    /// The folder's path.
    path: PathBuf,
}

impl Lock {
    /// Records this process as the folder's owner, and returns the previous one, which must be dead, or it would hold
    /// this lock. None if there was none, or it cannot be read.
    pub fn succeed(&self, instance: Uuid) -> io::Result<Option<Uuid>> {
        let name = self.path.join(INSTANCE);
        let earlier = if_there(fs::read_to_string(&name))?.trim().parse().ok();
        fs::write(&name, instance.to_string())?;
        Ok(earlier)
    }
}

#[derive(Clone)]
pub struct Folder(PathBuf);

impl FolderClaim {
    /// The first folder below `parent` without a living process.
    pub fn first(parent: &Path) -> anyhow::Result<Self> {
        for number in 1..=MOST {
            if let Some(claim) = Self::of(&parent.join(number.to_string()))? {
                return Ok(claim);
            }
        }
        anyhow::bail!("{MOST} processes use the spool {} already", parent.display())
    }

    /// This folder, unless a living process has it.
    pub fn of(path: &Path) -> anyhow::Result<Option<Self>> {
        create_folder(path).with_context(|| format!("cannot make the folder {}", path.display()))?;
        let name = path.join(LOCK);
        let lock = OpenOptions::new().create(true).truncate(false).write(true).open(&name);
        let lock = lock.with_context(|| format!("cannot open {}", name.display()))?;
        let free = lock.try_lock_exclusive().with_context(|| format!("cannot lock {}", name.display()))?;
        let lock = Lock { _file: lock, path: path.to_owned() };
        Ok(free.then(|| Self { folder: Folder(path.to_owned()), lock }))
    }
}

impl Folder {
    /// The neighbouring folders that contain files, whichever process they belong to.
    pub fn beside(&self) -> io::Result<Vec<Self>> {
        let mut folders = Vec::new();
        for entry in self.path().parent().map(fs::read_dir).transpose()?.into_iter().flatten() {
            let folder = Self(entry?.path());
            if folder.path() == self.path() {
                continue;
            }
            match folder.files() {
                Err(error) if NO_SPOOL.contains(&error.kind()) => {}
                Err(error) => return Err(error),
                Ok(files) if files.is_empty() => {}
                Ok(_) => folders.push(folder),
            }
        }
        Ok(folders)
    }

    /// Those of them without a living process.
    pub fn orphans(&self) -> io::Result<Vec<FolderClaim>> {
        let mut orphans = Vec::new();
        for folder in self.beside()? {
            orphans.extend(FolderClaim::of(folder.path()).map_err(io::Error::other)?);
        }
        Ok(orphans)
    }

    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Writes as many bytes as hooks have, and removes them.
    pub fn try_to_write(&self) -> io::Result<()> {
        let path = self.0.join("tried");
        let written = File::create(&path).and_then(|mut file| file.write_all(&[0; 16 * 1024]).and(file.sync_all()));
        let _ = fs::remove_file(&path);
        written
    }

    /// Its files, oldest first.
    pub fn files(&self) -> io::Result<Vec<u64>> {
        let mut numbers = Vec::new();
        for entry in fs::read_dir(&self.0)? {
            let path = entry?.path();
            let ours = path.extension().is_some_and(|ending| ending == ENDING);
            let number = path.file_stem().and_then(|stem| stem.to_str()).and_then(|stem| stem.parse::<u64>().ok());
            numbers.extend(number.filter(|_| ours));
        }
        numbers.sort_unstable();
        Ok(numbers)
    }

    /// Hooks in its files, a file at a time, oldest first: all of them may not fit into memory.
    pub fn hooks(&self) -> io::Result<impl Iterator<Item = io::Result<Vec<Hook>>>> {
        let of = |found| match found {
            RecordItem::Hook(hook) => Some(hook),
            RecordItem::Damaged { .. } => None,
        };
        let files = self.files()?.into_iter();
        Ok(files.map(move |number| Ok(if_there(self.read(number))?.into_iter().filter_map(of).collect())))
    }

    /// Their number.
    pub fn count(&self) -> io::Result<usize> {
        self.hooks()?.map(|file| Ok(file?.len())).sum()
    }

    /// Bytes in all of its files.
    pub fn size(&self) -> io::Result<u64> {
        let length = |number| if_there(fs::metadata(self.file(number)).map(|file| file.len()));
        self.files()?.into_iter().map(length).sum()
    }

    /// The contents of a file.
    pub fn read(&self, number: u64) -> io::Result<Vec<RecordItem>> {
        Ok(decode(&Bytes::from(fs::read(self.file(number))?)))
    }

    /// A new file, which also exists after a crash.
    pub fn create(&self, number: u64) -> io::Result<File> {
        // It contains messages of customers and managers.
        let file = OpenOptions::new().create_new(true).append(true).mode(0o600).open(self.file(number))?;
        self.sync()?;
        Ok(file)
    }

    /// Removes a file; one with damaged bytes is renamed and kept.
    pub fn finish(&self, number: u64, damaged: bool) -> io::Result<()> {
        let path = self.file(number);
        if damaged {
            fs::rename(&path, path.with_extension(DAMAGED))?
        } else {
            fs::remove_file(path)?
        }
        self.sync()
    }

    /// Replaces a file's contents by a part of them, all or nothing.
    pub fn replace(&self, number: u64, records: &[u8]) -> io::Result<()> {
        let path = self.file(number).with_extension(NEW);
        let mut file = OpenOptions::new().create(true).truncate(true).write(true).mode(0o600).open(&path)?;
        file.write_all(records)?;
        file.sync_data()?;
        fs::rename(&path, self.file(number))?;
        self.sync()
    }

    fn file(&self, number: u64) -> PathBuf {
        self.0.join(format!("{number:016}.{ENDING}"))
    }

    fn sync(&self) -> io::Result<()> {
        File::open(&self.0)?.sync_all()
    }
}

/// Creates a folder and those above it, which also exist after a power failure.
fn create_folder(path: &Path) -> io::Result<()> {
    if path.is_dir() {
        return Ok(());
    }
    let above = path.parent().filter(|above| !above.as_os_str().is_empty()).unwrap_or(Path::new("."));
    create_folder(above)?;
    match fs::create_dir(path) {
        // Another process, which may not have synced it yet.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists && path.is_dir() => {}
        done => done?,
    }
    Folder(above.to_owned()).sync()
}

/// A file that was listed a moment ago may be drained by now: it then counts as empty.
fn if_there<T: Default>(seen: io::Result<T>) -> io::Result<T> {
    seen.or_else(|error| if error.kind() == io::ErrorKind::NotFound { Ok(T::default()) } else { Err(error) })
}

/// State of a spool as seen by other processes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FolderState {
    pub hooks: usize,
    /// Lost when the machine stops.
    pub in_memory: bool,
}

/// Inspects all folders below one. A missing one counts as empty.
pub fn look(parent: &Path) -> io::Result<FolderState> {
    let place = parent.ancestors().find(|place| place.is_dir()).unwrap_or(Path::new("."));
    let mut seen = FolderState { hooks: 0, in_memory: in_memory(place)? };
    if !parent.is_dir() {
        return Ok(seen);
    }
    for entry in fs::read_dir(parent)? {
        let path = entry?.path();
        if path.is_dir() {
            seen.hooks += Folder(path).count()?;
        }
    }
    Ok(seen)
}

fn in_memory(path: &Path) -> io::Result<bool> {
    // linux/magic.h: tmpfs, ramfs
    const IN_MEMORY: [u64; 2] = [0x0102_1994, 0x8584_58f6];
    let kind = rustix::fs::statfs(path)?.f_type;
    Ok(u64::try_from(kind).is_ok_and(|kind| IN_MEMORY.contains(&kind)))
}

// The format of a hook in a file: `PSPL`, the length of the rest and its CRC-32 (little-endian, 32 bits each), then
// the id, the time of arrival, the scope id prefixed with its length, the body.

const MARK: &[u8; 4] = b"PSPL";
const HEAD: usize = 12;

/// An item of a file.
#[derive(Debug, PartialEq, Eq)]
pub enum RecordItem {
    Hook(Hook),
    /// Bytes that are not a complete record: torn by a crash before the sender was answered, or damaged since.
    Damaged {
        bytes: usize,
    },
}

/// Encodes a hook.
pub fn encode(hook: &Hook) -> Vec<u8> {
    let scope = hook.scope_id.as_bytes();
    let mut rest = Vec::with_capacity(28 + scope.len() + hook.body.len());
    rest.extend_from_slice(hook.id.as_bytes());
    rest.extend_from_slice(&hook.received_at.to_le_bytes());
    rest.extend_from_slice(&length(scope));
    rest.extend_from_slice(scope);
    rest.extend_from_slice(&hook.body);
    let mut record = Vec::with_capacity(HEAD + rest.len());
    record.extend_from_slice(MARK);
    record.extend_from_slice(&length(&rest));
    record.extend_from_slice(&crc32fast::hash(&rest).to_le_bytes());
    record.append(&mut rest);
    record
}

/// Bodies are at most a megabyte (the endpoint's limit).
fn length(bytes: &[u8]) -> [u8; 4] {
    u32::try_from(bytes.len()).unwrap_or(u32::MAX).to_le_bytes()
}

/// All items of a file, in order.
pub fn decode(file: &Bytes) -> Vec<RecordItem> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < file.len() {
        let rest = file.slice(at..);
        if let Some((hook, length)) = whole(&rest) {
            found.push(RecordItem::Hook(hook));
            at += length;
            continue;
        }
        let next = rest.get(1..).and_then(|rest| rest.windows(MARK.len()).position(|window| window == MARK));
        let bytes = next.map_or(rest.len(), |next| next + 1);
        match found.last_mut() {
            Some(RecordItem::Damaged { bytes: before }) => *before += bytes,
            _ => found.push(RecordItem::Damaged { bytes }),
        }
        at += bytes;
    }
    found
}

/// The record at the start, and its length.
fn whole(bytes: &Bytes) -> Option<(Hook, usize)> {
    if bytes.get(..4)? != MARK {
        return None;
    }
    let end = HEAD.checked_add(number(bytes, 4)?)?;
    let rest = bytes.get(HEAD..end)?;
    if crc32fast::hash(rest).to_le_bytes() != *bytes.get(8..HEAD)? {
        return None;
    }
    let id = Uuid::from_slice(rest.get(..16)?).ok()?;
    let received_at = i64::from_le_bytes(rest.get(16..24)?.try_into().ok()?);
    let scope = 28_usize.checked_add(number(rest, 24)?)?;
    let scope_id = std::str::from_utf8(rest.get(28..scope)?).ok()?.to_owned();
    Some((Hook { id, received_at, scope_id, body: bytes.slice(HEAD + scope..end) }, end))
}

fn number(bytes: &[u8], at: usize) -> Option<usize> {
    let four: [u8; 4] = bytes.get(at..at + 4)?.try_into().ok()?;
    usize::try_from(u32::from_le_bytes(four)).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn hook() -> impl Strategy<Value = Hook> {
        (any::<u128>(), any::<i64>(), "\\PC{0,60}", proptest::collection::vec(any::<u8>(), 0..300)).prop_map(
            |(id, received_at, scope_id, body)| Hook {
                id: Uuid::from_u128(id),
                received_at,
                scope_id,
                body: Bytes::from(body),
            },
        )
    }

    fn hooks_in(read: &[RecordItem]) -> usize {
        read.iter().filter(|one| matches!(one, RecordItem::Hook(_))).count()
    }

    proptest! {
        #[test]
        fn written_records_are_read_back(hooks in proptest::collection::vec(hook(), 0..8)) {
            let file: Bytes = hooks.iter().flat_map(encode).collect::<Vec<u8>>().into();
            let read = decode(&file);
            prop_assert_eq!(read, hooks.into_iter().map(RecordItem::Hook).collect::<Vec<_>>());
        }

        #[test]
        fn a_torn_end_costs_the_last_alone(hooks in proptest::collection::vec(hook(), 1..6), cut in 1_usize..12) {
            let mut file: Vec<u8> = hooks.iter().flat_map(encode).collect();
            file.truncate(file.len() - cut);
            let read = decode(&file.into());
            prop_assert_eq!(hooks_in(&read), hooks.len() - 1);
            let torn = matches!(read.last(), Some(RecordItem::Damaged { .. }));
            prop_assert!(torn);
        }

        #[test]
        fn damage_costs_one_record_and_invents_none(
            hooks in proptest::collection::vec(hook(), 1..6),
            at in any::<prop::sample::Index>(),
            flip in 1_u8..=255,
        ) {
            let mut file: Vec<u8> = hooks.iter().flat_map(encode).collect();
            let at = at.index(file.len());
            file[at] ^= flip;
            let read = decode(&file.into());
            let mut reply = hooks.iter();
            for found in &read {
                if let RecordItem::Hook(found) = found {
                    prop_assert!(reply.any(|hook| hook == found), "a hook that was never written, or out of order");
                }
            }
            prop_assert!(hooks_in(&read) + 1 >= hooks.len());
        }

        #[test]
        fn anything_can_be_read(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            let _ = decode(&bytes.into());
        }
    }
}
