//! Rust files as these tests read them: paths that they name, without comments and test modules.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// The folders of the workspace's crates.
pub fn members() -> Vec<String> {
    let text = std::fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let line = text.lines().find(|line| line.starts_with("members = [")).expect("the list of members");
    line.split('"').skip(1).step_by(2).map(str::to_owned).collect()
}

/// The crates of the server, from below: no module of one has the name of another's.
pub const SERVER: [&str; 3] = ["domain", "pages", "server"];

/// The files of the server's crates, each with its path below `src/`.
pub fn server_files() -> Vec<(PathBuf, PathBuf)> {
    let folders = SERVER.map(|member| root().join(member).join("src"));
    let inside = |folder: &PathBuf, file: PathBuf| (file.strip_prefix(folder).unwrap().to_owned(), file);
    let files = folders.iter().flat_map(|folder| rust_files(folder).into_iter().map(|file| inside(folder, file)));
    files.map(|(inside, file)| (file, inside)).collect()
}

/// The files of a module of the server.
pub fn server_module(module: &str) -> Vec<PathBuf> {
    let own = server_files().into_iter().filter(|(_, inside)| inside.starts_with(module));
    own.map(|(file, _)| file).collect()
}

pub fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display())) {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(rust_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// The code of a file: without comments, and without what follows its test module.
pub fn code(path: &Path) -> String {
    let text = std::fs::read_to_string(path).unwrap();
    let mut lines = Vec::new();
    let mut last = "";
    for line in text.lines() {
        let bare = line.trim_start();
        if last.trim() == "#[cfg(test)]" && bare.starts_with("mod tests {") {
            break;
        }
        if !bare.starts_with("//") {
            lines.push(line.split(" // ").next().unwrap_or_default());
        }
        last = line;
    }
    lines.join("\n")
}

/// Every path that follows `start` (as in `crate::`), with groups in braces expanded: `crate::a::{b, c::d}` gives
/// `a::b` and `a::c::d`.
pub fn paths(code: &str, start: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (at, _) in code.match_indices(start) {
        let before = code[..at].chars().next_back();
        if before.is_none_or(|before| !before.is_alphanumeric() && before != '_' && before != ':') {
            open_group(&code[at + start.len()..], "", &mut found);
        }
    }
    found
}

/// Reads one path or group; gives how many bytes it took.
fn open_group(text: &str, prefix: &str, found: &mut BTreeSet<String>) -> usize {
    let end = text.find(|c: char| !c.is_alphanumeric() && c != '_' && c != ':').unwrap_or(text.len());
    let path = format!("{prefix}{}", &text[..end]);
    if !text[end..].starts_with('{') {
        found.insert(path);
        return end;
    }
    let mut at = end + 1;
    loop {
        at += text[at..].find(|c: char| !c.is_whitespace() && c != ',').unwrap_or(text.len() - at);
        if at >= text.len() || text[at..].starts_with('}') {
            return at + 1;
        }
        let taken = open_group(&text[at..], &path, found);
        at += taken.max(1);
        // `as NAME`
        at += text[at..].find([',', '}']).unwrap_or(text.len() - at);
    }
}

pub fn short(path: &Path) -> String {
    path.strip_prefix(root()).unwrap().display().to_string()
}

#[test]
fn groups_of_paths_are_read() {
    let code = "use crate::a::{b, c::{self, D as E},\n f}; crate::g::h(); other_crate::x; use crate::{i, j::k};";
    let read: Vec<String> = paths(code, "crate::").into_iter().collect();
    assert_eq!(read, ["a::b", "a::c::D", "a::c::self", "a::f", "g::h", "i", "j::k"]);
}
