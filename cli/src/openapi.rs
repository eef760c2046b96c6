//! `parom openapi`.

use std::io::Write;
use std::process::ExitCode;

use anyhow::Context;

/// Prints the OpenAPI document of the public API, the same that `/api/openapi.json` serves.
pub fn run(out: &mut impl Write) -> anyhow::Result<ExitCode> {
    let document = parom::api::openapi::printed().context("the document could not be written as JSON")?;
    out.write_all(document.as_bytes()).and_then(|()| out.flush()).context("standard output is closed")?;
    Ok(ExitCode::SUCCESS)
}
