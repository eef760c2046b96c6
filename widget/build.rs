//! Lists the files of the archive, so that a new file need not be entered anywhere else: `assets/**` and the language
//! files of `locales/`.

use std::fmt::Write as _;
use std::io::{Error, Write as _};
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let home = PathBuf::from(variable("CARGO_MANIFEST_DIR")?);
    let (assets, locales) = (home.join("assets"), home.join("../locales"));
    let mut code = String::from("static ASSETS: &[(&str, &[u8])] = &[\n");
    for path in files(&assets)? {
        let name = relative(&path, &assets)?;
        writeln!(code, "    ({name:?}, include_bytes!({path:?})),").map_err(Error::other)?;
    }
    code.push_str("];\nstatic LOCALES: &[(&str, &str)] = &[\n");
    for path in files(&locales)?.into_iter().filter(|path| path.extension().is_some_and(|ending| ending == "ftl")) {
        let name = relative(&path, &locales)?;
        writeln!(code, "    ({name:?}, include_str!({path:?})),").map_err(Error::other)?;
    }
    code.push_str("];\n");
    fs::write(PathBuf::from(variable("OUT_DIR")?).join("embedded.rs"), code)?;
    for watched in [&assets, &locales] {
        writeln!(io::stdout(), "cargo::rerun-if-changed={}", watched.display())?;
    }
    writeln!(io::stdout(), "cargo::rerun-if-changed=build.rs")
}

#[expect(clippy::disallowed_methods, reason = "Cargo talks to build scripts by the environment")]
fn variable(name: &str) -> io::Result<String> {
    env::var(name).map_err(Error::other)
}

fn relative(path: &Path, folder: &Path) -> io::Result<String> {
    let rest = path.strip_prefix(folder).map_err(Error::other)?;
    Ok(rest.to_string_lossy().replace('\\', "/"))
}

/// Every file under a folder, sorted.
fn files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() { found.extend(files(&path)?) } else { found.push(path) }
    }
    found.sort();
    Ok(found)
}
