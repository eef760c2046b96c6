//! A disk that loses what was not synced, for drills of a power failure.
//!
//! The server writes to its folder as usual, with a small library preloaded (`losing_disk.c`) that copies what each call to
//! `fsync` and `fdatasync` makes durable. Once the process is dead, [`LosingDisk::loses_power`] brings the folder back to that:
//!
//! - a file has the bytes of its last sync, and none if it was never synced, as SQLite's `-shm`;
//! - a folder has the entries of its last sync: files created since are gone, removed ones are back, renamed ones have
//!   their old names. This is stricter than the usual file systems.
//!
//! A real disk may also keep any part of the rest; a test can let the unsynced writes to some files survive.

use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use tempfile::TempDir;
use tokio::process::Command;

/// Files of the test itself, which are not on the disk.
const OUTSIDE: [&str; 2] = ["parom.toml", "parom.log"];

/// The disk below a folder, for one life of a server.
pub struct LosingDisk {
    folder: PathBuf,
    kept: TempDir,
    lies: bool,
}

impl LosingDisk {
    /// Everything that is in the folder now is durable.
    pub async fn below(folder: &Path) -> Self {
        let folder = folder.canonicalize().expect("the folder is there");
        let kept = tempfile::tempdir().expect("a temporary folder");
        keep(&folder, kept.path());
        let disk = Self { folder, kept, lies: false };
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/losing_disk.c");
        let mut compiler = Command::new("cc");
        compiler.args(["-O1", "-shared", "-fPIC", "-pthread", "-o"]).arg(disk.library()).arg(source);
        let done = compiler.output().await.expect("cc runs, as for SQLite");
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        disk
    }

    /// From now on it reports every sync as done and does nothing.
    pub fn lies(mut self) -> Self {
        self.lies = true;
        self
    }

    fn library(&self) -> PathBuf {
        self.kept.path().join("losing_disk.so")
    }

    /// The environment of a server that uses it.
    pub fn environment(&self) -> Vec<(&'static str, OsString)> {
        let mut environment = vec![
            ("LD_PRELOAD", self.library().into_os_string()),
            ("LOSING_DISK", self.folder.clone().into_os_string()),
            ("LOSING_DISK_KEPT", self.kept.path().as_os_str().to_owned()),
        ];
        environment.extend(self.lies.then(|| ("LOSING_DISK_LIES", OsString::from("1"))));
        environment
    }

    /// Brings the folder back to what was synced. The server must be dead. All writes to the files with these names in
    /// the folder survive.
    pub fn loses_power(self, surviving: &[&str]) {
        let bytes = |name: &&str| Some((name.to_string(), fs::read(self.folder.join(name)).ok()?));
        let surviving: Vec<(String, Vec<u8>)> = surviving.iter().filter_map(bytes).collect();
        for (name, path) in entries(&self.folder) {
            if path.is_dir() {
                fs::remove_dir_all(path).expect("the folder is removed");
            } else if !OUTSIDE.contains(&name.as_str()) {
                fs::remove_file(path).expect("the file is removed");
            }
        }
        self.put_back(inode(&self.folder), &self.folder);
        for (name, bytes) in surviving {
            let path = self.folder.join(name);
            if path.exists() {
                fs::write(path, bytes).expect("the bytes are written");
            }
        }
    }

    /// Fills a new folder with what was synced of the one with this inode.
    fn put_back(&self, inode: u64, folder: &Path) {
        let names = fs::read_to_string(self.kept.path().join(format!("{inode}.names"))).unwrap_or_default();
        for line in names.lines() {
            let (kind, rest) = line.split_once(' ').expect("a kind");
            let (inode, name) = rest.split_once(' ').expect("an inode and a name");
            let path = folder.join(name);
            if OUTSIDE.contains(&name) {
                continue;
            }
            if kind == "d" {
                fs::create_dir(&path).expect("the folder is created");
                self.put_back(inode.parse().expect("a number"), &path);
            } else {
                let bytes = fs::read(self.kept.path().join(format!("{inode}.bytes"))).unwrap_or_default();
                fs::write(path, bytes).expect("the file is written");
            }
        }
    }
}

fn inode(path: &Path) -> u64 {
    fs::metadata(path).expect("it is there").ino()
}

fn entries(folder: &Path) -> Vec<(String, PathBuf)> {
    let entries = fs::read_dir(folder).expect("the folder is read");
    entries.map(|entry| entry.expect("an entry")).map(|entry| (name(&entry), entry.path())).collect()
}

fn name(entry: &fs::DirEntry) -> String {
    entry.file_name().into_string().expect("names are text")
}

/// Copies a folder as the library does at a sync.
fn keep(folder: &Path, kept: &Path) {
    let mut names = String::new();
    for (name, path) in entries(folder) {
        let inode = inode(&path);
        if path.is_dir() {
            names += &format!("d {inode} {name}\n");
            keep(&path, kept);
        } else {
            names += &format!("f {inode} {name}\n");
            fs::copy(path, kept.join(format!("{inode}.bytes"))).expect("the file is copied");
        }
    }
    fs::write(kept.join(format!("{}.names", inode(folder))), names).expect("the names are written");
}
